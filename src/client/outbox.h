#pragma once
// Sends that have no answer yet. Those of one group form a chain: each names the one before it, so
// that a lost one cannot be overtaken. An id is kept through all retries: what was not answered is
// unknown, not failed.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cmid.h"
#include "base/ids.h"
#include "base/time.h"

namespace stentor::client {

class Outbox {
public:
    struct Item {
        GroupId gid;
        Cmid cmid;
        Seq seen;
        std::string body;
        std::uint32_t request{};  // In flight under this id; 0: waits here.
    };
    struct Next {
        Item* item;
        Cmid after;  // Zero: it is the oldest of its chain.
    };

    void add(Item item);
    // The next that may go out now, oldest first; its `request` is to be set.
    [[nodiscard]] std::optional<Next> next(Time now);
    [[nodiscard]] Item* by_request(std::uint32_t request);

    // Answered: it leaves, and its chain may go faster. False: it was not here any more.
    bool answered(GroupId gid, const Cmid& cmid);
    // Refused for good: it leaves, and the next one names whatever is before it now.
    void drop(GroupId gid, const Cmid& cmid);
    // Everything unanswered of the group goes out again, from the oldest, not before `when`.
    void again(GroupId gid, Time when);
    // This one was refused for now: it goes out again, and nothing of its chain before `when`.
    // From then on one at a time, until answers come without refusals.
    void hold(Item& item, Time when);
    // The connection is gone: nothing is in flight any more.
    void disconnected();
    // No answer in time, once more: how often in a row.
    std::uint32_t timed_out(GroupId gid);

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    // When the next waiting one may go, if it waits for a time.
    [[nodiscard]] std::optional<Time> next_at() const;

private:
    struct Chain {
        GroupId gid;
        Time not_before;
        std::uint32_t window;  // In flight at once.
        std::uint32_t tries;
    };
    Chain& chain(GroupId gid);

    std::vector<Item> items_;  // In the order of add().
    std::vector<Chain> chains_;
};

}  // namespace stentor::client
