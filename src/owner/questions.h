#pragma once
// Answers what asks for nothing but the record: pages of history, lists, people.
//
// Thread: any; blocks on the store, so only loaders call it. Cost: a page of the list costs a few
// reads for each group on it, and one for each group of the user.

#include "bus/bus.h"
#include "search/search.h"
#include "store/store.h"

namespace stentor::owner {

class Questions {
public:
    // Without an index there is no search.
    explicit Questions(store::Store& store, search::Search* words = nullptr)
        : store_{store}, words_{words} {}

    [[nodiscard]] Result<bus::Reply> answer(const bus::Question& question);

private:
    Result<bus::Reply> on(const bus::AskEntries& ask);
    Result<bus::Reply> on(const bus::AskNear& ask);
    Result<bus::Reply> on(const bus::AskList& ask);
    Result<bus::Reply> on(const bus::AskUsers& ask);
    Result<bus::Reply> on(const bus::AskAddUser& ask);
    Result<bus::Reply> on(const bus::AskUserByName& ask);
    // ---- questions_outside.cc: what other systems ask for
    Result<bus::Reply> on(const bus::AskOutsideUser& ask);
    Result<bus::Reply> on(const bus::AskSettings& ask);
    Result<bus::Reply> on(const bus::AskSetSetting& ask);
    Result<bus::Reply> on(const bus::AskFeed& ask);
    // ---- questions_search.cc
    Result<bus::Reply> on(const bus::AskSearch& ask);
    // Needs what is ordered, which only a worker knows.
    Result<bus::Reply> on(const bus::AskOpen& ask);

    [[nodiscard]] Result<std::uint32_t> unread(GroupId gid, const store::MemberRow& row,
                                               const store::HeadRow& head);
    [[nodiscard]] Result<pb::GroupSummary> summary(const store::Membership& membership,
                                                   const store::HeadRow& head);

    store::Store& store_;
    search::Search* words_;
};

}  // namespace stentor::owner
