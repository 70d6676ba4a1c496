#pragma once
// Who waits until what one user had under way is settled. From the moment at which their account is
// closed nothing more of theirs is ordered, so this ends with the commits that hold something of
// it. Pure.
//
// Owner: a worker. Thread: the worker's. Cost: a set's insertion for each commit; while somebody
// waits, a look at each group with a commit under way.

#include <algorithm>
#include <functional>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace stentor::owner {

class Barriers {
public:
    using Done = std::move_only_function<void()>;

    // ---- Between these a group's commit is under way.
    void commit_began(GroupId gid) { committing_.insert(gid); }
    void commit_ended(GroupId gid) { committing_.erase(gid); }
    // Those of this partition, whose outcomes concern nobody here any more.
    void end_commits(PartitionId partition) {
        std::erase_if(committing_, [&](GroupId gid) { return partition_of(gid) == partition; });
    }

    void add(UserId uid, Done done) { waiting_.push_back({.uid = uid, .done = std::move(done)}); }

    // At the end of a turn, when whatever is staged is in a commit or behind one. holds(gid, uid):
    // something of theirs is.
    template <class Holds>
    void look(const Holds& holds) {
        std::erase_if(waiting_, [&](Waiting& waiting) {
            if (!std::exchange(waiting.looked, true)) {
                waiting.groups.assign(committing_.begin(), committing_.end());
            }
            std::erase_if(waiting.groups, [&](GroupId gid) { return !holds(gid, waiting.uid); });
            if (!waiting.groups.empty()) return false;
            waiting.done();
            return true;
        });
    }

private:
    struct Waiting {
        UserId uid;
        Done done;
        bool looked{};
        std::vector<GroupId> groups;  // Where something of theirs is under way.
    };

    std::unordered_set<GroupId> committing_;
    std::vector<Waiting> waiting_;
};

}  // namespace stentor::owner
