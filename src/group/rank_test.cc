#include "group/rank.h"

#include <gtest/gtest.h>

namespace stentor::group {
namespace {

constexpr std::array kRanks{Rank::none, Rank::member, Rank::admin, Rank::owner, Rank::the_operator};

TEST(Ranks, HaveOneRuleForEachActInItsPlace) {
    for (std::size_t i = 0; i < kActRules.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(kActRules[i].act), i);
    }
    EXPECT_EQ(static_cast<std::size_t>(Act::rule) + 1, kActRules.size());
}

TEST(Ranks, LetNobodyTouchHisEqualOrHisBetter) {
    for (const Act act : {Act::kick, Act::ban, Act::mute, Act::give_role, Act::transfer}) {
        for (const Rank actor : kRanks) {
            for (const Rank target : kRanks) {
                EXPECT_FALSE(actor <= target && may(actor, act, target));
            }
        }
    }
}

TEST(Ranks, LetWhoRanksHigherDoAllThatWhoRanksLowerMay) {
    for (const ActRule& rule : kActRules) {
        for (const Rank target : kRanks) {
            for (std::size_t i = 1; i < kRanks.size(); ++i) {
                EXPECT_LE(may(kRanks[i - 1], rule.act, target), may(kRanks[i], rule.act, target));
            }
        }
    }
}

TEST(Ranks, LetMembersDoNothingToAnybodyAndOnlyOwnersRule) {
    for (const ActRule& rule : kActRules) EXPECT_FALSE(may(Rank::member, rule.act));
    EXPECT_TRUE(may(Rank::admin, Act::kick, Rank::member));
    EXPECT_FALSE(may(Rank::admin, Act::give_role, Rank::member));
    EXPECT_FALSE(may(Rank::admin, Act::rule));
    EXPECT_TRUE(may(Rank::owner, Act::transfer, Rank::admin));
    EXPECT_TRUE(may(Rank::the_operator, Act::kick, Rank::owner));
}

}  // namespace
}  // namespace stentor::group
