#include "node/fanout/router.h"

#include <map>
#include <random>

#include "node/fanout/router_test_kit.h"

namespace stentor::fanout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(RouterTest, WhatGatheredIsOneBatch) {
    join(1, 10);
    router.on_push(batch(11, 11));
    router.on_push(batch(12, 14));
    router.on_push(batch(15, 15));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("11-15"));
    EXPECT_EQ(sockets.writes, 1);
}

TEST_F(RouterTest, ASeatInsideTheGatheredFramesGetsOnlyWhatItCanApply) {
    join(1, 10);
    router.on_push(batch(11, 12));
    join(2, 12);
    router.on_push(batch(13, 14));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("11-14"));
    EXPECT_THAT(sockets.take(2), ElementsAre("13-14"));
}

TEST_F(RouterTest, AFrameThatReachesBelowASeatLeavesItBehindWithOneHead) {
    join(1, 10);
    router.on_push(batch(11, 12));
    run();
    sockets.take(1);
    // A member whose floor lies inside the next frame: they may not see 13.
    join(2, 13);
    router.on_push(batch(13, 15));
    run();
    EXPECT_THAT(sockets.take(2), ElementsAre("h15"));
    router.on_push(batch(16, 16));
    run();
    EXPECT_THAT(sockets.take(2), IsEmpty());
}

TEST_F(RouterTest, ABehindSeatGetsNoContentUntilItReachedTheCurrentHead) {
    const SeatIndex seat = join(1, 10);
    sockets.next[1] = Written::refused;
    router.on_push(batch(11, 11));
    run();
    sockets.next.clear();
    router.on_drained(kGroup, seat);
    EXPECT_THAT(sockets.take(1), ElementsAre("h11"));

    router.on_push(batch(12, 12));
    run();
    EXPECT_THAT(sockets.take(1), IsEmpty());
    router.caught_up(kGroup, seat, kEpoch, Seq{11});  // A page short of the head.
    router.on_push(batch(13, 13));
    run();
    EXPECT_THAT(sockets.take(1), IsEmpty());

    router.caught_up(kGroup, seat, kEpoch, Seq{13});
    router.on_push(batch(14, 14));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("14-14"));
}

TEST_F(RouterTest, AWaitingSeatCostsNoWritesAndLearnsOfTheHeadOnceDrained) {
    const SeatIndex seat = join(1, 10);
    sockets.next[1] = Written::kept;
    router.on_push(batch(11, 11));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("11-11"));
    const int writes = sockets.writes;
    for (std::uint64_t seq = 12; seq < 30; ++seq) {
        router.on_push(batch(seq, seq));
        run();
    }
    EXPECT_EQ(sockets.writes, writes);
    sockets.next.clear();
    router.on_drained(kGroup, seat);
    EXPECT_THAT(sockets.take(1), ElementsAre("h29"));
}

TEST_F(RouterTest, AWaitingSeatThatMissedNothingGoesOnWithoutAHead) {
    const SeatIndex seat = join(1, 10);
    sockets.next[1] = Written::kept;
    router.on_push(batch(11, 11));
    run();
    sockets.next.clear();
    router.on_drained(kGroup, seat);
    router.on_push(batch(12, 12));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("11-11", "12-12"));
}

TEST_F(RouterTest, ASeatCreatedBelowTheHeadGetsAHeadAtOnce) {
    join(1, 20);
    join(2, 15);
    run();
    EXPECT_THAT(sockets.take(1), IsEmpty());
    EXPECT_THAT(sockets.take(2), ElementsAre("h20"));
}

TEST_F(RouterTest, AHeadWithoutContentsIsToldToThoseBelowIt) {
    join(1, 10);
    router.on_head(kGroup, kEpoch, Seq{500});
    join(2, 500);
    router.on_push(batch(501, 501));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("h501"));
    EXPECT_THAT(sockets.take(2), ElementsAre("501-501"));
}

TEST_F(RouterTest, AnotherEpochIsToldAsAHeadAndReopeningEndsIt) {
    const SeatIndex seat = join(1, 10);
    router.on_push(batch(11, 11));
    router.on_head(kGroup, Epoch{2}, Seq{8});
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("h8"));
    router.on_push(batch(12, 12));  // A straggler of the former epoch.
    router.caught_up(kGroup, seat, Epoch{2}, Seq{8});
    router.on_push(batch(9, 9, kGroup, Epoch{2}));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("9-9"));
}

TEST_F(RouterTest, ChangesGoBeforeEntriesUnlessTheyAreAboutThem) {
    join(1, 10);
    router.on_push(tick());
    router.on_push(batch(11, 12));
    router.on_push(changed(11));
    router.on_push(changed(3));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("c3", "11-12", "c11", "t"));
}

// An entry's sums say what was there before somebody was let in.
TEST_F(RouterTest, TalliesOfWhatAMemberMayNotSeeAreNotTold) {
    for (const ConnectionIndex who : {1U, 2U, 3U, 4U}) join(who, 9);
    sockets.floors[2] = Seq{3};
    sockets.floors[3] = Seq{4};
    sockets.floors[4] = Seq{9};
    router.on_push(tallies({3, 5, 9}, true));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("s3,5,9", "t"));
    EXPECT_THAT(sockets.take(2), ElementsAre("s5,9", "t"));
    EXPECT_THAT(sockets.take(3), ElementsAre("s5,9", "t"));
    EXPECT_EQ(sockets.newest[2], sockets.newest[3]) << "made once for both";
    EXPECT_THAT(sockets.take(4), ElementsAre("t"));
    router.on_push(tallies({3, 9}));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("s3,9"));
    EXPECT_THAT(sockets.take(4), ElementsAre());
    router.on_push(tick());
    run();
    EXPECT_THAT(sockets.take(4), ElementsAre("t"));
}

TEST_F(RouterTest, AChangeBelowAMembersFloorIsNotShownToHim) {
    join(1, 10);
    sockets.floors[1] = Seq{5};
    router.on_push(changed(5));
    router.on_push(changed(6));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("c6"));
}

TEST_F(RouterTest, WhoeverMissesAChangeIsToldOfTheHead) {
    const SeatIndex seat = join(1, 10);
    sockets.next[1] = Written::kept;
    router.on_push(batch(11, 11));
    run();
    router.on_push(changed(4));
    run();
    sockets.next.clear();
    sockets.take(1);
    router.on_drained(kGroup, seat);
    EXPECT_THAT(sockets.take(1), ElementsAre("H11"));
}

// They are told even when an answer has brought them to the head before there was room for it: that
// answer may have been made before the change.
TEST_F(RouterTest, AMissedChangeIsToldAlsoAfterCatchingUp) {
    const SeatIndex seat = join(1, 10);
    sockets.next[1] = Written::kept;
    router.on_push(batch(11, 11));
    run();
    router.on_push(changed(4));
    run();
    router.caught_up(kGroup, seat, kEpoch, Seq{11});
    sockets.next.clear();
    sockets.take(1);
    router.on_drained(kGroup, seat);
    EXPECT_THAT(sockets.take(1), ElementsAre("H11"));
    router.on_push(batch(12, 12));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("12-12"));
}

TEST_F(RouterTest, TooMuchPendingBecomesAHead) {
    join(1, 0);
    Push big = batch(1, 200);
    big.encoded = wire::shared_push(std::string(limits::kBatchBytes, 'x'));
    for (std::uint64_t i = 0; i < 5; ++i) {
        big.first = Seq{i * 200 + 1};
        big.last = Seq{i * 200 + 200};
        router.on_push(big);
    }
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("h1000"));
}

TEST_F(RouterTest, TooManyChangesPendingBecomeAHeadForAll) {
    join(1, 10);
    Push big = changed(3);
    big.encoded = wire::shared_push(std::string(limits::kPassBytes, 'x'));
    router.on_push(big);
    router.on_push(changed(4));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("H10")) << "they ask what was changed";
}

// Else what stands behind all of them (the sockets' own turn) waits for as long as there are
// groups.
TEST_F(RouterTest, ATurnIsBoundedBySeatsNotByGroups) {
    const std::size_t groups = limits::kTurnSeats + 10;
    for (std::size_t i = 0; i < groups; ++i) {
        const auto who = static_cast<ConnectionIndex>(i);
        join(who, 0, {100 + i});
        router.on_push(batch(1, 1, {100 + i}));
    }
    EXPECT_EQ(router.run(now), Router::Turn::more);
    EXPECT_EQ(sockets.writes, static_cast<int>(limits::kTurnSeats));
    EXPECT_EQ(router.run(now), Router::Turn::idle);
    EXPECT_EQ(sockets.writes, static_cast<int>(groups));
}

TEST_F(RouterTest, LargePassesWaitAtTheGateAndSmallOnesDoNot) {
    constexpr GroupId kLarge{6};
    for (ConnectionIndex who = 100; who < 100 + limits::kLargeAudience + 1; ++who) {
        join(who, 0, kLarge);
    }
    join(1, 0);
    gate.open = false;
    router.on_push(batch(1, 1, kLarge));
    router.on_push(batch(1, 1));
    EXPECT_EQ(router.run(now), Router::Turn::gated);
    EXPECT_EQ(sockets.writes, 1);

    gate.open = true;
    EXPECT_EQ(router.run(now), Router::Turn::more);
    EXPECT_EQ(sockets.writes, 1 + static_cast<int>(limits::kSliceSeats));
    router.on_push(batch(2, 2));  // A small group does not wait for the rest of the large pass.
    EXPECT_EQ(router.run(now), Router::Turn::more);
    EXPECT_THAT(sockets.take(1), ElementsAre("1-1", "2-2"));
    run();
    EXPECT_EQ(gate.entered, gate.left);
    EXPECT_EQ(gate.entered, 5);
}

TEST_F(RouterTest, CountsCarryTheNewestTicket) {
    router.on_ticket(kGroup, 7);
    std::vector<WatcherCount> counts;
    router.take_counts(counts);
    ASSERT_EQ(counts.size(),
              1U);  // Its session was gone: the hub must learn that nobody sits here.
    EXPECT_EQ(counts[0].count, 0U);
    EXPECT_EQ(counts[0].ticket, 7U);

    router.on_ticket(kGroup, 8);
    const SeatIndex seat = join(1, 0);
    counts.clear();
    router.take_counts(counts);
    ASSERT_EQ(counts.size(), 1U);
    EXPECT_EQ(counts[0].count, 1U);
    EXPECT_EQ(counts[0].ticket, 8U);

    router.leave(kGroup, seat);
    EXPECT_EQ(router.watchers(kGroup), 0U);
    counts.clear();
    router.take_counts(counts);
    ASSERT_EQ(counts.size(), 1U);
    EXPECT_EQ(counts[0].count, 0U);
    EXPECT_EQ(counts[0].ticket, 8U);
}

TEST_F(RouterTest, PulsesOfOneGroupAreTheSameBytesWithinASecond) {
    join(1, 10);
    const std::vector<GroupId> groups{kGroup};
    const SharedPush first = router.pulse(groups, now);
    EXPECT_EQ(first, router.pulse(groups, now + Millis{999}));
    EXPECT_NE(first, router.pulse(groups, now + Millis{1'000}));
    router.set_level(2);
    EXPECT_EQ(frames_in(*router.pulse(groups, now + Millis{1'000}))[0].pulse().level(), 2U);
    EXPECT_EQ(router.pulse({}, now), router.pulse({}, now));
}

// A reader told of what is on its way to them would pull it.
TEST_F(RouterTest, APulseTellsNoMoreThanThePassesHaveBrought) {
    join(1, 10);
    const auto told = [&] {
        const auto frames = frames_in(*router.pulse(std::vector<GroupId>{kGroup}, now));
        return frames.at(0).pulse().heads(0).head();
    };
    router.on_push(batch(11, 11));
    EXPECT_EQ(told(), 10U);
    run();
    EXPECT_EQ(told(), 11U);
    router.on_head(kGroup, kEpoch, Seq{15});  // Nothing of that is on its way.
    EXPECT_EQ(told(), 15U);
}

Push pushed_at(Time at, std::uint64_t first, std::uint64_t last, GroupId gid = kGroup) {
    Push push = batch(first, last, gid);
    push.at = at;
    return push;
}

TEST_F(RouterTest, APassTakesAsLongAsFromItsFirstPushToItsLastSeat) {
    join(1, 10);
    router.on_push(pushed_at(now, 11, 11));
    now += Millis{30};
    router.on_push(pushed_at(now, 12, 12));
    now += Millis{10};
    EXPECT_EQ(router.oldest_pass(now), Millis{40});
    router.run(now);
    EXPECT_THAT(router.ended_passes(), testing::ElementsAre(Millis{40}));
    EXPECT_EQ(router.oldest_pass(now), Millis{0});
    router.on_push(pushed_at(now, 12, 12));  // Known already: no pass.
    now += Millis{500};
    router.on_push(pushed_at(now, 13, 13));
    router.run(now);
    EXPECT_THAT(router.ended_passes(), testing::ElementsAre(Millis{0}));
}

TEST_F(RouterTest, ALargePassUnderWayIsAsOldAsItsFirstPush) {
    constexpr GroupId kLarge{99};
    const auto seats = static_cast<ConnectionIndex>(limits::kLargeAudience + 1);
    for (ConnectionIndex who = 1; who <= seats; ++who) join(who, 0, kLarge);
    router.on_push(pushed_at(now, 1, 1, kLarge));
    router.run(now += Millis{5});
    EXPECT_THAT(router.ended_passes(), testing::IsEmpty());
    router.on_push(pushed_at(now, 2, 2, kLarge));  // For the next one.
    EXPECT_EQ(router.oldest_pass(now += Millis{70}), Millis{75});
    std::vector<Millis> ended;
    while (router.run(now) == Router::Turn::more) {
        ended.insert(ended.end(), router.ended_passes().begin(), router.ended_passes().end());
    }
    ended.insert(ended.end(), router.ended_passes().begin(), router.ended_passes().end());
    EXPECT_THAT(ended, testing::ElementsAre(Millis{75}, Millis{70}));
}

// ---- Random histories against readers who check what they are given

struct Reader {
    std::uint64_t last = 0;  // Applied.
    std::uint64_t told = 0;  // Newest head it has heard of.
    SeatIndex seat = 0;
    bool stuck = false;
    bool kept = false;  // A stuck socket takes one write more, in part.
};

class Crowd : public PushWriter, public Viewers {
public:
    Written write_direct(int /*descriptor*/, ConnectionIndex connection,
                         const SharedPush& push) override {
        Reader& reader = readers.at(connection);
        if (reader.stuck && reader.kept) {
            ADD_FAILURE() << "a seat that waits was written to";
            return Written::refused;
        }
        if (reader.stuck && refuse) {
            reader.kept = true;
            return Written::refused;
        }
        for (const auto& frame : frames_in(*push)) {
            if (frame.has_head()) {
                reader.told = std::max<std::uint64_t>(reader.told, frame.head().head());
                ++heads;
                continue;
            }
            EXPECT_EQ(frame.batch().first_seq(), reader.last + 1) << "cannot be applied";
            for (const pb::Entry& entry : frame.batch().entries()) {
                EXPECT_EQ(entry.seq(), ++reader.last);
            }
            reader.told = std::max(reader.told, reader.last);
            ++batches;
        }
        if (!reader.stuck) return Written::whole;
        reader.kept = true;
        return Written::kept;
    }
    bool sees(const Seat&, GroupId, Seq) override { return true; }

    std::map<ConnectionIndex, Reader> readers;
    bool refuse = false;
    int heads = 0;
    int batches = 0;
};

class History {
public:
    explicit History(std::uint32_t seed) : random_(seed) {}

    void step() {
        switch (random_() % 8) {
            case 0: come(); break;
            case 1: go(); break;
            case 2: stick(); break;
            case 3: drain(); break;
            case 4: pull(); break;
            case 5:
                head_ += 1 + random_() % 300;
                router_.on_head(kGroup, kEpoch, Seq{head_});
                break;
            case 6: {
                const std::uint64_t count = 1 + random_() % 5;
                router_.on_push(batch(head_ + 1, head_ + count));
                head_ += count;
                break;
            }
            default: crowd_.refuse = random_() % 2 == 0; router_.run(Time{});
        }
    }
    // Sockets drain, readers pull what they know to be missing: then everybody has everything.
    void heal() {
        for (int round = 0; round < 3; ++round) {
            while (router_.run(Time{}) == Router::Turn::more) {
            }
            for (auto& [who, reader] : crowd_.readers) {
                if (reader.stuck) drain_one(reader);
            }
            for (auto& [who, reader] : crowd_.readers) {
                while (reader.told > reader.last) pull_one(reader);
            }
        }
        router_.on_push(batch(head_ + 1, head_ + 1));
        ++head_;
        while (router_.run(Time{}) == Router::Turn::more) {
        }
        for (const auto& [who, reader] : crowd_.readers) EXPECT_EQ(reader.last, head_) << who;
    }
    Crowd& crowd() { return crowd_; }

private:
    Reader* any() {
        if (crowd_.readers.empty()) return nullptr;
        auto it = crowd_.readers.begin();
        std::advance(it, static_cast<long>(random_() % crowd_.readers.size()));
        return &it->second;
    }
    void come() {
        const ConnectionIndex who = next_++;
        Reader& reader = crowd_.readers[who];
        reader.last = reader.told = head_;  // The hub's order: an Opened is as new as the pushes.
        reader.seat = *router_.join(kGroup, kEpoch, Seq{head_},
                                    {.descriptor = 1, .connection = who, .deflates = who % 2});
    }
    void go() {
        Reader* reader = any();
        if (reader == nullptr) return;
        const SeatIndex hole = reader->seat;
        std::erase_if(crowd_.readers, [&](auto& pair) { return &pair.second == reader; });
        if (const auto moved = router_.leave(kGroup, hole)) crowd_.readers.at(*moved).seat = hole;
    }
    void stick() {
        if (Reader* reader = any()) reader->stuck = true;
    }
    void drain() {
        Reader* reader = any();
        if (reader != nullptr && reader->stuck) drain_one(*reader);
    }
    void drain_one(Reader& reader) {
        reader.stuck = reader.kept = false;
        router_.on_drained(kGroup, reader.seat);
    }
    void pull() {
        Reader* reader = any();
        if (reader != nullptr && !reader->stuck && reader->told > reader->last) pull_one(*reader);
    }
    // Most pulls end at the head; some are a page short.
    void pull_one(Reader& reader) {
        reader.last = head_ - reader.last > 200 && random_() % 2 == 0 ? reader.last + 200 : head_;
        reader.told = std::max(reader.told, head_);
        router_.caught_up(kGroup, reader.seat, kEpoch, Seq{reader.last});
    }

    std::mt19937 random_;
    Crowd crowd_;
    OpenGate gate_;
    Router router_{crowd_, crowd_, gate_};
    std::uint64_t head_ = 50;
    ConnectionIndex next_ = 1;
};

TEST(RouterHistory, NobodyIsPushedWhatHeCannotApplyAndEverybodyCatchesUp) {
    int heads = 0;
    int batches = 0;
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        History history{seed};
        for (int step = 0; step < 600; ++step) history.step();
        for (int round = 0; round < 20; ++round) history.heal();
        heads += history.crowd().heads;
        batches += history.crowd().batches;
        if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(heads, 500);
    EXPECT_GT(batches, 500);
}

}  // namespace
}  // namespace stentor::fanout
