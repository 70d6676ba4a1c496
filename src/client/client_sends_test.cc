#include <gmock/gmock.h>

#include "client/client_test_kit.h"

namespace stentor::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// ---- Sending

TEST_F(ClientTest, NamesThePredecessorAndKeepsToTheWindow) {
    open_whole();
    for (std::uint64_t n = 1; n <= 10; ++n) client.post(moment(), kGroup, cmid_of(n), "x");
    ASSERT_EQ(host.frames.size(), 8U);
    EXPECT_EQ(host.frames[0].send().after(), "");
    EXPECT_EQ(host.frames[1].send().after(), cmid_of(1).view());
    const pb::ClientFrame first = take();
    give(server.send(first.request_id(), first.send()));
    EXPECT_EQ(host.frames.size(), 8U);
    EXPECT_EQ(host.frames.back().send().after(), cmid_of(8).view());
    EXPECT_THAT(host.sent, ElementsAre(std::pair{cmid_of(1), 1U}));
}

TEST_F(ClientTest, SendsTheSameIdAgainAfterReconnecting) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    const pb::ClientFrame lost = take();
    server.send(lost.request_id(), lost.send());  // Stored; the answer is lost.
    client.on_closed(moment());
    wake_after(Millis{1000});
    welcome();
    give(server.opened(1, false));
    const pb::ClientFrame again = take();
    EXPECT_EQ(again.send().cmid(), cmid_of(1).view());
    give(server.send(again.request_id(), again.send()));
    EXPECT_THAT(host.sent, ElementsAre(std::pair{cmid_of(1), 1U}));
    EXPECT_THAT(host.applied, ElementsAre(1));
    EXPECT_EQ(client.unanswered(), 0U);
}

TEST_F(ClientTest, OffersWhatAForkCutBeforeWhatWaitsAndUnderTheNewEpoch) {
    server.chat(5);
    open_whole();
    client.on_closed(moment());
    client.post(moment(), kGroup, cmid_of(3), "waits", Seq{5});
    wake_after(Millis{1000});
    welcome();
    host.frames.clear();
    pb::ServerFrame fork;
    fork.mutable_fork()->set_gid(kGroup.value);
    const Epoch next{kEpoch.value + 1};
    fork.mutable_fork()->set_epoch(next.value);
    fork.mutable_fork()->set_fork_seq(2);
    give(fork);
    client.offer_again(moment(), kGroup,
                       {{cmid_of(1), "first"}, {cmid_of(3), "waits"}, {cmid_of(2), "second"}});
    ASSERT_EQ(host.frames.size(), 1U);  // Nothing goes out before the group is open again.
    const pb::ClientFrame open = take();
    pb::ServerFrame opened = server.opened(1, true);
    opened.set_request_id(open.request_id());
    opened.mutable_opened()->set_epoch(next.value);
    give(opened);
    ASSERT_EQ(host.frames.size(), 3U);
    EXPECT_EQ(host.frames[0].send().cmid(), cmid_of(1).view());
    EXPECT_EQ(host.frames[1].send().after(), cmid_of(1).view());
    EXPECT_EQ(host.frames[1].send().cmid(), cmid_of(3).view());
    EXPECT_EQ(host.frames[1].send().epoch(), next.value);
    EXPECT_EQ(host.frames[1].send().seen(), 2U);
    EXPECT_EQ(host.frames[2].send().after(), cmid_of(3).view());
}

TEST_F(ClientTest, SendsAgainFromTheOldestAfterATimeout) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    client.post(moment(), kGroup, cmid_of(2), "y");
    host.frames.clear();
    wake_after(settings->answer_within);
    wake_after(Millis{1000});
    ASSERT_FALSE(host.frames.empty());
    EXPECT_EQ(host.frames[0].send().cmid(), cmid_of(1).view());
    EXPECT_EQ(host.frames.size(), 1U);  // One at a time until an answer comes.
    const pb::ClientFrame first = take();
    give(server.send(first.request_id(), first.send()));
    EXPECT_EQ(take().send().cmid(), cmid_of(2).view());
}

TEST_F(ClientTest, StartsFromTheOldestWhenThePredecessorIsMissing) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    client.post(moment(), kGroup, cmid_of(2), "y");
    take();  // Lost on the way.
    const pb::ClientFrame second = take();
    give(server.send(second.request_id(), second.send()));
    ASSERT_EQ(host.frames.size(), 2U);
    for (int i = 0; i < 2; ++i) {
        const pb::ClientFrame frame = take();
        give(server.send(frame.request_id(), frame.send()));
    }
    EXPECT_THAT(host.sent, ElementsAre(std::pair{cmid_of(1), 1U}, std::pair{cmid_of(2), 2U}));
}

TEST_F(ClientTest, HoldsTheChainForTheTimeItWasTold) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    client.post(moment(), kGroup, cmid_of(2), "y");
    const pb::ClientFrame first = take();
    const pb::ClientFrame second = take();
    give(Server::refused(first.request_id(), Code::rate_limited, 3000));
    give(Server::refused(second.request_id(), Code::predecessor_missing, 0));
    EXPECT_THAT(host.frames, IsEmpty());
    wake_after(Millis{2999});
    EXPECT_THAT(host.frames, IsEmpty());
    wake_after(Millis{1 + settings->retry_min.count()});
    EXPECT_EQ(take().send().cmid(), cmid_of(1).view());
    EXPECT_THAT(host.gave_up, IsEmpty());
}

TEST_F(ClientTest, UnlinksWhatWasRefusedForGood) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "too long");
    client.post(moment(), kGroup, cmid_of(2), "y");
    const pb::ClientFrame first = take();
    const pb::ClientFrame second = take();
    give(Server::refused(first.request_id(), Code::text_too_long, 0));
    give(server.send(second.request_id(), second.send()));
    EXPECT_THAT(host.gave_up, ElementsAre(std::pair{cmid_of(1), Code::text_too_long}));
    wake_after(Millis{1000});
    const pb::ClientFrame again = take();
    EXPECT_EQ(again.send().after(), "");
    give(server.send(again.request_id(), again.send()));
    EXPECT_THAT(host.sent, ElementsAre(std::pair{cmid_of(2), 1U}));
}

TEST_F(ClientTest, OpensAgainWhenASendIsToldThatTheGroupIsNotOpen) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    give(Server::refused(take().request_id(), Code::not_open, 0));
    wake_after(Millis{1000});
    const pb::ClientFrame open = take();
    EXPECT_TRUE(open.has_open());
    EXPECT_THAT(host.frames, IsEmpty());  // The send waits for Opened.
    give(server.opened(1, false));        // To an earlier Open: it does not count.
    EXPECT_THAT(host.frames, IsEmpty());
    pb::ServerFrame opened = server.opened(1, false);
    opened.set_request_id(open.request_id());
    give(opened);
    EXPECT_TRUE(take().has_send());
}

TEST_F(ClientTest, APostInTheMomentOfAWakeUpDoesNotPushItAside) {
    open_whole();
    client.post(moment(), kGroup, cmid_of(1), "x");
    give(Server::refused(take().request_id(), Code::not_open, 0));
    now = std::max(now, host.wake) + Millis{1'000};  // The wake-up is due and not here yet.
    client.post(moment(), kGroup, cmid_of(2), "y");
    ASSERT_FALSE(host.frames.empty());
    EXPECT_TRUE(take().has_open());
}

}  // namespace
}  // namespace stentor::client
