#pragma once
// Who may do what to whom in a group: one table, asked by every command about people.
//
// owner > admin > member; nobody touches their equal or their better. The operator of the server
// stands above all of them and need not be a member.

#include <array>
#include <cstddef>
#include <cstdint>

#include "store/rows.h"

namespace stentor::group {

enum class Rank : std::uint8_t { none, member, admin, owner, the_operator };

constexpr Rank rank_of(store::Role role) { return static_cast<Rank>(role); }

enum class Act : std::uint8_t {
    kick,
    ban,  // And lifting it.
    mute,
    give_role,  // Member or admin.
    transfer,
    decide_join,  // And seeing who waits.
    invite,
    clear_reactions,  // Of others.
    write_note,       // To one member; anybody may be told something.
    recall_member,    // What they have written for some time.
    moderate,         // Reading the moderation log, dismissing reports.
    describe,         // Name, topic, welcome, slow mode.
    rule,             // Who may join, what joiners see, how long entries are kept.
};

struct ActRule {
    Act act;
    Rank least;        // Of who acts.
    bool over_target;  // They must rank above whom it concerns.
};

inline constexpr std::array kActRules{
    ActRule{.act = Act::kick, .least = Rank::admin, .over_target = true},
    ActRule{.act = Act::ban, .least = Rank::admin, .over_target = true},
    ActRule{.act = Act::mute, .least = Rank::admin, .over_target = true},
    ActRule{.act = Act::give_role, .least = Rank::owner, .over_target = true},
    ActRule{.act = Act::transfer, .least = Rank::owner, .over_target = true},
    ActRule{.act = Act::decide_join, .least = Rank::admin, .over_target = false},
    ActRule{.act = Act::invite, .least = Rank::admin, .over_target = false},
    ActRule{.act = Act::clear_reactions, .least = Rank::admin, .over_target = false},
    ActRule{.act = Act::write_note, .least = Rank::admin, .over_target = false},
    ActRule{.act = Act::recall_member, .least = Rank::admin, .over_target = true},
    ActRule{.act = Act::moderate, .least = Rank::admin, .over_target = false},
    ActRule{.act = Act::describe, .least = Rank::admin, .over_target = false},
    ActRule{.act = Act::rule, .least = Rank::owner, .over_target = false},
};

// `target`: of whom it concerns, where it concerns somebody.
[[nodiscard]] constexpr bool may(Rank actor, Act act, Rank target = Rank::none) {
    const ActRule& rule = kActRules[static_cast<std::size_t>(act)];
    return actor >= rule.least && (!rule.over_target || actor > target);
}

}  // namespace stentor::group
