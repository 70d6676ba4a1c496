#include "node/cache/cache.h"

#include <algorithm>
#include <random>

#include "node/cache/cache_test_kit.h"

namespace stentor::cache {
namespace {

TEST_F(CacheTest, TheRouteStandsBeforeTheOwnerIsAsked) {
    open();
    EXPECT_THAT(told.routes, ::testing::ElementsAre(1));
    ASSERT_EQ(told.asks.size(), 1U);
    EXPECT_TRUE(std::get<bus::AskOpen>(told.asks[0].question).with_view);
}

TEST_F(CacheTest, AFreshReaderGetsTheNewestFifty) {
    open();
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    const pb::Opened& opened = told.opens[0].frame.opened();
    EXPECT_TRUE(opened.reset());
    EXPECT_EQ(opened.first_seq(), 501 - limits::kOpenedEntries);
    EXPECT_EQ(static_cast<std::size_t>(opened.entries_size()), limits::kOpenedEntries);
    EXPECT_EQ(Digest::from(opened.digest_before()), log.digests[450]);
    EXPECT_EQ(Digest::from(opened.digest()), log.digests[500]);
    EXPECT_EQ(told.opens[0].seating.reached, Seq{500});
}

TEST_F(CacheTest, AReaderWhoIsNearContinuesAndOneWhoIsFarStartsAfresh) {
    open_it();
    open(490, kEpoch);
    open(250, kEpoch);
    open(500, kEpoch);
    answer_all();
    ASSERT_EQ(told.opens.size(), 3U);
    EXPECT_FALSE(told.opens[0].frame.opened().reset());
    EXPECT_EQ(told.opens[0].frame.opened().first_seq(), 491U);
    EXPECT_TRUE(told.opens[1].frame.opened().reset());
    EXPECT_FALSE(told.opens[2].frame.opened().reset());
    EXPECT_EQ(told.opens[2].frame.opened().first_seq(), 501U);
    EXPECT_EQ(told.opens[2].frame.opened().entries_size(), 0);
}

TEST_F(CacheTest, NothingAtOrBelowTheFloorIsInAnOpened) {
    member.floor = Seq{495};
    open(490, kEpoch);
    answer_all();
    const pb::Opened& opened = told.opens.at(0).frame.opened();
    EXPECT_TRUE(opened.reset());
    EXPECT_EQ(opened.first_seq(), 496U);
    EXPECT_EQ(opened.floor(), 495U);
}

TEST_F(CacheTest, AGuessedIdAndAForeignGroupLookTheSame) {
    member.role = pb::ROLE_NONE;
    open();
    answer_all();
    ASSERT_EQ(told.refusals.size(), 1U);
    EXPECT_EQ(told.refusals[0].code, Code::not_found);
}

TEST_F(CacheTest, GuessedGroupsLeaveMemoryWithTheNextTick) {
    member.role = pb::ROLE_NONE;
    for (std::uint64_t gid = 1'000; gid < 2'000; ++gid) {
        cache.on_open(waiter(), {gid}, kAnn, {}, {}, now);
        answer_all();
    }
    EXPECT_EQ(told.refusals.size(), 1'000U);
    cache.on_tick(now);
    EXPECT_EQ(cache.counts().groups, 0U);
    EXPECT_EQ(told.routes.back(), 0U);
}

TEST_F(CacheTest, ManyOpensOfAColdGroupBringOneView) {
    for (int i = 0; i < 10; ++i) open();
    int views = 0;
    for (const auto& ask : told.asks) views += std::get<bus::AskOpen>(ask.question).with_view;
    EXPECT_EQ(views, 1);
    std::ranges::reverse(told.asks);  // The view comes last: everybody waits for it.
    answer_all();
    EXPECT_EQ(told.opens.size(), 10U);
}

TEST_F(CacheTest, WhenTheBringerOfTheViewIsNobodyTheNextOneBringsIt) {
    open();
    open(0, {}, kBob);
    auto first = std::move(told.asks[0]);
    auto second = std::move(told.asks[1]);
    told.asks.clear();
    cache.on_reply(second.id, bus::OpenAnswer{.member = member, .epoch = kEpoch, .term = kTerm},
                   now);
    cache.on_reply(first.id, std::unexpected(Error{Code::not_found, "gid"}), now);
    answer_all();
    EXPECT_EQ(told.refusals.size(), 1U);
    EXPECT_EQ(told.opens.size(), 1U);
}

TEST_F(CacheTest, ItemsThatOvertakeTheViewAreNotLost) {
    open();
    const bus::GroupView view = log.view();
    add(2, 1);
    const AskId id = told.asks[0].id;
    told.asks.clear();
    cache.on_reply(
        id, bus::OpenAnswer{.member = member, .view = view, .epoch = kEpoch, .term = kTerm}, now);
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].seating.reached, Seq{502});
}

TEST_F(CacheTest, AnOpenedComesBeforeThePushOfTheNextEntry) {
    open_it();
    add(1, 1);
    add(2, 2);
    ASSERT_EQ(told.pushes.size(), 2U);
    EXPECT_EQ(told.pushes[1].first, Seq{502});
    EXPECT_EQ(told.pushes[1].last, Seq{503});
}

TEST_F(CacheTest, NobodyListensNothingIsPushed) {
    open_it();
    const auto ticket = std::uint64_t{1};
    cache.on_watchers(0, kGroup, {.count = 0}, ticket - 1,
                      now);  // Told before the Opened got there.
    add(1, 1);
    EXPECT_EQ(told.pushes.size(), 1U);
    cache.on_watchers(0, kGroup, {.count = 0}, ticket, now);
    add(1, 2);
    EXPECT_EQ(told.pushes.size(), 1U);
    now += Millis{60'000};
    cache.on_tick(now);
    EXPECT_EQ(told.routes.back(), 0U);
    EXPECT_EQ(cache.counts().groups, 0U);
}

TEST_F(CacheTest, AGroupLeavesMemoryHalfAMinuteAfterItsLastWatcherAndItsRouteWithIt) {
    open_it();
    cache.on_watchers(0, kGroup, {.count = 1}, 1, now);
    pull(1, 50);  // A page of older entries.
    answer_all();
    for (int minute = 0; minute < 60; ++minute) {
        now += Millis{60'000};
        cache.on_tick(now);
        answer_all();
    }
    EXPECT_EQ(cache.counts().groups, 1U) << "somebody watches";
    EXPECT_EQ(told.routes.back(), 1U);

    cache.on_watchers(0, kGroup, {.count = 0}, 1, now);
    now += Millis{29'000};
    cache.on_tick(now);
    EXPECT_EQ(cache.counts().groups, 1U) << "they may be back";
    now += Millis{1'000};
    cache.on_tick(now);
    EXPECT_EQ(cache.counts().groups, 0U);
    EXPECT_EQ(cache.counts().pages, 0U);
    EXPECT_EQ(told.routes.back(), 0U);

    log.add(3);
    open(500, kEpoch);
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_THAT(seqs(told.opens[0].frame.opened().entries()),
                ::testing::ElementsAre(501, 502, 503));
    EXPECT_EQ(told.routes.back(), 1U);
}

TEST_F(CacheTest, ALostItemIsMadeUpForInOrder) {
    open_it();
    add(1, 1);
    log.add(3);  // Version 2 is not told.
    told.pushes.clear();
    add(1, 3);
    EXPECT_TRUE(told.pushes.empty());  // A kick may have been in it.
    answer_all();
    ASSERT_FALSE(told.pushes.empty());
    EXPECT_EQ(told.pushes.front().first, Seq{502});
    EXPECT_EQ(told.pushes.back().last, Seq{505});
}

TEST_F(CacheTest, ALostLastItemIsFoundWhenTheGroupStaysQuiet) {
    open_it();
    add(1, 1);
    log.add(1);
    lose();
    told.pushes.clear();
    now += Millis{30'000};
    cache.on_tick(now);
    answer_all();
    ASSERT_EQ(told.pushes.size(), 1U);
    EXPECT_EQ(told.pushes[0].last, Seq{502});
}

TEST_F(CacheTest, APullFromMemoryAsksNobody) {
    open_it();
    pull(480, 489);
    EXPECT_TRUE(told.asks.empty());
    ASSERT_EQ(told.ranges.size(), 1U);
    const pb::Range& range = told.ranges[0].frame.range();
    EXPECT_EQ(range.entries_size(), 10);
    EXPECT_EQ(range.first_seq(), 480U);
    EXPECT_EQ(Digest::from(range.digest_before()), log.digests[479]);
    EXPECT_EQ(Digest::from(range.digest()), log.digests[489]);
}

TEST_F(CacheTest, OneLoadServesAllWhoMissThePage) {
    open_it();
    for (int i = 0; i < 100; ++i) pull(120, 150);
    EXPECT_EQ(told.asks.size(), 1U);
    answer_all();
    EXPECT_EQ(told.ranges.size(), 100U);
    pull(1, 100);
    EXPECT_TRUE(told.asks.empty());
    EXPECT_EQ(told.ranges.size(), 101U);
}

// Counts ranges instead of keeping them.
class CrowdTold : public Told {
public:
    void ranged(const Waiter& waiter, SharedBytes range, GroupId, Epoch, Seq, Seq, Seq) override {
        served[waiter.connection.index] += 1;
        // As if a slow shard held them all.
        if (held.empty() || held.back() != range) held.push_back(std::move(range));
    }
    std::vector<std::uint8_t> served = std::vector<std::uint8_t>(limits::kWaitersPerLoad + 10);
    std::vector<SharedBytes> held;
};

class CrowdTest : public CacheTest {
protected:
    void pull_by(std::uint32_t who) {
        crowded.on_pull({.connection = {.index = who}, .request_id = who}, kGroup, log.epoch,
                        Seq{101}, Seq{110}, {}, now);
    }
    void begin() {
        crowded.on_open(waiter(), kGroup, kAnn, {}, {}, now);
        answer_crowd();
    }
    void answer_crowd() {
        while (!crowd.asks.empty()) {
            auto ask = std::move(crowd.asks.front());
            crowd.asks.erase(crowd.asks.begin());
            crowded.on_reply(ask.id, answer(ask.question), now);
        }
    }
    CrowdTold crowd;
    Cache crowded{crowd};
};

TEST_F(CrowdTest, AHundredThousandWhoPullOneColdRangeAreOneRead) {
    constexpr std::uint32_t kCrowd = 100'000;
    begin();
    for (std::uint32_t who = 0; who < kCrowd; ++who) pull_by(who);
    EXPECT_EQ(crowd.asks.size(), 1U);
    EXPECT_EQ(crowded.counts().page_misses, 1U);
    EXPECT_EQ(crowded.counts().page_joins, kCrowd - 1);
    answer_crowd();
    EXPECT_EQ(std::ranges::count(crowd.served, 1), kCrowd);
    ASSERT_EQ(crowd.held.size(), 1U);  // One range in memory, however many it is told.
    const auto frame = wire::decode_event(addressed(7, *crowd.held[0]));
    EXPECT_EQ(frame->request_id(), 7U);
    EXPECT_EQ(frame->range().entries_size(), 10);
    EXPECT_TRUE(crowd.refusals.empty());
    EXPECT_EQ(crowded.counts().page_misses, 1U);
    EXPECT_EQ(crowded.counts().loads, 0U);
}

TEST_F(CrowdTest, WhoFindsNoPlaceAmongThoseWhoWaitIsToldATime) {
    begin();
    for (std::uint32_t who = 0; who < limits::kWaitersPerLoad + 3; ++who) pull_by(who);
    ASSERT_EQ(crowd.refusals.size(), 3U);
    EXPECT_EQ(crowd.refusals[0].code, Code::overloaded);
    EXPECT_GT(crowd.refusals[0].retry_after_ms, 0U);
    answer_crowd();
    EXPECT_EQ(std::ranges::count(crowd.served, 1), static_cast<long>(limits::kWaitersPerLoad));
    pull_by(limits::kWaitersPerLoad + 1);  // It comes back, and the page is warm.
    EXPECT_TRUE(crowd.asks.empty());
    EXPECT_EQ(crowd.served[limits::kWaitersPerLoad + 1], 1);
}

TEST_F(CacheTest, BelowTheFloorIsAReset) {
    open_it();
    pull(100, 200, 150);
    answer_all();
    ASSERT_EQ(told.answers.size(), 1U);
    const pb::Reset& reset = told.answers[0].frame.reset();
    EXPECT_EQ(reset.floor(), 150U);
    EXPECT_EQ(Digest::from(reset.digest()), log.digests[150]);
}

TEST_F(CacheTest, AboveTheHeadIsVerifiedBeforeItIsRefused) {
    open_it();
    pull(501, 600);
    answer_all();
    ASSERT_EQ(told.refusals.size(), 1U);
    EXPECT_EQ(told.refusals[0].code, Code::bad_range);
    log.add(5);  // Committed, and its item lost.
    lose();
    pull(501, 600);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_EQ(told.ranges[0].seating.reached, Seq{505});
}

TEST_F(CacheTest, ARecallDuringALoadIsNotUndoneByIt) {
    open_it();
    pull(120, 150);
    const bus::EntriesAnswer before = log.answer({.gid = kGroup, .from = Seq{1}, .count = 200});
    item(bus::EntryChanged{log.recall(130), Seq{500}}, 1);
    ASSERT_EQ(told.asks.size(), 1U);
    cache.on_reply(told.asks[0].id, before, now);
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_TRUE(told.ranges[0].frame.range().entries(10).recalled());
    ASSERT_EQ(told.pushes.size(), 1U);
    EXPECT_EQ(told.pushes[0].lane, Lane::control);
}

TEST_F(CacheTest, AGroupThatItsOwnerReadAnewIsReadAnewHereToo) {
    open_it();
    pull(120, 150);
    answer_all();
    log.recall(130);
    log.recall(490);
    lose();
    read_anew();
    answer_all();
    told.ranges.clear();
    pull(130, 130);
    pull(490, 490);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 2U);
    EXPECT_TRUE(told.ranges[0].frame.range().entries(0).recalled());
    EXPECT_TRUE(told.ranges[1].frame.range().entries(0).recalled());
}

TEST_F(CacheTest, ARecallReplacesWhatIsHeldInMemoryAndPages) {
    open_it();
    pull(120, 150);
    answer_all();
    item(bus::EntryChanged{log.recall(130), Seq{500}}, 1);
    item(bus::EntryChanged{log.recall(490), Seq{500}}, 2);
    told.ranges.clear();
    pull(130, 130);
    pull(490, 490);
    ASSERT_EQ(told.ranges.size(), 2U);
    EXPECT_TRUE(told.ranges[0].frame.range().entries(0).recalled());
    EXPECT_TRUE(told.ranges[1].frame.range().entries(0).recalled());
}

TEST_F(CacheTest, ALoadIsCutAtTheHeadItWasReadAtAndAtTheFirstHole) {
    open_it();
    pull(120, 150);
    bus::EntriesAnswer answer = log.answer({.gid = kGroup, .from = Seq{1}, .count = 200});
    answer.entries.erase(answer.entries.begin() + 129);
    cache.on_reply(told.asks.at(0).id, answer, now);
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_EQ(told.ranges[0].seating.reached, Seq{129});
}

TEST_F(CacheTest, AKickOvertakesAnOpenThatWasAnsweredBeforeIt) {
    open_it();
    open(0, {}, kBob);
    item(
        bus::MemberChanged{.uid = kBob, .member = {.version = 2}, .reason = pb::OUST_REASON_KICKED},
        1);
    answer_all();  // With version 1, in which Bob is a member.
    EXPECT_TRUE(told.opens.empty());
    ASSERT_EQ(told.refusals.size(), 1U);
    EXPECT_EQ(told.refusals[0].code, Code::not_found);
    EXPECT_THAT(told.ousts, ::testing::ElementsAre(std::pair{kBob, std::uint64_t{2}}));
}

TEST_F(CacheTest, ARecheckPutsOutWhoIsNoMemberAndAsksAgainWhenTheOwnerIsBusy) {
    open_it();
    cache.on_recheck(kGroup, kBob, now);
    cache.on_reply(told.asks.at(0).id, std::unexpected(Error{Code::timeout, "ask"}), now);
    told.asks.clear();
    EXPECT_TRUE(told.ousts.empty());
    cache.on_tick(now);
    member.role = pb::ROLE_NONE;
    answer_all();
    EXPECT_EQ(told.ousts.size(), 1U);
}

TEST_F(CacheTest, ANewEpochForksItsReaders) {
    open_it();
    restore(380);
    ASSERT_FALSE(told.heads.empty());
    EXPECT_EQ(told.heads.back().first, Epoch{4});
    cache.on_pull(waiter(), kGroup, kEpoch, Seq{490}, Seq{500}, {}, now);
    ASSERT_EQ(told.refusals.size(), 1U);
    open(500, kEpoch);
    answer_all();
    ASSERT_EQ(told.unasked.size(), 1U);
    EXPECT_EQ(told.unasked[0].frame.fork().fork_seq(), 380U);
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_TRUE(told.opens[0].frame.opened().reset());
    EXPECT_EQ(told.opens[0].frame.opened().epoch(), 4U);
}

TEST_F(CacheTest, AroundATime) {
    open_it();
    near = 300;
    cache.on_near(waiter(), kGroup, from_ms(5), {}, now);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_EQ(told.ranges[0].frame.range().first_seq(), 200U);
}

TEST_F(CacheTest, AroundATimeNothingIsShownToWhoCameAfterAllOfIt) {
    open_it();
    const Seq head{log.digests.size() - 1};
    cache.on_near(waiter(), kGroup, from_ms(5), {.floor = head}, now);
    answer_all();
    EXPECT_TRUE(told.refusals.empty());
    ASSERT_EQ(told.answers.size(), 1U);
    EXPECT_EQ(told.answers[0].frame.reset().floor(), head.value);
    EXPECT_EQ(told.answers[0].frame.reset().digest(), std::string{log.digests.back().view()});
}

// Every page is a slice of the log, digests included; nothing is pushed twice.
void expect_the_log(const Told& told, const Log& log) {
    EXPECT_FALSE(told.ranges.empty());
    for (const auto& to : told.ranges) {
        const pb::Range& range = to.frame.range();
        std::uint64_t seq = range.first_seq();
        Digest digest = Digest::from(range.digest_before());
        ASSERT_EQ(digest, log.digests[seq - 1]);
        for (const pb::Entry& entry : range.entries()) {
            ASSERT_EQ(entry.seq(), seq++);
            digest = digest_after(digest, entry);
        }
        ASSERT_EQ(digest, log.digests[seq - 1]);
    }
    Seq last;
    for (const Push& push : told.pushes) {
        if (push.lane != Lane::entries) continue;
        EXPECT_GT(push.first, last) << "an entry was pushed twice";
        last = push.last;
    }
}

// Items lost, late and told twice, doubled views, pulls and opens in any order: what is pushed and
// served is always the one log, and once nothing is lost any more the head is reached.
TEST(CacheHistory, OnlyTheOneLogIsServedAndTheHeadIsReached) {
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random{seed};
        Log log{random() % 300};
        Told told;
        Cache cache{told};
        Time now = from_ms(1'000'000);
        std::vector<bus::GroupItem> late;
        const auto answer_one = [&] {
            const std::size_t pick = random() % told.asks.size();
            auto ask = std::move(told.asks[pick]);
            told.asks.erase(told.asks.begin() + static_cast<long>(pick));
            if (const auto* entries = std::get_if<bus::AskEntries>(&ask.question)) {
                return cache.on_reply(ask.id, log.answer(*entries), now);
            }
            if (const auto* changes = std::get_if<bus::AskChanges>(&ask.question)) {
                return cache.on_reply(ask.id, log.changes(*changes), now);
            }
            auto reply = log.open_answer({.role = pb::ROLE_MEMBER, .version = 1});
            if (std::get<bus::AskOpen>(ask.question).with_view) reply.view = log.view(20);
            cache.on_reply(ask.id, reply, now);
        };
        for (int step = 0; step < 400; ++step) {
            now += Millis{random() % 500};
            switch (random() % 6) {
                case 0:
                    cache.on_open({}, kGroup, kAnn, kEpoch, Seq{random() % (log.head() + 2)}, now);
                    break;
                case 1:
                    cache.on_pull({}, kGroup, kEpoch, Seq{1 + random() % (log.head() + 2)},
                                  Seq{log.head() + 5}, {}, now);
                    break;
                case 2: cache.on_tick(now); break;
                case 3:
                case 4: {
                    const std::uint64_t head = log.head();
                    log.add(1 + random() % 4);
                    ++log.version;
                    bus::GroupItem item{
                        kGroup,
                        kEpoch,
                        log.version - 1,
                        log.version,
                        {bus::EntriesAdded{log.slice(head + 1, log.head()), log.digests[head]}}};
                    // Lost, late or told again.
                    if (random() % 5 != 0) cache.on_items(items_of(item), now);
                    if (random() % 4 == 0) late.push_back(std::move(item));
                    if (random() % 3 != 0 || late.empty()) break;
                    cache.on_items(items_of(late[random() % late.size()]), now);
                    break;
                }
                default:
                    if (!told.asks.empty()) answer_one();
            }
        }
        while (!told.asks.empty()) answer_one();
        told.opens.clear();
        cache.on_open({}, kGroup, kAnn, {}, Seq{}, now);
        now += Millis{30'000};
        cache.on_tick(now);
        while (!told.asks.empty()) answer_one();
        cache.on_open({}, kGroup, kAnn, {}, Seq{}, now);
        while (!told.asks.empty()) answer_one();
        ASSERT_FALSE(told.opens.empty());
        EXPECT_EQ(told.opens.back().seating.head, Seq{log.head()});
        expect_the_log(told, log);
    }
}

}  // namespace
}  // namespace stentor::cache
