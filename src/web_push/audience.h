#pragma once
// Whom a message concerns, of those who want to be told: who is mentioned or answered, everybody in
// a small group, whoever asked for everything.
//
// Owner: the notifier. Thread: its own, hence no lock; waits for owners. Cost: nothing of it is
// proportional to a large group: only groups of at most kSmallGroup are asked for their members,
// once in kFactsFor. Limits: kPushGroupsKnown.

#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "bus/asking.h"
#include "web_push/subscriptions.h"
#include "wire/log_entry.h"

namespace stentor::web_push {

struct GroupFacts {
    std::string name;
    bool direct{};
    std::uint64_t members{};
    std::vector<UserId> listed;  // Of a small one.
    Time read;
};

struct Concerned {
    std::set<UserId> called;
    std::set<UserId> all;  // The others who may be told.
};

class Audience {
public:
    // Both outlive it.
    Audience(bus::Asking& asking, const Subscriptions& subscriptions)
        : asking_{asking}, subscriptions_{subscriptions} {}

    // Nobody where the owner cannot be asked: a push is worth no waiting.
    [[nodiscard]] Concerned of(GroupId gid, const LogEntry& entry, Time now,
                               const std::stop_token& stop);
    // Null: it cannot be asked, or there is none. Valid until the next call.
    [[nodiscard]] const GroupFacts* facts(GroupId gid, Time now, const std::stop_token& stop);
    // Somebody came or went.
    void forget(GroupId gid) { facts_.erase(gid); }

private:
    [[nodiscard]] std::vector<UserId> members(GroupId gid, const std::stop_token& stop);
    [[nodiscard]] UserId sender_of(GroupId gid, Seq seq, const std::stop_token& stop);

    static constexpr Millis kFactsFor{10'000};

    bus::Asking& asking_;
    const Subscriptions& subscriptions_;
    std::unordered_map<GroupId, GroupFacts> facts_;
};

}  // namespace stentor::web_push
