#pragma once
// How far nodes have been told of a group while a commit of it is under way. The store shows what
// is committed before its items are published; who reads a page meanwhile must not be ahead of the
// stream, which may have to say first that somebody left.
//
// Thread: any. Workers tell, loaders ask. Cost: a place in a map for each commit under way.

#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ids.h"

namespace stentor::owner {

class Published {
public:
    // A commit goes to the store; up to `head` everything is published, or will be before it is.
    void commit_began(GroupId gid, Seq head) {
        const std::lock_guard lock{mutex_};
        heads_[gid].push_back(head);
    }
    // Its outcome is known, and what it brought has been handed to the bus.
    void commit_told(GroupId gid) {
        const std::lock_guard lock{mutex_};
        const auto found = heads_.find(gid);
        if (found == heads_.end()) return;
        found->second.pop_front();
        if (found->second.empty()) heads_.erase(found);
    }

    // The last seq that may be shown of what was read from the store before; nothing: all of it.
    [[nodiscard]] std::optional<Seq> limit(GroupId gid) const {
        const std::lock_guard lock{mutex_};
        const auto found = heads_.find(gid);
        if (found == heads_.end()) return std::nullopt;
        return found->second.front();
    }

private:
    mutable std::mutex mutex_;
    std::unordered_map<GroupId, std::deque<Seq>>
        heads_;  // Two at most: the next one follows at once.
};

}  // namespace stentor::owner
