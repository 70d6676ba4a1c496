#include <gmock/gmock.h>

#include "client/client_test_kit.h"
#include "client/commands.h"

namespace stentor::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

pb::ServerFrame user_log(std::initializer_list<std::uint64_t> numbers, std::uint64_t head,
                         std::uint32_t id = 0) {
    pb::ServerFrame frame;
    frame.set_request_id(id);
    for (const std::uint64_t number : numbers) {
        frame.mutable_user_log()->add_entries()->set_user_log_seq(number);
    }
    frame.mutable_user_log()->set_head(head);
    return frame;
}

// ---- My own log

TEST_F(ClientTest, MyLogIsAppliedInOrderAndAGapIsFetched) {
    welcome();
    give(user_log({1, 2}, 2));
    give(user_log({2, 3}, 3));
    give(user_log({0}, 3));
    EXPECT_THAT(host.user_log, ElementsAre(1, 2, 3, 0));
    EXPECT_THAT(host.frames, IsEmpty());
    give(user_log({6}, 6));
    const pb::ClientFrame fetch = take();
    EXPECT_EQ(fetch.fetch_user_log().after_seq(), 3U);
    give(user_log({4, 5, 6}, 6, fetch.request_id()));
    EXPECT_THAT(host.user_log, ElementsAre(1, 2, 3, 0, 4, 5, 6));
    EXPECT_EQ(client.user_log_seq(), 6U);
    EXPECT_THAT(host.frames, IsEmpty());
}

TEST_F(ClientTest, MyLogGoesOnAfterARestoreAndIsNamedInTheNextHello) {
    constexpr std::uint64_t kRestored = (std::uint64_t{2} << 32U) + 1;
    client.set_user_log(7);
    client.start(moment());
    client.on_connected(moment());
    const pb::ClientFrame hello = take();
    EXPECT_EQ(hello.hello().user_log_seq(), 7U);
    give(server.welcome(hello.request_id()));
    give(user_log({kRestored}, kRestored));  // Asked for with 7, hence what follows 7.
    EXPECT_THAT(host.user_log, ElementsAre(kRestored));
    client.on_closed(moment());
    wake_after(Millis{1000});
    client.on_connected(moment());
    EXPECT_EQ(take().hello().user_log_seq(), kRestored);
}

TEST_F(ClientTest, TheFirstEntryOfAnEmptyLogNeedsNoFetch) {
    constexpr std::uint64_t kFirst = (std::uint64_t{1} << 32U) + 1;
    welcome();
    give(user_log({}, 0));
    give(user_log({kFirst}, kFirst));
    give(user_log({kFirst + 1}, kFirst + 1));
    EXPECT_THAT(host.user_log, ElementsAre(kFirst, kFirst + 1));
    EXPECT_THAT(host.frames, IsEmpty());
}

TEST_F(ClientTest, ALaterEntryToAnEmptyLogIsAGap) {
    constexpr std::uint64_t kSecond = (std::uint64_t{1} << 32U) + 2;
    welcome();
    give(user_log({}, 0));
    give(user_log({kSecond}, kSecond));
    EXPECT_THAT(host.user_log, IsEmpty());
    EXPECT_EQ(take().fetch_user_log().after_seq(), 0U);
}

TEST_F(ClientTest, MyLogThatIsGoneBeginsAtItsHead) {
    client.set_user_log(7);
    welcome();
    pb::ServerFrame reset = user_log({}, 5'000);
    reset.mutable_user_log()->set_reset(true);
    give(reset);
    EXPECT_EQ(host.user_log_resets, 1);
    EXPECT_EQ(client.user_log_seq(), 5'000U);
    give(user_log({5'001}, 5'001));
    EXPECT_THAT(host.user_log, ElementsAre(5'001));
}

TEST_F(ClientTest, AFetchThatBringsNothingIsNotRepeatedAtOnce) {
    welcome();
    give(user_log({}, 3));
    EXPECT_THAT(host.frames, IsEmpty());
    wake_after(settings->retry_max);
    const pb::ClientFrame fetch = take();
    give(user_log({}, 3, fetch.request_id()));
    EXPECT_THAT(host.frames, IsEmpty());
}

// ---- Beside the log

TEST_F(ClientTest, WhatStandsBesideAPageIsTold) {
    server.chat(2);
    client.watch(moment(), kGroup);
    welcome();
    pb::ServerFrame opened = server.opened(1, true);
    opened.mutable_opened()->add_tallies()->set_seq(2);
    opened.mutable_opened()->add_hidden(1);
    opened.mutable_opened()->add_notes()->set_text("welcome");
    give(opened);
    pb::ServerFrame ticks;
    ticks.mutable_tallies()->set_gid(kGroup.value);
    ticks.mutable_tallies()->add_tallies()->set_seq(1);
    give(ticks);
    pb::ServerFrame pulse;
    pulse.mutable_pulse()->add_badges()->set_unread(3);
    give(pulse);
    EXPECT_THAT(host.tallies, ElementsAre(2, 1));
    EXPECT_THAT(host.hidden, ElementsAre(1));
    EXPECT_THAT(host.notes, ElementsAre("welcome"));
    EXPECT_THAT(host.badges, ElementsAre(3));
}

// A change leaves no gap in the numbers: whoever missed one is told, and looks again.
TEST_F(ClientTest, WhoMissedAChangePullsThePageAgain) {
    server.chat(300);
    open_whole();
    server.entries[298].set_revision(1);
    server.entries[298].set_body_hash(std::string{hash_of("other").view()});
    server.entries[298].set_body("");
    pb::ServerFrame head = server.head();
    give(head);
    EXPECT_THAT(host.frames, IsEmpty());
    head.mutable_head()->set_changes_missed(true);
    give(head);
    const pb::ClientFrame pull = take();
    EXPECT_EQ(pull.pull().from(), 101U);
    EXPECT_EQ(pull.pull().to(), 300U);
    give(server.range(pull.request_id(), 101, 250));  // Cut short by its bytes.
    const pb::ClientFrame rest = take();
    EXPECT_EQ(rest.pull().from(), 251U);
    give(server.range(rest.request_id(), 251, 300));
    EXPECT_THAT(host.changed, ElementsAre(Pair(299, 1)));
    EXPECT_THAT(host.frames, IsEmpty());
    EXPECT_THAT(host.mismatches, IsEmpty());
}

TEST_F(ClientTest, WhoWasAwayLooksAgainWhereHeIsToldTo) {
    settings->look_again = true;
    server.chat(3);
    open_whole();
    EXPECT_THAT(host.frames, IsEmpty());
    client.on_closed(moment());
    wake_after(Millis{1000});
    welcome();
    give(server.opened(4, false));
    EXPECT_EQ(take().pull().from(), 1U);
}

TEST_F(ClientTest, AnyCommandCanBeAsked) {
    welcome();
    const std::uint32_t id = client.ask(moment(), kick_command(kGroup, kOther, "noise"));
    const pb::ClientFrame frame = take();
    EXPECT_EQ(frame.request_id(), id);
    EXPECT_TRUE(frame.change_member().kick());
    EXPECT_EQ(frame.change_member().uid(), kOther.value);
}

}  // namespace
}  // namespace stentor::client
