// One node shard between a fake host, hub and bus. How node shards, hub and owners play together is
// the simulator's to show.

#include "node/shell/node_shard.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "node/cache/cache.h"
#include "node/shell/node_shard_test_kit.h"
#include "node/shell/session_adapter.h"

namespace stentor::node {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SideTest : public testing::Test {
protected:
    SideTest() { shard.on_accounts_known(now); }

    ConnectionToken connect(std::uint32_t index, const std::string& token,
                            std::uint32_t generation = 1) {
        const ConnectionToken connection{.shard = 3, .index = index, .generation = generation};
        shard.on_connected(connection, now);
        shard.on_message(connection, hello(token, index + 1), now);
        return connection;
    }
    void open(ConnectionToken connection) {
        shard.on_message(connection, open_command(kGroup, 2), now);
        pb::ServerFrame opened;
        opened.set_request_id(2);
        opened.mutable_opened()->set_gid(kGroup.value);
        shard.on_opened(connection, 2, {.gid = kGroup, .epoch = {1}, .version = 1, .ticket = 1},
                        wire::encode(opened));
    }
    void send(ConnectionToken connection, std::uint8_t n) {
        pb::ClientFrame frame;
        frame.set_request_id(10U + n);
        frame.mutable_send()->set_gid(kGroup.value);
        frame.mutable_send()->set_cmid(
            std::string{Cmid::made_at(now, std::array<std::uint8_t, 10>{n}).view()});
        frame.mutable_send()->set_body("\x0a\x01x");
        shard.on_message(connection, wire::encode(frame), now);
    }
    const pb::ServerFrame& last(ConnectionToken connection) {
        return sockets.told[connection.index].back();
    }

    Time now = from_ms(1'000'000);
    static bus::AccountState closed(UserId uid) { return {.uid = uid, .closed = true}; }

    Tokens tokens;
    account::SharedGate gate{account::kTokenLives};
    Bus bus;
    Hub hub;
    Sockets sockets;
    NodeShard shard{{.node = {7},
                     .shard = 3,
                     .rules = {.verifier = tokens, .gate = gate},
                     .bus = bus,
                     .hub = hub,
                     .connections = sockets,
                     .host = sockets}};
};

// Before its node knows which accounts are good, nobody is answered, reads or writes.
TEST_F(SideTest, WhoComesBeforeAccountsAreKnownWaits) {
    NodeShard fresh{{.node = {7},
                     .shard = 3,
                     .rules = {.verifier = tokens, .gate = gate},
                     .bus = bus,
                     .hub = hub,
                     .connections = sockets,
                     .host = sockets}};
    const auto greet = [&](std::uint32_t index, const char* token) {
        const ConnectionToken connection{.shard = 3, .index = index, .generation = 1};
        fresh.on_connected(connection, now);
        fresh.on_message(connection, hello(token, 1), now);
        return connection;
    };
    const ConnectionToken ann = greet(0, "ann");
    const ConnectionToken bob = greet(1, "bob");
    const ConnectionToken late = greet(2, "ann");
    EXPECT_THAT(sockets.told, IsEmpty());
    EXPECT_EQ(hub.tasks, 0);
    fresh.on_deadline(late, now + limits::kHelloWithin);
    EXPECT_THAT(sockets.closed, ElementsAre(end_of(2U, Code::overloaded)));

    const std::vector<bus::AccountState> states{closed(kBob)};
    gate.apply(states, now);
    gate.become_known();
    fresh.on_accounts_known(now);
    EXPECT_TRUE(last(ann).has_welcome());
    EXPECT_EQ(last(bob).refused().code(), pb::CODE_TOKEN_INVALID);
    EXPECT_EQ(sockets.closed.back(), end_of(1U, Code::token_invalid));
}

TEST_F(SideTest, EveryConnectionOfAClosedAccountIsRefusedAndClosed) {
    const ConnectionToken first = connect(0, "ann");
    connect(1, "bob");
    const ConnectionToken second = connect(2, "ann");
    const std::vector<bus::AccountState> states{closed(kAnn)};
    gate.apply(states, now);
    shard.on_account_moved(kAnn);
    EXPECT_THAT(sockets.closed, testing::UnorderedElementsAre(end_of(0U, Code::token_invalid),
                                                              end_of(2U, Code::token_invalid)));
    EXPECT_EQ(last(first).refused().code(), pb::CODE_TOKEN_INVALID);
    EXPECT_EQ(last(second).refused().field(), "hello.token");
    send(first, 1);
    EXPECT_THAT(bus.commands, IsEmpty());
    const ConnectionToken again = connect(3, "ann");
    EXPECT_FALSE(last(again).has_welcome());
}

TEST_F(SideTest, OnlyTokensThatAreVoidEnd) {
    connect(0, "ann");
    const std::vector<bus::AccountState> states{{.uid = kAnn, .tokens_since = now}};
    gate.apply(states, now);
    shard.on_account_moved(kAnn);
    EXPECT_THAT(sockets.closed, IsEmpty());
}

TEST_F(SideTest, ASendGoesToTheBusWithItsWayBack) {
    const ConnectionToken ann = connect(0, "ann");
    send(ann, 1);
    ASSERT_THAT(bus.commands, SizeIs(1));
    EXPECT_EQ(bus.commands[0].uid, kAnn);
    EXPECT_EQ(bus.commands[0].reply_to.node, NodeId{7});
    EXPECT_EQ(bus.commands[0].reply_to.connection, ann);
    bus::Answer answer{.reply_to = bus.commands[0].reply_to, .frame = {}};
    answer.frame.mutable_sent()->set_seq(4);
    shard.on_answer(answer);
    EXPECT_EQ(last(ann).request_id(), 11U);
    EXPECT_EQ(last(ann).sent().seq(), 4U);
}

TEST_F(SideTest, WhatModeratesBearsItsAddressAndNothingElseDoes) {
    const ConnectionToken ann = connect(2, "ann");
    pb::ClientFrame kick;
    kick.set_request_id(8);
    kick.mutable_change_member()->set_gid(kGroup.value);
    kick.mutable_change_member()->set_uid(kBob.value);
    kick.mutable_change_member()->set_kick(true);
    shard.on_message(ann, wire::encode(kick), now);
    pb::ClientFrame leave;
    leave.set_request_id(9);
    leave.mutable_leave_group()->set_gid(kGroup.value);
    shard.on_message(ann, wire::encode(leave), now);
    ASSERT_THAT(bus.commands, SizeIs(2));
    EXPECT_EQ(bus.commands[0].address, "198.51.100.2");
    EXPECT_EQ(bus.commands[1].address, "");
}

TEST_F(SideTest, WhatTheBusDoesNotTakeIsRefused) {
    const ConnectionToken ann = connect(0, "ann");
    bus.full = true;
    send(ann, 1);
    EXPECT_EQ(last(ann).refused().field(), "partition");
    EXPECT_EQ(last(ann).refused().retry_after_ms(), 1'000U);
}

TEST_F(SideTest, RepliesThatDoNotFitEndTheConnection) {
    const ConnectionToken ann = connect(0, "ann");
    bus.full = sockets.full = true;
    send(ann, 1);
    EXPECT_THAT(sockets.closed, ElementsAre(end_of(0U, Code::slow_consumer)));
}

// A guesser's joins: whatever names a group counts, and a new connection does not wipe it out.
TEST_F(SideTest, WhatIsRefusedIsCountedByItsCodeWhoeverRefusedIt) {
    const ConnectionToken ann = connect(0, "ann");
    const auto list = [&](std::uint32_t id) {
        pb::ClientFrame frame;
        frame.set_request_id(id);
        frame.mutable_list();
        shard.on_message(ann, wire::encode(frame), now);
    };
    list(2);
    shard.with_session(ann, [](session::Session& session, auto& fx) {
        session.on_reply(2, std::unexpected(Error{.code = Code::overloaded}), fx);
    });
    for (std::uint32_t id = 3; last(ann).refused().code() != pb::CODE_RATE_LIMITED; ++id) {
        list(id);
        shard.with_session(ann, [id](session::Session& session, auto& fx) {
            session.on_reply(id, bus::Reply{pb::Groups{}}, fx);
        });
        ASSERT_LT(id, 2'000U);
    }
    EXPECT_EQ(last(ann).refused().rule(), "cost");
    EXPECT_EQ(shard.refusals().of(Code::overloaded), 1U);
    EXPECT_EQ(shard.refusals().of(Code::rate_limited), 1U);
    // Another connection of theirs has no more.
    const ConnectionToken again = connect(1, "ann");
    pb::ClientFrame frame;
    frame.set_request_id(2);
    frame.mutable_list();
    shard.on_message(again, wire::encode(frame), now);
    EXPECT_EQ(last(again).refused().rule(), "cost");
    EXPECT_EQ(shard.refusals().of(Code::rate_limited), 2U);
}

TEST_F(SideTest, MissesOfAllCommandsAreOneBudgetThatOutlivesAConnection) {
    const auto join = [&](ConnectionToken connection, std::uint32_t id) {
        pb::ClientFrame frame;
        frame.set_request_id(id);
        frame.mutable_join_group()->set_gid(1'000 + id);
        const std::size_t before = bus.commands.size();
        shard.on_message(connection, wire::encode(frame), now);
        if (bus.commands.size() == before) return false;
        bus::Answer answer{.reply_to = bus.commands.back().reply_to, .frame = {}};
        answer.frame.mutable_refused()->set_code(pb::CODE_NOT_FOUND);
        answer.frame.mutable_refused()->set_field("gid");
        shard.on_answer(answer);
        return true;
    };
    const ConnectionToken ann = connect(0, "ann");
    std::uint32_t joined = 0;
    while (joined < 2'000 && join(ann, 2 + joined)) ++joined;
    EXPECT_EQ(joined, limits::kMisses);
    EXPECT_EQ(last(ann).refused().code(), pb::CODE_RATE_LIMITED);
    EXPECT_EQ(last(ann).refused().rule(), "misses");
    shard.on_closed(ann);
    const ConnectionToken again = connect(1, "ann");
    EXPECT_FALSE(join(again, 2));
    EXPECT_TRUE(join(connect(2, "bob"), 2)) << "nobody pays for others";
    now += Millis{limits::kMissEvery};
    EXPECT_TRUE(join(again, 3));
    EXPECT_FALSE(join(again, 4));
}

TEST_F(SideTest, WhatIsOpenIsSpokenToAlsoByWhoMissedTooOften) {
    const ConnectionToken ann = connect(0, "ann");
    open(ann);
    for (std::uint32_t i = 0; i < limits::kMisses; ++i) {
        shard.with_session(ann, [](session::Session& session, auto& fx) { session.on_miss(fx); });
    }
    send(ann, 1);
    EXPECT_THAT(bus.commands, SizeIs(1));
}

TEST_F(SideTest, WhoIsCutForWhatWaitsIsToldWhy) {
    const ConnectionToken ann = connect(0, "ann");
    bus.full = sockets.full = sockets.forgets = true;
    send(ann, 1);
    EXPECT_EQ(last(ann).refused().code(), pb::CODE_SLOW_CONSUMER);
    EXPECT_THAT(sockets.closed, ElementsAre(end_of(0U, Code::slow_consumer)));
}

TEST_F(SideTest, NothingIsReadUntilTheSocketHasTakenTheAnswers) {
    const ConnectionToken ann = connect(0, "ann");
    sockets.slow = true;
    open(ann);
    EXPECT_TRUE(sockets.paused);
    sockets.slow = false;
    shard.on_drained(ann);
    EXPECT_FALSE(sockets.paused);
}

TEST_F(SideTest, WhoWasNotHeardIsCountedAwayUntilTheySpeak) {
    const ConnectionToken ann = connect(0, "ann");
    open(ann);
    const auto away = [&] {
        std::vector<fanout::WatcherCount> counts;
        shard.router().take_counts(counts);
        return counts.empty() ? std::nullopt : std::optional{counts.back().away};
    };
    EXPECT_EQ(away(), 0U);
    const Time end = now + Millis{(limits::kHereS + 60) * 1'000};
    while (now < end) shard.pulse(now += Millis{100});
    EXPECT_EQ(away(), 1U);
    pb::ClientFrame here;
    here.mutable_here();
    shard.on_message(ann, wire::encode(here), now);
    EXPECT_EQ(away(), 0U);
}

TEST_F(SideTest, AnAnswerToAnEarlierConnectionReachesNobody) {
    const ConnectionToken ann = connect(0, "ann");
    send(ann, 1);
    shard.on_closed(ann);
    const ConnectionToken bob = connect(0, "bob", 2);
    const std::size_t before = sockets.told[0].size();
    bus::Answer answer{.reply_to = bus.commands[0].reply_to, .frame = {}};
    answer.frame.mutable_sent()->set_seq(4);
    shard.on_answer(answer);
    EXPECT_EQ(sockets.told[0].size(), before);
    EXPECT_TRUE(last(bob).has_welcome());
}

TEST_F(SideTest, AnOustingReachesEveryDeviceThatHasTheGroupOpen) {
    const ConnectionToken desk = connect(0, "ann");
    const ConnectionToken phone = connect(1, "ann");
    const ConnectionToken bob = connect(2, "bob");
    for (const ConnectionToken connection : {desk, phone, bob}) open(connection);
    ASSERT_EQ(shard.router().audience(kGroup)->seats().size(), 3U);
    pb::ServerFrame ousted;
    ousted.mutable_ousted()->set_gid(kGroup.value);
    shard.on_ousted(kGroup, kAnn, 2, wire::encode(ousted));
    EXPECT_TRUE(last(desk).has_ousted());
    EXPECT_TRUE(last(phone).has_ousted());
    EXPECT_TRUE(last(bob).has_opened());
    EXPECT_EQ(shard.router().audience(kGroup)->seats().size(), 1U);
}

TEST_F(SideTest, WhoLeavesIsToldToTheHubOnce) {
    const ConnectionToken ann = connect(0, "ann");
    const int before = hub.tasks;
    shard.on_closed(ann);
    EXPECT_EQ(hub.tasks, before + 1);
    shard.on_closed(ann);
    EXPECT_EQ(hub.tasks, before + 1);
}

TEST_F(SideTest, ADrainTellsEachATimeOfItsOwnWithinTheSpread) {
    std::set<std::uint32_t> times;
    for (std::uint32_t i = 0; i < 20; ++i) connect(i, "ann");
    shard.drain(Millis{30'000});
    for (std::uint32_t i = 0; i < 20; ++i) {
        const pb::ServerFrame& frame = sockets.told[i].back();
        ASSERT_TRUE(frame.has_bye());
        EXPECT_LE(frame.bye().after_ms(), 30'000U);
        times.insert(frame.bye().after_ms());
    }
    EXPECT_GT(times.size(), 15U);
}

TEST_F(SideTest, PulsesGoToThoseWhoSaidHelloWithinTheirPeriod) {
    connect(0, "ann");
    shard.on_connected({.shard = 3, .index = 1, .generation = 1}, now);
    for (int i = 0; i < 400; ++i) shard.pulse(now += Millis{100});
    EXPECT_THAT(sockets.offered, ElementsAre(0U));
}

TEST_F(SideTest, PulsesWaitForALargePassButNotForever) {
    for (std::uint32_t i = 0; i <= limits::kLargeAudience; ++i) open(connect(i, "ann"));
    const auto pulse_for = [&](Millis span) {
        sockets.offered.clear();
        for (const Time end = now + span; now < end;) shard.pulse(now += Millis{100});
    };
    pulse_for(Millis{1'000});
    EXPECT_FALSE(sockets.offered.empty());

    sockets.gate = false;  // The pass does not come to its turn.
    shard.router().on_head(kGroup, {1}, {1});
    pulse_for(limits::kPulseEvery / 4 - Millis{100});
    EXPECT_THAT(sockets.offered, IsEmpty());
    pulse_for(Millis{1'000});
    EXPECT_FALSE(sockets.offered.empty());

    sockets.gate = true;
    while (shard.turn(now) == fanout::Router::Turn::more) {
    }
    shard.pulse(now += Millis{100});
    shard.router().on_head(kGroup, {1}, {2});
    pulse_for(limits::kPulseEvery / 4 - Millis{100});
    EXPECT_THAT(sockets.offered, IsEmpty()) << "the next pass is waited for anew";
}

}  // namespace
}  // namespace stentor::node
