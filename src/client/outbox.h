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
        Cmid after;  // The one before it in its chain; zero: there is none.
    };
    struct Chain {
        GroupId gid;
        Time not_before;
        std::uint32_t window;  // In flight at once.
        std::uint32_t in_flight{};
        std::uint32_t waiting{};
        std::uint32_t tries{};  // Timeouts and refusals in a row.
    };

    void add(Item item);
    // Before whatever else stands here of their group, in this order; those that are here already
    // take their place in it. None of that group may be in flight.
    void add_first(GroupId gid, std::vector<Item> items);
    // What was shown above `fork` is of a history that is gone.
    void forked(GroupId gid, Seq fork);
    // The next of this chain that may go out now, oldest first.
    [[nodiscard]] std::optional<Next> next(const Chain& chain, Time now);
    void departed(Item& item, std::uint32_t request);
    [[nodiscard]] Item* by_request(std::uint32_t request);

    // Answered: it leaves, and its chain may go faster. False: it was not here any more.
    bool answered(GroupId gid, const Cmid& cmid);
    // Refused for good: it leaves, and the next one names whatever is before it now.
    void drop(GroupId gid, const Cmid& cmid);
    // Everything unanswered of the group goes out again, from the oldest, not before `when`.
    void again(GroupId gid, Time when);
    // The server is busy: as again(), and then one at a time until answers come.
    void hold(GroupId gid, Time when);
    // The connection is gone: nothing is in flight any more.
    void disconnected();

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] const std::vector<Chain>& chains() const { return chains_; }
    // How often in a row this chain was put back, this time included.
    [[nodiscard]] std::uint32_t count_try(GroupId gid) { return ++chain(gid).tries; }
    [[nodiscard]] bool is_oldest(const Item& item) const;

private:
    Chain& chain(GroupId gid);
    bool remove(GroupId gid, const Cmid& cmid);

    std::vector<Item> items_;  // In the order of add().
    std::vector<Chain> chains_;
};

}  // namespace stentor::client
