#pragma once
// How far nodes have been told of a group while a commit of it is under way. The store shows what
// is committed before its items are published; who reads a page meanwhile must not be ahead of the
// stream, which may have to say first that somebody left.
//
// Thread: any. Workers tell, loaders ask. Cost: a place in a map for each group that commits.

#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ids.h"

namespace stentor::owner {

class Published {
public:
    // A commit goes to the store; up to `head` everything is published, or will be before it is.
    // At most two of a group: the next one follows in the turn that tells of the first.
    void commit_began(GroupId gid, Seq head) {
        const std::lock_guard lock{mutex_};
        const auto [place, first] = under_way_.try_emplace(gid, Heads{.first = head, .next = {}});
        if (!first) place->second.next = head;
    }
    // Its outcome is known, and what it brought has been handed to the bus.
    void commit_told(GroupId gid) {
        const std::lock_guard lock{mutex_};
        const auto found = under_way_.find(gid);
        if (found == under_way_.end()) return;
        if (const auto next = found->second.next) {
            found->second = {.first = *next, .next = {}};
        } else {
            under_way_.erase(found);
        }
    }

    // The last seq that may be shown of what was read from the store before; nothing: all of it.
    [[nodiscard]] std::optional<Seq> limit(GroupId gid) const {
        const std::lock_guard lock{mutex_};
        const auto found = under_way_.find(gid);
        if (found == under_way_.end()) return std::nullopt;
        return found->second.first;
    }

private:
    struct Heads {
        Seq first;
        std::optional<Seq> next;
    };

    mutable std::mutex mutex_;
    std::unordered_map<GroupId, Heads> under_way_;
};

}  // namespace stentor::owner
