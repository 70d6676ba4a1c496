#pragma once
// Messages that are to be pushed in a moment: gathered for each subscription and group, so that a
// rush is one push, and kept for another try.
//
// Owner: the notifier. Thread: its own, hence no lock. Pure. Limits: kPushesWaiting.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/push_limits.h"
#include "base/time.h"

namespace stentor::web_push {

struct Notice {
    UserId uid;
    std::string subscription;
    GroupId gid;
    Seq newest;
    Seq called;  // The newest that calls them; 0: none does.
    std::uint32_t count{};
    std::uint32_t calls{};
    Time since;  // When the first one came.
    unsigned attempts{};
};

struct WaitingTimes {
    Millis gather{5'000};
    // Between two pushes of one group to one browser, but for calls.
    Millis again{60'000};
};

class Waiting {
public:
    explicit Waiting(const WaitingTimes& times, std::size_t most = limits::kPushesWaiting)
        : times_{times}, most_{most} {}

    // False: too many wait.
    bool add(UserId uid, const std::string& subscription, GroupId gid, Seq seq, bool called,
             Time now);
    // Oldest due first; they do not wait any more.
    [[nodiscard]] std::vector<Notice> take_due(Time now, std::size_t most);
    // With what came meanwhile, not before `due`.
    void put_back(Notice notice, Time due);
    // What waits for its first try is due.
    void hasten(Time now);
    // It was pushed.
    void told(const Notice& notice, Time now);

    [[nodiscard]] std::optional<Time> next_due() const;
    [[nodiscard]] std::size_t size() const { return places_.size(); }

private:
    using Key = std::pair<std::string, GroupId>;
    struct Place {
        Notice notice;
        Time due;
    };
    void set_due(const Key& key, Place& place, Time due);

    const WaitingTimes times_;
    const std::size_t most_;
    std::map<Key, Place> places_;
    std::set<std::pair<Time, Key>> by_due_;
    std::map<Key, Time> told_;  // Forgotten after `again`.
};

}  // namespace stentor::web_push
