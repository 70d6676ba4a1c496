// What bounds a session: its token and its timers, guesses, and answers that come too late.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/session/session.h"
#include "node/session/session_test_kit.h"

namespace stentor::session {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BoundsTest : public SessionTest {
protected:
    // An Open of a group that there is not, or that may not be seen; whether it was asked for.
    bool guess(Code refused = Code::not_found) {
        fx.opens.clear();
        const GroupId gid{1'000 + ++guesses_};
        say(open(gid_request(gid), gid));
        if (fx.opens.empty()) return false;
        session.on_refused(gid_request(gid), gid, {.code = refused}, fx);
        return true;
    }
    void guess_all(std::uint32_t left = 0) {
        for (std::uint32_t i = left; i < limits::kMisses; ++i) ASSERT_TRUE(guess()) << i;
    }

private:
    static std::uint32_t gid_request(GroupId gid) { return static_cast<std::uint32_t>(gid.value); }
    std::uint64_t guesses_ = 0;
};

TEST_F(BoundsTest, AFrameLargerThanAnyMayBeEndsTheConversation) {
    begin();
    session.on_frame(rules, std::string(limits::kClientFrameBytes + 1, 'x'), now, fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_FRAME_TOO_LARGE);
    EXPECT_EQ(fx.refusal().limit(), limits::kClientFrameBytes);
    EXPECT_EQ(fx.closed.size(), 1U);
}

// ---- The token

TEST_F(BoundsTest, ACommandBehindTheTokensEndIsNotTaken) {
    begin();
    now += Millis{3'600'000};
    say(send());
    EXPECT_EQ(fx.refusal().code(), pb::CODE_TOKEN_EXPIRED);
    EXPECT_THAT(fx.commands, IsEmpty());
    EXPECT_EQ(fx.closed.size(), 1U);
}

class OlderTokens : public Tokens {
public:
    Result<Identity> verify(std::string_view token, Time now) const override {
        auto identity = Tokens::verify(token, now);
        if (identity) identity->minted = now - Millis{1};
        return identity;
    }
};

TEST_F(BoundsTest, ATokenThatWasEndedDoesNotComeIn) {
    const bus::AccountState state{.uid = {1}, .tokens_since = now};
    gate.apply({&state, 1}, now);
    const OlderTokens older;
    const Rules theirs{.verifier = older, .gate = gate};
    session.on_frame(theirs, wire::encode(hello()), now, fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_TOKEN_INVALID);
    EXPECT_EQ(fx.registrations, 0);
    EXPECT_EQ(fx.closed.size(), 1U);
}

// ---- Timers

TEST_F(BoundsTest, TheTimerOfTheTokensEndIsSetBehindEachOther) {
    begin();
    const Time expires = now + Millis{3'600'000};
    now = fx.deadline;
    session.on_deadline(now, fx);
    EXPECT_EQ(fx.deadline, expires);
    say(pull());
    say(open());
    now += kAnswerWithin + Millis{200};
    session.on_deadline(now, fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_TIMEOUT);
    EXPECT_EQ(fx.deadline, expires);
    EXPECT_TRUE(fx.closed.empty());
}

TEST_F(BoundsTest, EachCommandTimesOutInItsTurn) {
    begin();
    say(send(10));
    const Time first = now;
    now += Millis{3'000};
    say(send(11));
    now = first + kAnswerWithin + Millis{200};
    session.on_deadline(now, fx);
    EXPECT_EQ(fx.replies.back().request_id(), 10U);
    const Time due = first + Millis{3'000} + kAnswerWithin;
    EXPECT_GE(fx.deadline, due);
    EXPECT_LE(fx.deadline, due + Millis{100});
    now = fx.deadline;
    session.on_deadline(now, fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_TIMEOUT);
    EXPECT_EQ(fx.replies.back().request_id(), 11U);
}

// ---- Guesses

TEST_F(BoundsTest, AGroupThatMayNotBeSeenIsAGuessAsOneThatIsNotThere) {
    begin();
    for (std::uint32_t i = 0; i < limits::kMisses; ++i) {
        ASSERT_TRUE(guess(Code::not_a_member)) << i;
    }
    EXPECT_FALSE(guess(Code::not_a_member));
    EXPECT_EQ(fx.refusal().rule(), "misses");
}

TEST_F(BoundsTest, WhoHasGuessedTooOftenGuessesByNoOtherCommand) {
    begin("bench");
    guess_all();
    EXPECT_FALSE(guess());
    say(send());
    EXPECT_THAT(fx.commands, IsEmpty());
    EXPECT_EQ(fx.refusal().rule(), "misses");
    EXPECT_EQ(fx.refusal().field(), "send.gid");
}

TEST_F(BoundsTest, AnOpenUnderWayIsNoPassToItsGroup) {
    begin("bench");
    say(open(20));
    guess_all(1);  // That one counts until it is answered.
    pb::ClientFrame frame;
    frame.set_request_id(21);
    frame.mutable_fetch_members()->set_gid(kGroup.value);
    say(frame);
    EXPECT_THAT(fx.asks, IsEmpty());
    EXPECT_EQ(fx.refusal().rule(), "misses");
    session.on_opened(20, opening(), payload(20), fx);
    say(frame);
    EXPECT_EQ(fx.asks.size(), 1U);
}

// ---- Rates

TEST_F(BoundsTest, OnlyARefusedSendGivesBackWhatASendTook) {
    begin();
    for (std::uint32_t id = 10; id < 15; ++id) {
        say(send(id));
        session.on_answer(id, payload(id), fx);
    }
    pb::ClientFrame edit;
    edit.set_request_id(20);
    edit.mutable_edit()->set_gid(kGroup.value);
    edit.mutable_edit()->set_epoch(kEpoch.value);
    edit.mutable_edit()->set_seq(4);
    edit.mutable_edit()->set_body(send().send().body());
    say(edit);
    ASSERT_EQ(fx.commands.size(), 6U);
    session.on_refusal(rules, 20, Code::filtered, now);
    session.on_answer(20, payload(20), fx);
    say(send(21));
    EXPECT_EQ(fx.commands.size(), 6U);
    EXPECT_EQ(fx.refusal().rule(), "rate");
}

// ---- Answers that cross each other

TEST_F(BoundsTest, APageOfAnotherHistoryDoesNotCatchUp) {
    begin();
    open_it();
    say(pull());
    session.on_ranged(10, kGroup, Epoch{3}, Seq{4}, Seq{9}, Seq{9}, payload(10), fx);
    EXPECT_EQ(fx.replies.back().request_id(), 10U);
    EXPECT_THAT(fx.caught, IsEmpty());
}

TEST_F(BoundsTest, OfTwoOpensOneMayBeRefusedBeforeTheOtherOneIsGood) {
    begin();
    say(open(20));
    say(open(21));
    session.on_refused(20, kGroup, {.code = Code::overloaded}, fx);
    session.on_opened(21, opening(), payload(21), fx);
    EXPECT_THAT(fx.taken, ElementsAre(Seq{30}));
    EXPECT_EQ(session.groups().size(), 1U);
}

TEST_F(BoundsTest, WhatWasHiddenBeforeIsAskedForFromTheFirstPageOn) {
    begin();
    say(open());
    OpenResult with_overlay = opening();
    with_overlay.overlay = true;
    session.on_opened(20, with_overlay, payload(20), fx);
    say(pull());
    EXPECT_EQ(fx.readers.back().mine_of, session.uid());
}

}  // namespace
}  // namespace stentor::session
