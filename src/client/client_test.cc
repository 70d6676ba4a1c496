#include <gmock/gmock.h>

#include "client/client_test_kit.h"

namespace stentor::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// ---- Reading

TEST_F(ClientTest, AppliesWhatComesNextAndDropsWhatItHas) {
    server.chat(3);
    open_whole();
    server.chat(2);
    give(server.batch(4, 4));
    give(server.batch(3, 5));
    give(server.batch(4, 5));
    EXPECT_THAT(host.applied, ElementsAre(1, 2, 3, 4, 5));
    EXPECT_THAT(host.restarts, ElementsAre(0));
    EXPECT_TRUE(client.caught_up());
}

TEST_F(ClientTest, PullsAGapOnceAndInPages) {
    server.chat(1);
    open_whole();
    server.chat(500);
    give(server.batch(501, 501));
    give(server.head());
    ASSERT_EQ(host.frames.size(), 1U);
    const pb::ClientFrame first = take();
    EXPECT_EQ(first.pull().from(), 2U);
    EXPECT_EQ(first.pull().to(), 201U);
    give(server.range(first.request_id(), 2, 201));
    const pb::ClientFrame second = take();
    EXPECT_EQ(second.pull().from(), 202U);
    give(server.range(second.request_id(), 202, 401));
    give(server.range(take().request_id(), 402, 501));
    EXPECT_EQ(host.applied.size(), 501U);
    EXPECT_TRUE(client.caught_up());
    EXPECT_THAT(host.frames, IsEmpty());
}

TEST_F(ClientTest, ARefusedPullFromBeforeTheGroupWasClosedIsNoRefusalOfTheGroup) {
    open_whole();
    server.chat(2);
    give(server.head());
    const std::uint32_t pull = take().request_id();
    client.unwatch(moment(), kGroup);
    client.watch(moment(), kGroup);
    give(Server::refused(pull, Code::bad_range, 0));
    EXPECT_THAT(host.open_refusals, IsEmpty());
}

TEST_F(ClientTest, PullsWhatAPulseTellsOf) {
    open_whole();
    server.chat(1);
    pb::ServerFrame pulse;
    *pulse.mutable_pulse()->add_heads() = server.head().head();
    give(pulse);
    EXPECT_EQ(take().pull().to(), 1U);
}

TEST_F(ClientTest, AnEmptyRangeIsNotAskedForAgainAtOnce) {
    open_whole();
    server.chat(1);
    give(server.head());
    pb::ServerFrame empty;
    empty.set_request_id(take().request_id());
    empty.mutable_range()->set_gid(kGroup.value);
    empty.mutable_range()->set_epoch(kEpoch.value);
    empty.mutable_range()->set_head(1);
    empty.mutable_range()->set_first_seq(2);
    give(empty);
    EXPECT_THAT(host.frames, IsEmpty());
    wake_after(Millis{1000});
    EXPECT_TRUE(take().has_pull());
}

TEST_F(ClientTest, ReportsAMismatchAndShowsNothingOfThatPage) {
    server.chat(2);
    open_whole();
    server.chat(1);
    server.entries[2].set_body("forged");
    give(server.batch(3, 3));
    EXPECT_THAT(host.mismatches, ElementsAre(3));
    EXPECT_THAT(host.applied, ElementsAre(1, 2));
    EXPECT_FALSE(client.cursor(kGroup)->holds_something());
    wake_after(Millis{1000});
    EXPECT_EQ(take().open().epoch(), 0U);
}

TEST_F(ClientTest, ReportsAMismatchUnderAGap) {
    server.chat(2);
    open_whole();
    server.chat(2);
    give(server.head());
    pb::ServerFrame range = server.range(take().request_id(), 3, 4);
    range.mutable_range()->set_digest_before(std::string{server.digests[1].view()});
    give(range);
    EXPECT_THAT(host.mismatches, ElementsAre(2));
}

TEST_F(ClientTest, ReportsAPageWithAHole) {
    server.chat(3);
    client.watch(moment(), kGroup);
    welcome();
    pb::ServerFrame opened = server.opened(1, true);
    opened.mutable_opened()->mutable_entries()->DeleteSubrange(1, 1);
    give(opened);
    EXPECT_THAT(host.disorders, ElementsAre(3));
    EXPECT_THAT(host.applied, IsEmpty());
}

TEST_F(ClientTest, StartsAfreshWhereTheServerSkips) {
    server.chat(3);
    open_whole();
    client.on_closed(moment());
    server.chat(600);
    wake_after(Millis{1000});
    welcome();
    EXPECT_EQ(resumed, 3U);
    give(server.opened(404, true));
    EXPECT_THAT(host.restarts, ElementsAre(0, 403));
    EXPECT_TRUE(client.caught_up());
}

TEST_F(ClientTest, PullsTheWholeWayWhereItIsToldTo) {
    settings->pull_everything = true;
    server.chat(3);
    open_whole();
    client.on_closed(moment());
    server.chat(300);
    wake_after(Millis{1000});
    welcome();
    give(server.opened(104, true));
    EXPECT_EQ(take().pull().from(), 4U);
    EXPECT_THAT(host.restarts, ElementsAre(0));
}

TEST_F(ClientTest, StartsAgainAboveAFloorThatRose) {
    server.chat(1);
    open_whole();
    server.chat(9);
    give(server.head());
    pb::ServerFrame frame;
    frame.set_request_id(take().request_id());
    frame.mutable_reset()->set_gid(kGroup.value);
    frame.mutable_reset()->set_epoch(kEpoch.value);
    frame.mutable_reset()->set_floor(5);
    frame.mutable_reset()->set_digest(std::string{server.digests[5].view()});
    frame.mutable_reset()->set_head(10);
    give(frame);
    wake_after(Millis{1000});
    EXPECT_EQ(take().pull().from(), 6U);
    EXPECT_THAT(host.restarts, ElementsAre(0, 5));
}

TEST_F(ClientTest, OpensAgainInTheNewHistoryAfterAFork) {
    server.chat(3);
    open_whole();
    pb::ServerFrame head = server.head();
    head.mutable_head()->set_epoch(kEpoch.value + 1);
    give(head);
    const pb::ClientFrame open = take();
    EXPECT_EQ(open.open().epoch(), kEpoch.value);
    pb::ServerFrame fork;
    fork.set_request_id(open.request_id());
    fork.mutable_fork()->set_gid(kGroup.value);
    fork.mutable_fork()->set_epoch(kEpoch.value + 1);
    fork.mutable_fork()->set_fork_seq(2);
    give(fork);
    EXPECT_EQ(take().open().seq(), 0U);
    EXPECT_THAT(host.forks, ElementsAre(std::pair{Epoch{4}, Seq{2}}));
}

TEST_F(ClientTest, AForkThatItHasGoneThroughChangesNothingMore) {
    server.chat(3);
    open_whole();
    pb::ServerFrame fork;
    fork.mutable_fork()->set_gid(kGroup.value);
    fork.mutable_fork()->set_epoch(kEpoch.value + 1);
    fork.mutable_fork()->set_fork_seq(2);
    give(fork);
    pb::ServerFrame opened = server.opened(1, true);
    opened.set_request_id(take().request_id());
    opened.mutable_opened()->set_epoch(kEpoch.value + 1);
    give(opened);
    give(fork);
    EXPECT_TRUE(host.frames.empty()) << "it stays open";
    EXPECT_EQ(client.cursor(kGroup)->seq(), Seq{3});
}

// ---- The connection

TEST_F(ClientTest, ConnectsAgainWhenTwoPulsesAreMissed) {
    open_whole();
    wake_after(Millis{2 * 30'000 + 5'000});
    EXPECT_EQ(host.disconnects, 1);
    wake_after(Millis{1000});
    EXPECT_EQ(host.connects, 2);
}

TEST_F(ClientTest, SaysHereInAnswerToAPulseAfterASilenceWhereAPersonMayBeLooking) {
    pb::ServerFrame pulse;
    pulse.mutable_pulse();
    for (const bool says_here : {false, true}) {
        settings->says_here = says_here;
        if (says_here) {
            client.reconnect(moment(), {});
            welcome();
        } else {
            open_whole();
        }
        host.frames.clear();
        now += Millis{59'999};
        give(pulse);
        EXPECT_TRUE(host.frames.empty()) << "something was said lately";
        now += Millis{1};
        give(pulse);
        give(pulse);
        EXPECT_EQ(host.frames.size(), says_here ? 1U : 0U);
    }
    const pb::ClientFrame here = take();
    EXPECT_TRUE(here.has_here());
    EXPECT_EQ(here.request_id(), 0U);
}

TEST_F(ClientTest, ComesBackWhenByeSaysSo) {
    open_whole();
    pb::ServerFrame bye;
    bye.mutable_bye()->set_reason(pb::CODE_DRAINING);
    bye.mutable_bye()->set_after_ms(5000);
    give(bye);
    client.on_closed(moment());
    wake_after(Millis{4999});
    EXPECT_EQ(host.connects, 1);
    wake_after(Millis{1 + settings->retry_min.count()});
    EXPECT_EQ(host.connects, 2);
}

TEST_F(ClientTest, WaitsLongerAfterEachFailure) {
    client.start(moment());
    Millis longest{};
    for (int tries = 1; tries <= 12; ++tries) {
        client.on_closed(moment());
        const Time closed = now;
        while (host.connects == tries) {  // An early wake-up only arms again.
            now = std::max(host.wake, now + Millis{1});
            client.on_wake(moment());
        }
        longest = std::max(longest, now - closed);
    }
    EXPECT_GT(longest, Millis{2'000});
    EXPECT_LE(longest, settings->retry_max + Millis{1});
}

TEST_F(ClientTest, StopsWhenItsTokenIsNoGood) {
    client.start(moment());
    client.on_connected(moment());
    give(Server::refused(take().request_id(), Code::token_invalid, 0));
    EXPECT_EQ(host.stopped, Code::token_invalid);
}

// Of an account that was disabled, or signed out everywhere, while its sends were under way.
TEST_F(ClientTest, GivesUpNoSendWithItsSession) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    client.post(moment(), kGroup, cmid_of(2), "y");
    give(Server::refused(take().request_id(), Code::token_invalid, 0));
    EXPECT_EQ(host.stopped, Code::token_invalid);
    EXPECT_THAT(host.gave_up, IsEmpty());
    EXPECT_EQ(client.unanswered(), 2U);
}

TEST_F(ClientTest, StopsWhenItsSessionIsEndedUnasked) {
    open_whole();
    give(Server::refused(0, Code::token_invalid, 0));
    EXPECT_EQ(host.stopped, Code::token_invalid);
}

TEST_F(ClientTest, AsksForAFreshTokenAndGoesOn) {
    client.start(moment());
    client.on_connected(moment());
    give(Server::refused(take().request_id(), Code::token_expired, 0));
    EXPECT_EQ(host.tokens_wanted, 1);
    client.set_token(moment(), "fresh");
    EXPECT_EQ(host.connects, 2);
    client.on_connected(moment());
    EXPECT_EQ(take().hello().token(), "fresh");
}

TEST_F(ClientTest, TellsTheOwnerWhenAQuestionIsLost) {
    open_whole();
    pb::ClientFrame ask;
    ask.mutable_create_group();
    const std::uint32_t id = client.ask(moment(), ask);
    client.on_closed(moment());
    EXPECT_THAT(host.answers, ElementsAre(std::pair{id, pb::ServerFrame::kRefused}));
}

TEST_F(ClientTest, HangsUpOnBytesThatAreNoFrame) {
    open_whole();
    client.on_message(moment(), "\xff\xff\xff");
    EXPECT_EQ(host.disconnects, 1);
}

}  // namespace
}  // namespace stentor::client
