// What the socket takes, who is there, and what a member alone sees.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "node/session/session.h"
#include "node/session/session_test_kit.h"
#include "wire/frames.h"

namespace stentor::session {
namespace {

// ---- Pacing by the socket

TEST_F(SessionTest, AResumeOpensAFewGroupsAndTheOthersAsTheSocketTakesThem) {
    pb::ClientFrame frame = hello();
    for (std::uint64_t gid = 1; gid <= limits::kResumes; ++gid) {
        frame.mutable_hello()->add_resume()->set_gid(gid);
    }
    say(frame);
    EXPECT_EQ(fx.opens.size(), limits::kResumesAtOnce);
    session.on_opened(0, {.gid = {1}, .epoch = kEpoch}, payload(0), fx);
    EXPECT_EQ(fx.opens.size(), limits::kResumesAtOnce + 1U);
    session.on_kept(fx);
    session.on_opened(0, {.gid = {2}, .epoch = kEpoch}, payload(0), fx);
    session.on_refused(0, {3}, {.code = Code::not_found}, fx);
    EXPECT_EQ(fx.opens.size(), limits::kResumesAtOnce + 1U) << "nothing while something waits";
    session.on_drained(fx);
    EXPECT_EQ(fx.opens.size(), limits::kResumesAtOnce + 3U);
    for (std::uint64_t gid = 4; gid <= limits::kResumes; ++gid) {
        session.on_opened(0, {.gid = {gid}, .epoch = kEpoch}, payload(0), fx);
    }
    EXPECT_EQ(fx.opens.size(), limits::kResumes);
    EXPECT_EQ(fx.taken.size(), limits::kResumes - 1);
    for (std::uint64_t i = 0; i < limits::kResumes; ++i) EXPECT_EQ(fx.opens[i].second.value, i + 1);
}

TEST_F(SessionTest, AGroupClosedBeforeItsResumeIsNotOpened) {
    pb::ClientFrame frame = hello();
    for (std::uint64_t gid = 1; gid <= limits::kResumesAtOnce + 1U; ++gid) {
        frame.mutable_hello()->add_resume()->set_gid(gid);
    }
    say(frame);
    pb::ClientFrame close;
    close.set_request_id(9);
    close.mutable_close()->set_gid(limits::kResumesAtOnce + 1U);
    say(close);
    session.on_opened(0, {.gid = {1}, .epoch = kEpoch}, payload(0), fx);
    EXPECT_EQ(fx.opens.size(), limits::kResumesAtOnce);
}

TEST_F(SessionTest, NothingIsReadWhileAnAnswerWaits) {
    begin();
    session.on_kept(fx);
    EXPECT_TRUE(fx.paused);
    session.on_drained(fx);
    EXPECT_FALSE(fx.paused);
    for (std::uint32_t id = 10; id < 18; ++id) say(open(id, {id}));
    session.on_kept(fx);
    session.on_answer(10, payload(10), fx);
    EXPECT_TRUE(fx.paused) << "a free slot is not enough";
    session.on_drained(fx);
    EXPECT_FALSE(fx.paused);
}

TEST_F(SessionTest, BadgesThatWaitAreOneForEachGroup) {
    begin();
    session.on_kept(fx);
    const std::size_t before = fx.replies.size();
    for (std::uint32_t unread = 1; unread <= 50; ++unread) {
        pb::Pulse pulse;
        for (const std::uint64_t gid : {7U, 8U}) {
            pulse.add_badges()->set_gid(gid);
            pulse.mutable_badges()->rbegin()->set_unread(unread);
        }
        if (unread == 3) pulse.mutable_badges(0)->set_name("new");
        session.on_badges(pulse, fx);
    }
    EXPECT_EQ(fx.replies.size(), before);
    session.on_drained(fx);
    ASSERT_EQ(fx.replies.size(), before + 1);
    const pb::Pulse& told = fx.replies.back().pulse();
    ASSERT_EQ(told.badges_size(), 2);
    for (const pb::Badge& badge : told.badges()) EXPECT_EQ(badge.unread(), 50U);
    EXPECT_EQ(std::ranges::find(told.badges(), 7U, &pb::Badge::gid)->name(), "new");
}

TEST_F(SessionTest, ABadgeThatWaitsKeepsWhatAnEarlierOneTold) {
    begin();
    session.on_kept(fx);
    for (const bool changed : {true, false}) {
        pb::Pulse pulse;
        pulse.add_badges()->set_gid(7);
        pulse.mutable_badges(0)->set_changed(changed);
        session.on_badges(pulse, fx);
    }
    session.on_drained(fx);
    EXPECT_TRUE(fx.replies.back().pulse().badges(0).changed());
}

// ---- Who is there

TEST_F(SessionTest, WhoSaysNothingForAWhileIsAwayUntilTheySpeak) {
    begin();
    open_it();
    pb::ClientFrame here;
    here.mutable_here();
    for (int i = 0; i < 20; ++i) {
        session.on_pulse(2, fx);
        session.on_pulse(2, fx);
        say(here);
    }
    EXPECT_EQ(fx.away, 0);
    for (int i = 0; i < 9; ++i) session.on_pulse(2, fx);
    EXPECT_EQ(fx.away, 1);
    const std::size_t before = fx.replies.size();
    say(here);
    EXPECT_EQ(fx.away, 0);
    EXPECT_EQ(fx.replies.size(), before) << "it is not answered";
    for (int i = 0; i < 9; ++i) session.on_pulse(2, fx);
    session.on_disconnected(fx);
    EXPECT_EQ(fx.away, 0) << "a seat that is left is nobody's any more";
}

TEST_F(SessionTest, AsManyPulsesAsAreSilentAreNotTooMany) {
    begin();
    open_it();
    for (int i = 0; i < 2; ++i) session.on_pulse(2, fx);
    EXPECT_EQ(fx.away, 0);
    session.on_pulse(2, fx);
    EXPECT_EQ(fx.away, 1);
}

TEST_F(SessionTest, ASeatTakenWhileNobodyIsThereIsNobodys) {
    begin();
    say(open());
    for (int i = 0; i < 9; ++i) session.on_pulse(2, fx);
    EXPECT_EQ(fx.away, 0) << "no seat yet";
    session.on_opened(20, opening(), payload(20), fx);
    EXPECT_EQ(fx.away, 1);
    say(pull());
    EXPECT_EQ(fx.away, 0);
}

TEST(Here, IsAskedForSoSeldomThatAMillionCanSayIt) {
    EXPECT_EQ(here_s(Millis{30'000}), limits::kHereS);
    EXPECT_EQ(here_s(Millis{120'000}), 360U);
    EXPECT_EQ(silent_pulses(Millis{120'000}), limits::kHerePulses);
    EXPECT_EQ(here_s(Millis{1'000}), limits::kHereS);
}

// ---- What is beside the entries for one member alone

TEST_F(SessionTest, PagesReadAfterAHideOrAReactionAskForWhatIsOnesOwn) {
    begin();
    open_it();
    say(pull(10));
    EXPECT_EQ(fx.readers.back().mine_of, UserId{});
    pb::ClientFrame hide;
    hide.set_request_id(11);
    hide.mutable_hide()->set_gid(kGroup.value);
    hide.mutable_hide()->set_epoch(kEpoch.value);
    hide.mutable_hide()->add_seqs(4);
    say(hide);
    session.on_answer(11, payload(11), fx);
    say(pull(12));
    EXPECT_EQ(fx.readers.back().mine_of, session.uid());
    // An answer to an open that was made before does not take it away.
    say(open(13));
    session.on_opened(13, opening(), payload(13), fx);
    say(pull(14));
    EXPECT_EQ(fx.readers.back().mine_of, session.uid());
}

TEST_F(SessionTest, WhatAnotherDeviceHidIsAskedForAsSoonAsItIsTold) {
    begin();
    open_it();
    session.on_overlay({99});
    say(pull(10));
    EXPECT_EQ(fx.readers.back().mine_of, UserId{});
    session.on_overlay(kGroup);
    say(pull(11));
    EXPECT_EQ(fx.readers.back().mine_of, session.uid());
}

}  // namespace
}  // namespace stentor::session
