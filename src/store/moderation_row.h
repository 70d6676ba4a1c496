#pragma once
// A row of a group's moderation log; rows.h has the others, moderation.h says what is kept.

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/time.h"

namespace stentor::store {

// A line of a group's moderation log: what was reported, and what its moderators did.
enum class ModerationKind : std::uint8_t {  // Numbers as pb::ModerationKind.
    report = 1,
    dismiss,
    recall,
    recall_member,
    mute,
    kick,
    ban,
    role,
    settings,
    decide_join,
    invite,
    clear_reactions,
};
inline constexpr ModerationKind kLastModerationKind = ModerationKind::clear_reactions;

struct ModerationRow {
    std::uint64_t number{};  // By its commit, see moderation.h; ascending, not dense.
    Time time;
    UserId by;  // 0: the operator, or somebody who was erased.
    ModerationKind kind{ModerationKind::report};
    UserId uid;   // Whom it concerns; 0: nobody.
    Epoch epoch;  // In which `seq` means something.
    Seq seq;      // 0: no entry.
    std::uint64_t value{};
    std::string reason;

    friend bool operator==(const ModerationRow&, const ModerationRow&) = default;
};

}  // namespace stentor::store
