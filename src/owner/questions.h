#pragma once
// Answers what asks for nothing but the record: pages of history, lists, people.
//
// Thread: any; blocks on the store, so only loaders call it. Cost: a page of the list costs one
// pass over the user's rows, a few reads for each group on it, and one page of entries for each
// group with news until 100 unread ones are found; a group that `heads` does not know costs one
// more.

#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "bus/bus.h"
#include "owner/heads.h"
#include "owner/names.h"
#include "owner/question_sources.h"
#include "store/search/search.h"
#include "store/store.h"

namespace stentor::owner {

class Questions {
public:
    // Without an index there is no search; without heads all of them are read. Readers are named in
    // groups of at most `who_read_members`.
    explicit Questions(store::Store& store, search::Search* words = nullptr, Heads* heads = nullptr,
                       std::uint64_t who_read_members = limits::kWhoReadMembers)
        : sources_{.store = store,
                   .names = Names{store},
                   .words = words,
                   .heads = heads,
                   .who_read_members = who_read_members} {}

    [[nodiscard]] Result<bus::Reply> answer(const bus::Question& question);
    // One for each, in their order: many who arrive together cost less than one after the other.
    [[nodiscard]] std::vector<Result<bus::Reply>> hellos(std::span<const bus::AskHello> asks) {
        return answers_to(sources_, asks);
    }
    [[nodiscard]] Names& names() { return sources_.names; }
    // Under which an account is to be made, if no word list refuses it; empty: none will be made.
    [[nodiscard]] Result<std::string> name_to_judge(const bus::Question& question) {
        return owner::name_to_judge(sources_, question);
    }

private:
    Sources sources_;
};

}  // namespace stentor::owner
