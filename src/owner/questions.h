#pragma once
// Answers what asks for nothing but the record: pages of history, lists, people.
//
// Thread: any; blocks on the store, so only loaders call it. Cost: a page of the list costs a few
// reads for each group on it, and one for each group of the user.

#include "bus/bus.h"
#include "store/store.h"

namespace stentor::owner {

class Questions {
public:
    explicit Questions(store::Store& store) : store_{store} {}

    [[nodiscard]] Result<bus::Reply> answer(const bus::Question& question);

private:
    Result<bus::Reply> on(const bus::AskEntries& ask);
    Result<bus::Reply> on(const bus::AskNear& ask);
    Result<bus::Reply> on(const bus::AskList& ask);
    Result<bus::Reply> on(const bus::AskUsers& ask);
    Result<bus::Reply> on(const bus::AskAddUser& ask);
    Result<bus::Reply> on(const bus::AskUserByName& ask);
    // Needs what is ordered, which only a worker knows.
    Result<bus::Reply> on(const bus::AskOpen& ask);

    [[nodiscard]] Result<std::uint32_t> unread(GroupId gid, const store::MemberRow& row,
                                               const store::HeadRow& head);
    [[nodiscard]] Result<pb::GroupSummary> summary(const store::Membership& membership,
                                                   const store::HeadRow& head);

    store::Store& store_;
};

}  // namespace stentor::owner
