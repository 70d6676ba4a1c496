#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "auth/account/follower.h"
#include "auth/account/gate.h"
#include "auth/account/shared_gate.h"

namespace stentor::account {
namespace {

using testing::ElementsAre;

constexpr UserId kAnn{1};
constexpr UserId kBob{2};
constexpr Time kNoon = from_ms(1'700'000'000'000);
constexpr Millis kHour{3'600'000};

TEST(Gate, WhoIsNotInItIsGood) {
    const Gate gate{kTokenLives};
    EXPECT_TRUE(gate.passes(kAnn, kNoon));
    EXPECT_TRUE(gate.passes(kAnn, {}));
}

TEST(Gate, ARateIsThatUsersUntilItIsTakenAway) {
    SharedGate gate{kTokenLives};
    const auto apply = [&](const bus::AccountState& state) { gate.apply({&state, 1}, kNoon); };
    EXPECT_FALSE(gate.rate_of(kAnn));
    apply({.uid = kAnn, .rate = {.per_s = 3, .burst = 7}});
    apply({.uid = kBob, .closed = true});
    EXPECT_EQ(gate.rate_of(kAnn), (UserRate{.per_s = 3, .burst = 7}));
    EXPECT_FALSE(gate.rate_of(kBob));
    EXPECT_TRUE(gate.passes(kAnn, kNoon)) << "who has a rate is good";
    EXPECT_EQ(gate.rates(), 1U);
    apply({.uid = kAnn, .tokens_since = kNoon, .rate = {.per_s = 4, .burst = 7}});
    EXPECT_EQ(gate.rates(), 1U);
    gate.forget(kNoon + kTokenLives);
    EXPECT_EQ(gate.rate_of(kAnn).per_s, 4U) << "what voids tokens is forgotten, the rate is not";
    apply({.uid = kAnn});
    EXPECT_FALSE(gate.rate_of(kAnn));
    EXPECT_EQ(gate.rates(), 0U);
    EXPECT_EQ(gate.size(), 1U);
}

TEST(Gate, AClosedAccountPassesWithNoTokenAndWithoutOne) {
    Gate gate{kTokenLives};
    gate.apply({.uid = kAnn, .closed = true}, kNoon);
    EXPECT_FALSE(gate.passes(kAnn, kNoon + kHour));
    EXPECT_FALSE(gate.passes(kAnn, {}));
    EXPECT_TRUE(gate.is_closed(kAnn));
    EXPECT_TRUE(gate.passes(kBob, kNoon));
    gate.apply({.uid = kAnn}, kNoon);
    EXPECT_TRUE(gate.passes(kAnn, kNoon));
    EXPECT_EQ(gate.size(), 0U);
}

TEST(Gate, TokensBeforeATimeAndSingleOnesAreVoid) {
    Gate gate{kTokenLives};
    gate.apply({.uid = kAnn, .tokens_since = kNoon, .ended_tokens = {kNoon + kHour}}, kNoon);
    EXPECT_FALSE(gate.passes(kAnn, kNoon - Millis{1}));
    EXPECT_TRUE(gate.passes(kAnn, kNoon));
    EXPECT_FALSE(gate.passes(kAnn, kNoon + kHour));
    EXPECT_TRUE(gate.passes(kAnn, kNoon + kHour + Millis{1}));
    EXPECT_TRUE(gate.passes(kAnn, {})) << "the account itself is good";
}

TEST(Gate, WhatConcernsExpiredTokensAloneIsForgotten) {
    Gate gate{24 * kHour};
    gate.apply({.uid = kAnn, .tokens_since = kNoon}, kNoon);
    gate.apply({.uid = kBob, .closed = true, .tokens_since = kNoon}, kNoon);
    gate.forget(kNoon + 23 * kHour);
    EXPECT_EQ(gate.size(), 2U);
    gate.forget(kNoon + 24 * kHour);
    EXPECT_EQ(gate.size(), 1U);
    EXPECT_FALSE(gate.passes(kBob, kNoon + 25 * kHour));
    EXPECT_EQ(gate.expires_of(kNoon, kNoon + 48 * kHour), kNoon + 24 * kHour)
        << "or a token that says it lives longer would be good again";
}

TEST(SharedGate, RefusesWhatAVoidTokenOrAClosedAccountAsksFor) {
    SharedGate gate{kTokenLives};
    const auto objection = [&](bus::Command command) {
        const auto error = gate.objection_to(command);
        return error ? error->code : Code::ok;
    };
    bus::Command member{.uid = kAnn, .token_minted = kNoon};
    member.frame.mutable_send();
    bus::Command key{.uid = kAnn, .operator_rights = true};
    key.frame.mutable_send();
    EXPECT_EQ(objection(member), Code::ok);

    const std::vector<bus::AccountState> signed_out{
        {.uid = kAnn, .tokens_since = kNoon + Millis{1}}};
    gate.apply(signed_out, kNoon);
    EXPECT_EQ(objection(member), Code::token_invalid);
    EXPECT_EQ(objection(key), Code::ok);

    const std::vector<bus::AccountState> closed{{.uid = kAnn, .closed = true}};
    gate.apply(closed, kNoon);
    EXPECT_EQ(objection(key), Code::not_permitted);
    key.frame.mutable_leave_group();
    EXPECT_EQ(objection(key), Code::ok) << "the operator takes them out of groups";
    key.frame.mutable_clear_reactions();
    EXPECT_EQ(objection(key), Code::ok) << "and what they added to entries";
    EXPECT_EQ(objection({.uid = {}, .operator_rights = true}), Code::ok);
}

class FollowerTest : public testing::Test, private Follower::Port {
protected:
    void ask(const bus::AskAccountChanges& question) override { asked.push_back(question.after); }
    void accounts_moved(std::span<const bus::AccountState> states) override {
        for (const bus::AccountState& state : states) moved.push_back(state.uid);
    }
    void accounts_known() override { ++known; }
    static bus::Reply page(std::vector<bus::AccountState> states, std::uint64_t last,
                           std::uint64_t head) {
        return bus::AccountChangesAnswer{.states = std::move(states), .head = head, .last = last};
    }

    std::vector<std::uint64_t> asked;
    std::vector<UserId> moved;
    int known = 0;
    SharedGate gate{kTokenLives};
    Follower follower{gate, *this};
};

TEST_F(FollowerTest, NobodyIsAnsweredBeforeTheLastPageIsRead) {
    follower.on_tick(kNoon);
    follower.on_reply(page({{.uid = kBob, .closed = true}}, 1, 2), kNoon);
    EXPECT_FALSE(gate.known());
    follower.on_reply(page({{.uid = kAnn, .closed = true}}, 2, 2), kNoon);
    EXPECT_TRUE(gate.known());
    EXPECT_EQ(known, 1);
    EXPECT_THAT(asked, ElementsAre(0, 1));
    EXPECT_FALSE(gate.passes(kAnn, kNoon));
}

TEST_F(FollowerTest, AnEmptyRecordIsKnownAtOnce) {
    follower.on_tick(kNoon);
    follower.on_reply(page({}, 0, 0), kNoon);
    EXPECT_TRUE(gate.known());
}

TEST_F(FollowerTest, AnAnswerThatIsLostIsAskedForAgain) {
    follower.on_tick(kNoon);
    follower.on_reply(std::unexpected(Error{.code = Code::timeout}), kNoon);
    EXPECT_FALSE(gate.known());
    follower.on_tick(kNoon + Millis{1'000});
    follower.on_moved();
    EXPECT_THAT(asked, ElementsAre(0, 0, 0));
}

TEST_F(FollowerTest, AnOldPageDoesNotOpenWhatANewerOneClosed) {
    follower.on_reply(page({}, 0, 0), kNoon);
    follower.on_reply(page({{.uid = kAnn, .closed = true}}, 2, 2), kNoon);
    follower.on_reply(page({{.uid = kAnn, .closed = false}}, 1, 1), kNoon);
    EXPECT_FALSE(gate.passes(kAnn, kNoon));
    EXPECT_THAT(moved, ElementsAre(kAnn));
    follower.on_tick(kNoon);
    EXPECT_EQ(asked.back(), 2U) << "what is known is not asked for again";
}

}  // namespace
}  // namespace stentor::account
