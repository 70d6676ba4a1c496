#pragma once
// What the store numbered within commits, held against what it says after a loss of power: the feed
// and users' own logs. A number is read, raised and written in one commit, so half of one would
// show.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace stentor::store {

class Lines {
public:
    // A line unlike any other.
    [[nodiscard]] UserEvent draft(UserId uid);
    // In the order in which the store made them.
    void accept(const Commit& commit);
    // What is wrong with the newest hundred of each.
    [[nodiscard]] std::optional<std::string> differ(Store& store) const;

private:
    std::uint64_t drafted_{};
    std::vector<FeedRow> feed_;
    struct Log {
        std::uint64_t head{};
        std::vector<std::string> entries;  // From the first on.
    };
    std::map<UserId, Log> logs_;
    std::map<GroupId, Seq> heads_;
};

}  // namespace stentor::store
