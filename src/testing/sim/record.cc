#include "testing/sim/record.h"

#include <algorithm>

#include "base/limits.h"

namespace stentor::sim {

Seq Record::head(GroupId gid) const {
    const auto log = logs.find(gid);
    return log == logs.end() ? Seq{} : Seq{log->second.size()};
}

const Record::Row* Record::row(GroupId gid, Seq seq) const {
    if (seq.value == 0 || seq > head(gid)) return nullptr;
    return &logs.at(gid)[seq.value - 1];
}

bool Record::is_member(GroupId gid, UserId uid) const {
    const auto found = stays.find({gid, uid});
    return found != stays.end() && !found->second.empty() && !found->second.back().left;
}

bool Record::may_see(GroupId gid, UserId uid, Seq seq) const {
    const auto found = stays.find({gid, uid});
    if (found == stays.end()) return false;
    return std::ranges::any_of(found->second, [&](const Stay& stay) {
        return seq > stay.floor && (!stay.left || seq <= *stay.left);
    });
}

std::uint32_t Record::unread(GroupId gid, UserId uid, Seq cursor, bool live,
                             std::span<const Seq> without) const {
    const auto log = logs.find(gid);
    if (log == logs.end()) return 0;
    std::uint32_t count = 0;
    for (std::size_t i = log->second.size(); i > cursor.value && count < limits::kUnreadCap; --i) {
        const pb::Entry& entry = log->second[i - 1].newest();
        if (entry.sender() == uid.value || (live && entry.recalled())) continue;
        if (std::ranges::find(without, Seq{i}) == without.end()) ++count;
    }
    return count;
}

}  // namespace stentor::sim
