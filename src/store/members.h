#pragma once
// The port to who is, was or wants to be in a group. Rules of all ports: store.h.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/port.h"
#include "store/rows.h"

namespace stentor::store {

class Members : public Port {
public:
    [[nodiscard]] virtual Result<std::optional<MemberRow>> member(GroupId gid, UserId uid) = 0;
    // One for each key.
    struct MemberKey {
        GroupId gid;
        UserId uid;
    };
    [[nodiscard]] virtual Result<std::vector<std::optional<MemberRow>>> member_rows(
        std::span<const MemberKey> keys);
    // In the order of uid, after `after`; at most count_max. Those who left are among them.
    [[nodiscard]] virtual Result<std::vector<MemberRow>> members(GroupId gid, UserId after,
                                                                 std::size_t count_max) = 0;
    // Everything `uid` is a member of now, in the order of gid; at most count_max.
    [[nodiscard]] virtual Result<std::vector<Membership>> memberships(UserId uid,
                                                                      std::size_t count_max) = 0;
    // Their groups alone: one list for each user, each with at most count_max.
    [[nodiscard]] virtual Result<std::vector<std::vector<GroupId>>> group_lists(
        std::span<const UserId> uids, std::size_t count_max);
    // Read positions: moves forward only, needs no sync, nothing else of the row changes. Passed
    // over: a row that does not exist, and what a former owner or an owner in a former epoch says
    // (verdict.h).
    using ReadPosition = store::ReadPosition;
    virtual Result<void> advance_read(std::span<const ReadPosition> positions) = 0;

    // Those `whom` names (members now, who waits for approval, who is banned) whose folded name
    // starts with `prefix`, in the order of (name_key, uid), after `after`; at most count_max.
    struct NamePlace {
        std::string name_key;
        UserId uid;
    };
    [[nodiscard]] virtual Result<std::vector<NamedMember>> members_by_name(
        GroupId gid, std::string_view prefix, const NamePlace& after, Listed whom,
        std::size_t count_max) = 0;
};

}  // namespace stentor::store
