// What stands beside the entries: tallies, what is a reader's own, settings, typing, floors, forks.

#include "node/cache/cache_test_kit.h"

namespace stentor::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

pb::Tally tally_of(std::uint64_t seq, std::uint64_t count) {
    pb::Tally tally;
    tally.set_seq(seq);
    tally.add_reactions()->set_emoji("+");
    tally.mutable_reactions(0)->set_count(count);
    return tally;
}

std::vector<pb::ServerFrame> messages_of(const EncodedPush& push) {
    std::vector<pb::ServerFrame> messages;
    for (std::size_t n = 0; n < push.count(); ++n) {
        messages.push_back(*wire::decode_event(push.payload(n)));
    }
    return messages;
}

class BesideTest : public CacheTest {
protected:
    // The pushes of a tick, and nothing else.
    std::vector<pb::ServerFrame> tick() {
        told.pushes.clear();
        now += Millis{1'000};
        cache.on_tick(now);
        answer_all();
        std::vector<pb::ServerFrame> frames;
        for (const Push& push : told.pushes) {
            EXPECT_EQ(push.lane, Lane::ticks);
            std::ranges::move(messages_of(*push.encoded), std::back_inserter(frames));
        }
        return frames;
    }
};

// ---- Tallies

TEST_F(BesideTest, TalliesThatComeWhileAPageIsReadAreOnIt) {
    open_it();
    pull(120, 150);
    bus::TalliesChanged changed{.tallies = {tally_of(130, 3)}};
    for (std::uint64_t i = 1; i <= limits::kCacheEntries; ++i) {
        changed.tallies.push_back(tally_of(130 + i, 1));  // Memory holds the newest so many.
    }
    item(changed, 1);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    ASSERT_NE(told.ranges[0].frame.range().tallies_size(), 0);
    EXPECT_EQ(told.ranges[0].frame.range().tallies(0).seq(), 130U);
    EXPECT_EQ(told.ranges[0].frame.range().tallies(0).reactions(0).count(), 3U);
}

TEST_F(BesideTest, TalliesComeWithTheirEntriesFromMemoryAndFromPages) {
    tallies = {tally_of(499, 2)};
    open();
    answer_all();
    ASSERT_EQ(told.opens[0].frame.opened().tallies_size(), 1);
    EXPECT_EQ(told.opens[0].frame.opened().tallies(0).reactions(0).count(), 2U);
    pull(1, 10);
    item(bus::TalliesChanged{{tally_of(3, 1), tally_of(498, 5)}}, 1);  // While a page is read.
    answer_all();
    pull(490, 500);
    ASSERT_EQ(told.ranges.size(), 2U);
    ASSERT_EQ(told.ranges[0].frame.range().tallies_size(), 1);
    EXPECT_EQ(told.ranges[0].frame.range().tallies(0).seq(), 3U);
    EXPECT_EQ(told.ranges[1].frame.range().tallies_size(), 2);
}

TEST_F(BesideTest, ATickCarriesWhatChangedAndOnceMoreWhatTheLastOneTold) {
    open_it();
    EXPECT_THAT(tick(), IsEmpty());
    item(bus::TalliesChanged{{tally_of(498, 1)}}, 1);
    item(bus::TalliesChanged{{tally_of(498, 2), tally_of(499, 1)}}, 2);
    auto frames = tick();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].tallies().tallies_size(), 2);
    EXPECT_EQ(frames[0].tallies().tallies(0).reactions(0).count(), 2U);
    EXPECT_THAT(tick(), IsEmpty());
    item(bus::TalliesChanged{{tally_of(500, 1)}}, 3);
    frames = tick();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].tallies().tallies_size(), 3);
    ASSERT_TRUE(told.pushes.back().tallies) << "who may not see one is told the others only";
    EXPECT_EQ(told.pushes.back().tallies->tallies(0).seq(), 498U);
    item(bus::TalliesChanged{{tally_of(500, 2)}}, 4);
    frames = tick();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].tallies().tallies_size(), 1);
}

TEST_F(BesideTest, TicksOfALargeAudienceAreRarer) {
    open_it();
    cache.on_watchers(0, kGroup, {.count = 100'000}, 1, now);
    item(bus::TalliesChanged{{tally_of(498, 1)}}, 1);
    EXPECT_EQ(tick().size(), 1U);
    item(bus::TalliesChanged{{tally_of(498, 2)}}, 2);
    for (int i = 0; i < 9; ++i) EXPECT_THAT(tick(), IsEmpty());
    EXPECT_EQ(tick().size(), 1U);
}

// ---- What is a reader's own

TEST_F(BesideTest, WhatIsHisOwnIsAskedForOnlyWhereThereIsSomething) {
    open_it();
    pull(490, 500);
    EXPECT_THAT(mine_asked, IsEmpty());

    member.overlay = true;
    tallies = {tally_of(499, 2)};
    mine.hidden = {Seq{1}, Seq{495}};
    mine.notes.resize(1);
    mine.notes[0].set_anchor_seq(500);
    mine.reactions = {{Seq{499}, "+"}};
    item(bus::TalliesChanged{tallies}, 1);
    open();
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_TRUE(told.opens[0].seating.overlay);
    const pb::Opened& opened = told.opens[0].frame.opened();
    EXPECT_THAT(opened.hidden(), ElementsAre(495));
    EXPECT_EQ(opened.notes_size(), 1);
    EXPECT_TRUE(opened.tallies(0).reactions(0).mine());

    pull(490, 500);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 2U);
    EXPECT_THAT(told.ranges[1].frame.range().hidden(), ElementsAre(495));
    EXPECT_EQ(mine_asked.back().from, Seq{490});
    EXPECT_EQ(mine_asked.back().to, Seq{500});
}

// The sums of a group are told once a second: what a member did just now is not in them yet.
TEST_F(BesideTest, AReactionOfOnesOwnIsOnThePageBeforeTheSumsHaveIt) {
    open_it();
    member.overlay = true;
    item(bus::TalliesChanged{{tally_of(499, 2)}}, 1);
    mine.reactions = {{Seq{497}, "+"}, {Seq{499}, "+"}, {Seq{499}, "-"}};
    pull(490, 500);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    const pb::Range& range = told.ranges[0].frame.range();
    std::vector<std::string> shown;
    for (const pb::Tally& tally : range.tallies()) {
        for (const pb::Reaction& one : tally.reactions()) {
            shown.push_back(std::to_string(tally.seq()) + one.emoji() +
                            std::to_string(one.count()) + (one.mine() ? "!" : ""));
        }
    }
    EXPECT_THAT(shown, ElementsAre("497+1!", "499+2!", "499-1!"));
}

TEST_F(BesideTest, NothingHiddenIsShownBecauseTheOwnerDoesNotAnswer) {
    member.overlay = true;
    open();
    answer_one();
    ASSERT_EQ(told.asks.size(), 1U);
    cache.on_reply(told.asks[0].id, std::unexpected(Error{.code = Code::timeout}), now);
    EXPECT_THAT(told.opens, IsEmpty());
    ASSERT_EQ(told.refusals.size(), 1U);
    EXPECT_GT(told.refusals[0].retry_after_ms, 0U);
}

TEST_F(BesideTest, ANoteAtTheFloorComesWithTheFirstPage) {
    member.overlay = true;
    member.floor = Seq{500};
    mine.notes.resize(1);
    mine.notes[0].set_anchor_seq(500);
    open();
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].frame.opened().entries_size(), 0);
    EXPECT_EQ(told.opens[0].frame.opened().notes_size(), 1);
    EXPECT_EQ(mine_asked[0].from, Seq{});
}

// ---- The group

TEST_F(BesideTest, SettingsAreToldWithATickAndAFloorThatRoseEndsWhatIsBelow) {
    open_it();
    bus::GroupChanged change{.members = 2, .floor = Seq{450}, .floor_digest = log.digests[450]};
    change.settings.set_topic("Today");
    item(change, 1);
    const auto frames = tick();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].group_changed().settings().topic(), "Today");
    pull(440, 500);
    ASSERT_EQ(told.answers.size(), 1U);
    EXPECT_EQ(told.answers[0].frame.reset().floor(), 450U);
    EXPECT_EQ(told.answers[0].frame.reset().digest(), std::string{log.digests[450].view()});
    pull(451, 500);
    EXPECT_EQ(told.ranges.size(), 1U);
}

TEST_F(BesideTest, TypingIsShownInSmallGroupsOnce) {
    open_it();
    item(bus::TypingSeen{kBob}, 1);
    item(bus::TypingSeen{kBob}, 2);
    auto frames = tick();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_THAT(frames[0].typing_now().uids(), ElementsAre(kBob.value));
    EXPECT_THAT(tick(), IsEmpty());
    item(bus::MemberChanged{.uid = kBob, .member = member, .members = limits::kSmallGroup + 1}, 3);
    EXPECT_EQ(tick().size(), 1U);  // The number of members.
    item(bus::TypingSeen{kBob}, 4);
    EXPECT_THAT(tick(), IsEmpty());
}

TEST_F(BesideTest, InAStormTicksAndHowManyWatchAreToldLessOften) {
    open_it();
    cache.set_level(storm::kMerging);  // Four seconds.
    int ticks = 0;
    for (std::uint32_t second = 0; second < 40; ++second) {
        cache.on_watchers(0, kGroup, {.count = static_cast<std::uint32_t>(10 + second)}, 1, now);
        item(bus::TypingSeen{UserId{100 + second}}, second + 1);
        ticks += tick().empty() ? 0 : 1;
    }
    EXPECT_EQ(ticks, 10);
    EXPECT_EQ(told.onlines.size(), 10U);
}

TEST_F(BesideTest, WhoTypesIsNotToldInARush) {
    open_it();
    cache.set_level(storm::kSlowing);
    item(bus::TypingSeen{kBob}, 1);
    EXPECT_THAT(tick(), IsEmpty());
    cache.set_level(storm::kCalm);
    EXPECT_THAT(tick(), IsEmpty());
    item(bus::TypingSeen{kBob}, 2);
    EXPECT_EQ(tick().size(), 1U);
}

TEST_F(BesideTest, HowManyWatchIsToldWhenItChanges) {
    open_it();
    cache.on_watchers(0, kGroup, {.count = 3}, 1, now);
    tick();
    tick();
    EXPECT_THAT(told.onlines, ElementsAre(3));
}

TEST_F(BesideTest, WhoIsAwayIsNotOnlineAndStillPushedTo) {
    open_it();
    cache.on_watchers(0, kGroup, {.count = 3, .away = 1}, 1, now);
    tick();
    EXPECT_THAT(told.onlines, ElementsAre(2));
    cache.on_watchers(0, kGroup, {.count = 3, .away = 3}, 1, now);
    tick();
    EXPECT_THAT(told.onlines, ElementsAre(2, 0));
    add(1, 1);
    EXPECT_EQ(told.pushes.size(), 1U);
}

TEST_F(BesideTest, AMemberWhoGetsANoteIsToldOnAllTheirConnections) {
    open_it();
    item(bus::MemberChanged{.uid = kBob, .member = {.role = pb::ROLE_MEMBER, .overlay = true}}, 1);
    EXPECT_THAT(told.overlays, ElementsAre(kBob));
    item(bus::MemberChanged{.uid = kBob, .member = {.role = pb::ROLE_MEMBER}}, 2);
    EXPECT_THAT(told.overlays, ElementsAre(kBob));
}

// Two restores while somebody was away: what is true still ends at the lower of the two points.
TEST_F(BesideTest, AForkNamesTheLowestPointSinceTheReadersEpoch) {
    log.epoch = Epoch{6};
    forks = {{.epoch = Epoch{2}, .seq = Seq{50}},
             {.epoch = Epoch{4}, .seq = Seq{300}},
             {.epoch = Epoch{5}, .seq = Seq{280}}};
    for (const auto& [held, expected] :
         {std::pair{2U, 50U}, std::pair{4U, 280U}, std::pair{5U, 280U}}) {
        open(310, Epoch{held});
        answer_all();
        ASSERT_FALSE(told.unasked.empty());
        EXPECT_EQ(told.unasked.back().frame.fork().fork_seq(), expected);
        EXPECT_TRUE(told.opens.back().frame.opened().reset());
    }
    // Of another restore, which is no part of this history: nothing above 0 is sure.
    for (const std::uint64_t other : {1U, 3U}) {
        open(310, Epoch{other});
        answer_all();
        EXPECT_EQ(told.unasked.back().frame.fork().fork_seq(), 0U);
        EXPECT_EQ(told.unasked.back().frame.fork().epoch(), 6U);
    }
    const std::size_t forked = told.unasked.size();
    open(310, Epoch{6});
    answer_all();
    EXPECT_EQ(told.unasked.size(), forked);
    EXPECT_FALSE(told.opens.back().frame.opened().reset());
}

// One backup, restored twice: it tells of its own end, and of no restore.
TEST_F(BesideTest, AReaderOfTheFirstOfTwoRestoresIsForkedByTheSecond) {
    log.epoch = Epoch{47'002};
    forks = {{.epoch = Epoch{1}, .seq = Seq{300}}};
    open(310, Epoch{47'001});
    answer_all();
    ASSERT_EQ(told.unasked.size(), 1U);
    EXPECT_EQ(told.unasked[0].frame.fork().fork_seq(), 0U);
    EXPECT_TRUE(told.opens.back().frame.opened().reset());
    const std::size_t answers = told.refusals.size();
    cache.on_pull(waiter(), kGroup, Epoch{47'001}, Seq{305}, Seq{310}, {}, now);
    EXPECT_EQ(told.refusals.size(), answers) << "a Fork, no refusal";
}

}  // namespace
}  // namespace stentor::cache
