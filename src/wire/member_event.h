#pragma once
// That somebody came into a group or went: what a feed tells beside entries.

#include <cstdint>

#include "base/ids.h"

namespace stentor {

struct MemberEvent {
    enum class Kind : std::uint8_t { joined = 1, left, kicked, banned, ban_lifted, group_closed };
    static constexpr auto kLast = Kind::group_closed;

    UserId uid;  // 0: everybody, when the group is closed.
    Kind kind{};
    UserId by;  // 0: the operator.

    friend bool operator==(const MemberEvent&, const MemberEvent&) = default;
};

}  // namespace stentor
