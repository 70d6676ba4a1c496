#pragma once
// The groups that stand open on one connection, in no order. Pure. Owner: a Session. Most
// connections have one.

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "node/types.h"

namespace stentor::session {

using node::kNoSeat;
using node::SeatIndex;

// kNoSeat while it is being opened.
struct OpenGroup {
    GroupId gid;
    Epoch epoch;
    Seq floor;                // Of this member: nothing at or below may be seen.
    std::uint64_t version{};  // Of the member's row: an older oust does not concern this seat.
    SeatIndex seat{kNoSeat};
    std::uint32_t opens : 31 {};   // Opens on their way.
    std::uint32_t overlay : 1 {};  // Hidden entries, notes or reactions of this member are there.
};

class OpenGroups {
public:
    [[nodiscard]] auto begin() const { return groups_.begin(); }
    [[nodiscard]] auto end() const { return groups_.end(); }
    [[nodiscard]] bool empty() const { return groups_.empty(); }
    [[nodiscard]] std::size_t size() const { return groups_.size(); }

    [[nodiscard]] const OpenGroup* find(GroupId gid) const {
        const auto group = std::ranges::find(groups_, gid, &OpenGroup::gid);
        return group == groups_.end() ? nullptr : &*group;
    }
    [[nodiscard]] OpenGroup* find(GroupId gid) {
        const auto group = std::ranges::find(groups_, gid, &OpenGroup::gid);
        return group == groups_.end() ? nullptr : &*group;
    }
    // Whether the entry `seq` of a group open here may be shown to this member.
    [[nodiscard]] bool sees(GroupId gid, Seq seq) const {
        const OpenGroup* group = find(gid);
        return group != nullptr && seq > group->floor;
    }

    OpenGroup& add(GroupId gid) {
        // Exact, not doubled: there may be a million of them with a few groups each.
        groups_.reserve(groups_.size() + 1);
        return groups_.emplace_back(OpenGroup{.gid = gid});
    }
    void forget(GroupId gid) {
        const auto group = std::ranges::find(groups_, gid, &OpenGroup::gid);
        if (group != groups_.end()) groups_.erase(group);
    }
    // One Open of this group has been answered; forgets the group when it led to no seat.
    void opening_done(GroupId gid) {
        OpenGroup* group = find(gid);
        if (group == nullptr) return;
        if (group->opens > 0) --group->opens;
        if (group->opens == 0 && group->seat == kNoSeat) forget(gid);
    }

private:
    boost::container::small_vector<OpenGroup, 1> groups_;
};

}  // namespace stentor::session
