#include "node/session/session.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "base/group_ids.h"
#include "node/session/checks.h"
#include "node/session/session_test_kit.h"
#include "wire/frames.h"

namespace stentor::session {
namespace {

TEST_F(SessionTest, WhoGuessesGroupIdsWaitsAfterAFew) {
    say(hello());
    std::uint32_t request_id = 10;
    const auto guess = [&] {
        pb::ClientFrame frame;
        frame.set_request_id(++request_id);
        frame.mutable_open()->set_gid(1'000 + request_id);
        say(frame);
        if (fx.opens.empty()) return false;
        session.on_refused(request_id, GroupId{1'000 + request_id}, {.code = Code::not_found}, fx);
        fx.opens.clear();
        return true;
    };
    std::uint32_t asked = 0;
    for (int i = 0; i < 1'000; ++i) asked += guess() ? 1U : 0U;
    EXPECT_EQ(asked, limits::kMisses);
    EXPECT_EQ(fx.held, 1'000 - limits::kMisses);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_RATE_LIMITED);
    EXPECT_EQ(fx.refusal().field(), "open.gid");
    now += Millis{fx.refusal().retry_after_ms()};
    EXPECT_TRUE(guess());
    EXPECT_FALSE(guess());
    EXPECT_TRUE(fx.closed.empty());
}

TEST_F(SessionTest, HelloIsWelcomedAndItsGroupsAreOpened) {
    pb::ClientFrame frame = hello();
    frame.mutable_hello()->add_resume()->set_gid(5);
    frame.mutable_hello()->add_resume()->set_gid(6);
    say(frame);
    EXPECT_EQ(session.uid(), UserId{1});
    EXPECT_EQ(fx.registrations, 1);
    ASSERT_EQ(fx.replies.size(), 1U);
    EXPECT_EQ(fx.replies[0].welcome().limits().groups_open(), limits::kGroupsOpen);
    EXPECT_THAT(fx.opens,
                ::testing::ElementsAre(std::pair{0U, GroupId{5}}, std::pair{0U, GroupId{6}}));
    session.on_refused(0, GroupId{6}, {.code = Code::not_found}, fx);
    EXPECT_EQ(fx.refusal().gid(), 6U);
    EXPECT_EQ(session.groups().size(), 1U);
}

TEST_F(SessionTest, EndsThatBreakTheConversationSayWhyAndClose) {
    struct Case {
        pb::ClientFrame frame;
        bool after_hello;
        std::uint16_t close;
    };
    pb::ClientFrame version = hello();
    version.mutable_hello()->set_version(2);
    pb::ClientFrame many = hello();
    for (int i = 0; i < 33; ++i) many.mutable_hello()->add_resume()->set_gid(1);
    const Case cases[] = {
        {hello("old"), false, 4103},     {hello("forged"), false, 4402},
        {version, false, 4401},          {many, false, 4406},
        {send(), false, 4407},           {hello(), true, 4407},
        {pb::ClientFrame{}, true, 4400},
    };
    for (const Case& one : cases) {
        session = {};
        fx.closed.clear();
        if (one.after_hello) begin();
        say(one.frame);
        EXPECT_THAT(fx.closed, ::testing::ElementsAre(one.close));
        EXPECT_EQ(static_cast<int>(fx.refusal().code()) + 4000, one.close);
        EXPECT_FALSE(fx.refusal().field().empty());
        EXPECT_EQ(session.state(), Session::State::closing);
        const std::size_t replies = fx.replies.size();
        say(hello());
        EXPECT_EQ(fx.replies.size(), replies) << "a closing session is deaf";
    }
}

TEST_F(SessionTest, ASilentConnectionIsClosed) {
    EXPECT_EQ(fx.deadline, now + limits::kHelloWithin);
    now = fx.deadline;
    session.on_deadline(now, fx);
    EXPECT_THAT(fx.closed, ::testing::ElementsAre(4407));
}

TEST_F(SessionTest, ATokenThatEndsEndsTheSession) {
    begin();
    session.on_deadline(fx.deadline, fx);  // The one for Hello, which comes too early now.
    EXPECT_TRUE(fx.closed.empty());
    now += Millis{3'600'000};
    session.on_deadline(now, fx);
    EXPECT_THAT(fx.closed, ::testing::ElementsAre(4103));
}

TEST_F(SessionTest, EightCommandsInFlightStopReadingUntilOneIsAnswered) {
    begin("bench");
    for (std::uint32_t id = 10; id < 18; ++id) say(send(id));
    EXPECT_TRUE(fx.paused);
    EXPECT_EQ(fx.commands.size(), 8U);
    session.on_answer(12, payload(12), fx);
    EXPECT_FALSE(fx.paused);
    say(send(12));
    EXPECT_EQ(fx.commands.size(), 9U);
}

TEST_F(SessionTest, ARequestIdInFlightIsRefusedAndTheFirstStillAnswered) {
    begin();
    say(send(10));
    say(send(10));
    EXPECT_EQ(fx.refusal().code(), pb::CODE_BAD_FIELD);
    EXPECT_EQ(fx.refusal().field(), "request_id");
    EXPECT_TRUE(fx.closed.empty());
    EXPECT_EQ(fx.commands.size(), 1U);
    session.on_answer(10, payload(10), fx);
    EXPECT_TRUE(fx.replies.back().has_done());
}

TEST_F(SessionTest, AnUnknownCommandIsUnsupportedAndTheConnectionGoesOn) {
    begin();
    // Field 2047 of a later version's ClientFrame.
    session.on_frame(rules, std::string{"\x08\x0a\xfa\x7f\x00", 5}, now, fx);
    EXPECT_EQ(fx.replies.back().request_id(), 10U);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_UNSUPPORTED);
    EXPECT_EQ(fx.refusal().field(), "command");
    EXPECT_TRUE(fx.closed.empty());
    say(send(10));
    EXPECT_EQ(fx.commands.size(), 1U);
}

TEST_F(SessionTest, WhatNobodyAnswersTimesOutAndALateAnswerIsDropped) {
    begin();
    say(send(10));
    now += kAnswerWithin + Millis{200};
    session.on_deadline(now, fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_TIMEOUT);
    const std::size_t replies = fx.replies.size();
    session.on_answer(10, payload(10), fx);
    EXPECT_EQ(fx.replies.size(), replies);
}

TEST_F(SessionTest, RefusedSendsNameFieldAndLimit) {
    begin("bench");
    struct Case {
        std::function<void(pb::Send&)> spoil;
        pb::Code code;
        std::string field;
        std::uint64_t limit;
    };
    const auto body = [](pb::Send& one, const std::function<void(pb::Body&)>& spoil) {
        pb::Body made;
        made.set_text("hello");
        spoil(made);
        one.set_body(made.SerializeAsString());
    };
    const Case cases[] = {
        {[](auto& s) { s.set_gid(0); }, pb::CODE_BAD_FIELD, "send.gid", limits::kIdMax},
        {[](auto& s) { s.set_gid(limits::kIdMax + 1); }, pb::CODE_BAD_FIELD, "send.gid",
         limits::kIdMax},
        {[](auto& s) { s.set_cmid("short"); }, pb::CODE_BAD_FIELD, "send.cmid", 16},
        {[](auto& s) { s.set_cmid(std::string(16, 'x')); }, pb::CODE_BAD_FIELD, "send.cmid", 16},
        {[](auto& s) { s.set_after("short"); }, pb::CODE_BAD_FIELD, "send.after", 16},
        {[](auto& s) { s.set_seen(limits::kIdMax + 1); }, pb::CODE_BAD_FIELD, "send.seen",
         limits::kIdMax},
        {[](auto& s) { s.set_body(std::string(limits::kBodyBytes + 1, 'x')); }, pb::CODE_BAD_FIELD,
         "send.body", limits::kBodyBytes},
        {[](auto& s) { s.set_body("\xff\xff"); }, pb::CODE_BAD_FIELD, "send.body", 0},
        {[](auto& s) { s.clear_body(); }, pb::CODE_EMPTY_BODY, "body.text", 1},
        {[&](auto& s) {
             body(s, [](auto& b) { b.set_text(std::string(limits::kTextBytes + 1, 'x')); });
         },
         pb::CODE_TEXT_TOO_LONG, "body.text", limits::kTextBytes},
        {[&](auto& s) {
             body(s, [](auto& b) {
                 for (int i = 0; i < 51; ++i) b.add_mentions();
             });
         },
         pb::CODE_BAD_FIELD, "body.mentions", limits::kMentions},
        {[&](auto& s) {
             body(s, [](auto& b) {
                 b.add_mentions()->set_uid(1);
                 b.mutable_mentions(0)->set_offset(3);
                 b.mutable_mentions(0)->set_length(0xffffffff);
             });
         },
         pb::CODE_BAD_FIELD, "mention.offset", 5},
        {[&](auto& s) {
             body(s, [](auto& b) {
                 for (int i = 0; i < 11; ++i) b.add_attachments();
             });
         },
         pb::CODE_BAD_FIELD, "body.attachments", limits::kAttachments},
    };
    for (const Case& one : cases) {
        pb::ClientFrame frame = send();
        one.spoil(*frame.mutable_send());
        say(frame);
        EXPECT_EQ(fx.refusal().code(), one.code) << one.field;
        EXPECT_EQ(fx.refusal().field(), one.field);
        EXPECT_EQ(fx.refusal().limit(), one.limit) << one.field;
        EXPECT_EQ(fx.replies.back().request_id(), 10U);
    }
    EXPECT_TRUE(fx.commands.empty());
    EXPECT_TRUE(fx.closed.empty());
    say(send());
    EXPECT_EQ(fx.commands.size(), 1U);
}

TEST_F(SessionTest, SendsBeyondTheRateAreToldWhenToComeBack) {
    begin();
    for (std::uint32_t id = 10; id < 15; ++id) {
        say(send(id));
        session.on_answer(id, payload(id), fx);
    }
    EXPECT_EQ(fx.commands.size(), 5U);
    say(send(15));
    EXPECT_EQ(fx.refusal().code(), pb::CODE_RATE_LIMITED);
    EXPECT_EQ(fx.refusal().retry_after_ms(), 1'000U);
    now += Millis{1'000};
    say(send(16));
    EXPECT_EQ(fx.commands.size(), 6U);
}

TEST_F(SessionTest, ASendThatWasRefusedForGoodIsRepairedAndSentAgainAtOnce) {
    begin();
    std::uint32_t id = 10;
    const auto refused = [&](Code code) {
        say(send(id));
        session.on_refusal(rules, id, code, now);
        session.on_answer(id, payload(id), fx);
        ++id;
    };
    for (int i = 0; i < 2; ++i) {
        for (const Code code :
             {Code::epoch_changed, Code::predecessor_missing, Code::filtered, Code::not_found}) {
            refused(code);
        }
    }
    EXPECT_EQ(fx.commands.size(), 8U);
    // Who does nothing but that is held to the rate in the end.
    for (int i = 0; i < 100; ++i) refused(Code::filtered);
    EXPECT_EQ(fx.commands.size(), std::size_t{limits::kGivenBackBurst} + rules.sends_burst);
    // One that is told a time pays.
    now += Millis{60'000};
    const std::size_t before = fx.commands.size();
    for (int i = 0; i < 10; ++i) refused(Code::slow_mode);
    EXPECT_EQ(fx.commands.size() - before, rules.sends_burst);
}

TEST_F(SessionTest, ReadingNeedsTheGroupOpen) {
    begin();
    say(pull());
    EXPECT_EQ(fx.refusal().code(), pb::CODE_NOT_OPEN);
    EXPECT_EQ(fx.refusal().field(), "pull.gid");
    open_it(3);
    say(pull());
    EXPECT_THAT(fx.pulls, ::testing::ElementsAre(Seq{3}));
    EXPECT_TRUE(session.groups().sees(kGroup, Seq{4}));
    EXPECT_FALSE(session.groups().sees(kGroup, Seq{3}));
}

TEST_F(SessionTest, TheSeatIsTakenWithTheOpenedAndAReopenCatchesUp) {
    begin();
    open_it();
    EXPECT_EQ(session.groups().find(kGroup)->seat, 9U);
    say(open(21));
    session.on_opened(21, opening(3, 44), payload(21), fx);
    EXPECT_EQ(fx.taken.size(), 1U);
    EXPECT_THAT(fx.caught, ::testing::ElementsAre(Seq{44}));
}

TEST_F(SessionTest, ARangeToTheHeadCatchesUpAndAShorterOneDoesNot) {
    begin();
    open_it();
    say(pull(10));
    session.on_ranged(10, kGroup, kEpoch, Seq{4}, Seq{5}, Seq{9}, payload(10), fx);
    EXPECT_TRUE(fx.caught.empty());
    say(pull(11));
    session.on_ranged(11, kGroup, kEpoch, Seq{6}, Seq{9}, Seq{9}, payload(11), fx);
    EXPECT_THAT(fx.caught, ::testing::ElementsAre(Seq{9}));
}

// Two Opens, and the older one's answer is from before they were let in, but comes last.
TEST_F(SessionTest, ALateRefusalOfAnOpenTakesNoSeatButHasItCheckedAgain) {
    begin();
    say(open(20));
    say(open(21));
    session.on_opened(21, opening(), payload(21), fx);
    session.on_refused(20, kGroup, {.code = Code::not_found, .where = "open.gid"}, fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_NOT_FOUND);
    EXPECT_TRUE(fx.left.empty());
    EXPECT_THAT(fx.rechecks, ::testing::ElementsAre(kGroup));
    session.on_ousted(kGroup, 0, payload(0), fx);  // What the check found.
    EXPECT_THAT(fx.left, ::testing::ElementsAre(9));
}

TEST_F(SessionTest, AGroupClosedWhileItWasOpenedTakesNoSeat) {
    begin();
    say(open());
    pb::ClientFrame frame;
    frame.set_request_id(21);
    frame.mutable_close()->set_gid(kGroup.value);
    say(frame);
    session.on_opened(20, opening(), payload(20), fx);
    EXPECT_TRUE(fx.taken.empty());
    EXPECT_EQ(fx.refusal().code(), pb::CODE_NOT_OPEN);
    EXPECT_TRUE(session.groups().empty());
}

TEST_F(SessionTest, AnOustLeavesTheSeatUnlessTheMemberHasComeBack) {
    begin();
    open_it();
    session.on_ousted(kGroup, 4, payload(0), fx);  // From before this seat's version.
    EXPECT_TRUE(fx.left.empty());
    session.on_seat_moved(kGroup, 2);
    session.on_ousted(kGroup, 5, payload(0), fx);
    EXPECT_THAT(fx.left, ::testing::ElementsAre(2));
    say(pull());
    EXPECT_EQ(fx.refusal().code(), pb::CODE_NOT_OPEN);
}

TEST_F(SessionTest, APageThatArrivesAfterTheOustIsNotShown) {
    begin();
    open_it();
    say(pull());
    session.on_ousted(kGroup, 5, payload(0), fx);
    session.on_ranged(10, kGroup, kEpoch, Seq{6}, Seq{9}, Seq{9}, payload(10), fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_NOT_OPEN);
    EXPECT_TRUE(fx.caught.empty());
}

// Who leaves and comes back sees less than when they asked: the page was read under the old floor.
TEST_F(SessionTest, APageFromBelowTheFloorOfWhoCameBackIsNotShown) {
    begin();
    open_it();
    say(pull());
    session.on_ousted(kGroup, 5, payload(0), fx);
    say(open(21));
    session.on_opened(21, opening(8, 9), payload(21), fx);
    session.on_ranged(10, kGroup, kEpoch, Seq{8}, Seq{9}, Seq{9}, payload(10), fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_NOT_OPEN);
    say(pull(11));
    session.on_ranged(11, kGroup, kEpoch, Seq{9}, Seq{9}, Seq{9}, payload(11), fx);
    EXPECT_EQ(fx.replies.back().request_id(), 11U);
    EXPECT_FALSE(fx.replies.back().has_refused());
}

TEST_F(SessionTest, GroupsOpenAreBounded) {
    begin();
    for (std::uint64_t gid = 1; gid <= limits::kGroupsOpen; ++gid) {
        say(open(20, GroupId{gid}));
        OpenResult opening{.gid = {gid}, .epoch = kEpoch};
        session.on_opened(20, opening, payload(20), fx);
    }
    say(open(20, GroupId{1'000}));
    EXPECT_EQ(fx.refusal().field(), "open.gid");
    EXPECT_EQ(fx.refusal().limit(), limits::kGroupsOpen);
    session.on_disconnected(fx);
    EXPECT_EQ(fx.left.size(), limits::kGroupsOpen);
}

TEST_F(SessionTest, CreatingAgainUnderTheSameIdNamesTheSameGroup) {
    begin();
    pb::ClientFrame frame;
    frame.mutable_create_group()->mutable_settings()->set_name("Tea");
    for (const std::uint8_t n : std::array<std::uint8_t, 3>{1, 1, 2}) {
        frame.set_request_id(frame.request_id() + 10);
        frame.mutable_create_group()->set_cmid(cmid(n));
        say(frame);
    }
    ASSERT_EQ(fx.commands.size(), 3U);
    EXPECT_EQ(fx.commands[0].first, fx.commands[1].first);
    EXPECT_NE(fx.commands[0].first, fx.commands[2].first);
    EXPECT_GE(fx.commands[0].first.value, std::uint64_t{1} << 40U);
    EXPECT_LT(fx.commands[0].first.value, std::uint64_t{1} << 52U);
    frame.set_request_id(99);
    frame.mutable_create_group()->mutable_settings()->set_name("a\nb");
    say(frame);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_BAD_NAME);
    EXPECT_EQ(fx.refusal().limit(), limits::kNameBytes);
}

// A moderator acts on a group that they do not watch; what is about the moment needs an open one.
TEST_F(SessionTest, OnlyWhatIsAboutTheMomentNeedsAnOpenGroup) {
    begin();
    pb::ClientFrame frame;
    frame.set_request_id(3);
    frame.mutable_typing()->set_gid(5);
    say(frame);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_NOT_OPEN);
    EXPECT_EQ(fx.refusal().field(), "typing.gid");
    frame.mutable_change_member()->set_gid(5);
    frame.mutable_change_member()->set_uid(2);
    frame.mutable_change_member()->set_kick(true);
    say(frame);
    ASSERT_EQ(fx.commands.size(), 1U);
    EXPECT_EQ(fx.commands[0].first, kGroup);
}

TEST_F(SessionTest, ADirectChatAndABlockGoToTheSameGroup) {
    begin();
    pb::ClientFrame frame;
    frame.set_request_id(3);
    frame.mutable_open_direct()->set_uid(9);
    say(frame);
    frame.set_request_id(4);
    frame.mutable_block_user()->set_uid(9);
    say(frame);
    ASSERT_EQ(fx.commands.size(), 2U);
    EXPECT_EQ(fx.commands[0].first, direct_gid({1}, {9}));
    EXPECT_EQ(fx.commands[1].first, direct_gid({1}, {9}));
    frame.set_request_id(5);
    frame.mutable_open_direct()->set_uid(1);
    say(frame);
    ASSERT_EQ(fx.commands.size(), 3U) << "a chat with oneself";
    EXPECT_EQ(fx.commands[2].first, direct_gid({1}, {1}));
    frame.set_request_id(6);
    frame.mutable_block_user()->set_uid(1);
    say(frame);
    EXPECT_EQ(fx.refusal().field(), "block_user.uid");
}

TEST_F(SessionTest, BadgesAreToldOnlyOfGroupsThatAreNotOpen) {
    begin();
    pb::Pulse pulse;
    pulse.add_badges()->set_gid(7);
    pulse.add_badges()->set_gid(kGroup.value);
    say(open(20));
    session.on_opened(20, {.gid = kGroup, .epoch = kEpoch}, payload(20), fx);
    session.on_badges(pulse, fx);
    ASSERT_TRUE(fx.replies.back().has_pulse());
    ASSERT_EQ(fx.replies.back().pulse().badges_size(), 1);
    EXPECT_EQ(fx.replies.back().pulse().badges(0).gid(), 7U);
}

TEST_F(SessionTest, AnAccountThatWasClosedIsSentAway) {
    begin();
    session.on_expelled({.code = Code::token_invalid, .where = "hello.token"}, fx);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_TOKEN_INVALID);
    EXPECT_EQ(fx.closed, std::vector<std::uint16_t>{4402});
}

TEST_F(SessionTest, QuestionsAreAskedInTheNameOfTheUser) {
    begin();
    pb::ClientFrame frame;
    frame.set_request_id(3);
    frame.mutable_fetch_members()->set_gid(5);
    say(frame);
    frame.set_request_id(4);
    frame.mutable_fetch_user_log()->set_after_seq(7);
    say(frame);
    frame.set_request_id(5);
    frame.mutable_fetch_users()->add_uids(9);
    say(frame);
    ASSERT_EQ(fx.asks.size(), 3U);
    EXPECT_EQ(std::get<bus::AskMembers>(fx.asks[0]).asker, UserId{1});
    EXPECT_EQ(std::get<bus::AskMembers>(fx.asks[0]).fetch.count(), 50U);
    EXPECT_EQ(std::get<bus::AskUserLog>(fx.asks[1]).after, 7U);
    EXPECT_EQ(std::get<bus::AskUsers>(fx.asks[2]).asker, UserId{1});
    session.on_reply(3, bus::Reply{pb::Members{}}, fx);
    EXPECT_TRUE(fx.replies.back().has_members());
    session.on_reply(4, bus::Reply{pb::UserLog{}}, fx);
    EXPECT_TRUE(fx.replies.back().has_user_log());
    EXPECT_EQ(fx.replies.back().request_id(), 4U);
}

TEST_F(SessionTest, ListsAndUsersAreAsked) {
    begin();
    pb::ClientFrame list;
    list.set_request_id(3);
    list.mutable_list();
    say(list);
    ASSERT_EQ(fx.asks.size(), 1U);
    EXPECT_EQ(std::get<bus::AskList>(fx.asks[0]).count, 50U);
    session.on_reply(3, bus::Reply{pb::Groups{}}, fx);
    EXPECT_TRUE(fx.replies.back().has_groups());
    EXPECT_EQ(fx.replies.back().request_id(), 3U);
    pb::ClientFrame users;
    users.set_request_id(4);
    users.mutable_fetch_users();
    say(users);
    EXPECT_EQ(fx.refusal().limit(), limits::kUsersPerFetch);
}

// Random bytes, and good frames with bytes changed: no crash, every refusal has a code, the number
// of commands taken and not answered never passes its bound.
TEST_F(SessionTest, RandomBytesAreRefusedOrTaken) {
    google::protobuf::LogSilencer quiet;  // It has a line for each piece of bad UTF-8.
    std::mt19937 random{11};
    pb::ClientFrame near;
    near.set_request_id(8);
    near.mutable_near()->set_gid(5);
    const std::string seeds[] = {wire::encode(send()), wire::encode(pull()), wire::encode(open()),
                                 wire::encode(hello()), wire::encode(near)};
    int taken = 0;
    int refused = 0;
    for (int round = 0; round < 4'000; ++round) {
        session = {};
        Told heard;
        session.on_connected(now, heard);
        if (round % 10 != 0) {
            session.on_frame(rules, wire::encode(hello("bench")), now, heard);
        }
        for (int i = 0; i < 12; ++i) {
            std::string bytes = seeds[random() % std::size(seeds)];
            if (random() % 8 == 0) bytes.assign(random() % 64, '\0');
            for (unsigned flips = random() % 4; flips > 0 && !bytes.empty(); --flips) {
                bytes[random() % bytes.size()] = static_cast<char>(random());
            }
            session.on_frame(rules, bytes, now, heard);
        }
        for (const pb::ServerFrame& frame : heard.replies) {
            if (!frame.has_refused()) continue;
            ++refused;
            EXPECT_NE(frame.refused().code(), 0);
            EXPECT_FALSE(frame.refused().field().empty());
        }
        const std::size_t waiting = heard.commands.size() + heard.opens.size() + heard.pulls.size();
        EXPECT_LE(waiting, limits::kCommandsInFlight);
        EXPECT_LE(heard.closed.size(), 1U);
        taken += static_cast<int>(waiting);
    }
    EXPECT_GT(taken, 300);
    EXPECT_GT(refused, 1'000);
}

TEST_F(SessionTest, WhoHasARateOfTheirOwnIsToldItAndHeldToItAtOnce) {
    const auto give = [&](const UserRate& rate) {
        const bus::AccountState state{.uid = {1}, .rate = rate};
        gate.apply({&state, 1}, now);
    };
    give({.per_s = 1, .burst = 2});
    begin();
    const pb::Limits& told = fx.replies.front().welcome().limits();
    EXPECT_EQ(told.sends_per_s(), 1U);
    EXPECT_EQ(told.sends_burst(), 2U);
    std::uint32_t last = 100;
    const auto sent = [&](std::uint32_t count) {
        const std::size_t before = fx.commands.size();
        for (std::uint32_t i = 0; i < count; ++i) {
            say(send(++last));
            session.on_answer(last, payload(last), fx);
        }
        return fx.commands.size() - before;
    };
    EXPECT_EQ(sent(4), 2U);
    EXPECT_EQ(fx.replies[fx.replies.size() - 1].refused().limit(), 1U);
    // On the connection as it stands.
    now += Millis{60'000};
    give({.per_s = 10, .burst = 4});
    EXPECT_EQ(sent(8), 4U);
    now += Millis{60'000};
    give({});
    EXPECT_EQ(sent(8), rules.sends_burst);
}

}  // namespace
}  // namespace stentor::session
