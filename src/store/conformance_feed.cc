// Everything in order: the groups, the feed, and what a raised epoch changes.

#include <gmock/gmock.h>

#include "base/feed_number.h"
#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(Conformance, GroupsAreListedInTheOrderOfTheirIds) {
    EXPECT_TRUE(store().groups({}, 10)->empty());
    std::vector<Scribe> scribes;
    for (const std::uint64_t gid : {~std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{300}}) {
        scribes.emplace_back(GroupId{gid});
        Commit next = scribes.back().next(2);
        next.members = {member_row({1})};
        ASSERT_EQ(commit(next), Outcome::done);
        scribes.back().accept(next);
    }
    const auto all = store().groups({}, 10).value();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].gid, GroupId{5});
    EXPECT_EQ(all[1].gid, GroupId{300});
    EXPECT_EQ(all[1].head, scribes[2].head());
    EXPECT_EQ(store().groups({5}, 1)->front().gid, GroupId{300});
    EXPECT_EQ(store().groups({300}, 5)->size(), 1U);
    EXPECT_TRUE(store().groups({~std::uint64_t{0}}, 5)->empty());
}

TEST_P(Conformance, TheFeedNamesEveryCommitThatTouchedAnEntry) {
    EXPECT_EQ(store().feed(0, 10)->head, 0U);
    Scribe one{{1}};
    Scribe two{{2}};
    const auto write = [&](Scribe& scribe, const Commit& next) {
        ASSERT_EQ(commit(next), Outcome::done);
        scribe.accept(next);
    };
    write(one, one.next(3));
    write(two, two.next(0));  // Creates a group, adds no entry: no row.
    write(two, two.next(1));
    write(one, one.edit({2}));
    Commit both = one.edit({1});
    both.changed.push_back(one.edit({3}).changed[0]);
    write(one, both);
    EXPECT_EQ(commit(two.edit({1})), Outcome::done);
    EXPECT_EQ(commit(two.edit({1})), Outcome::conflict);

    const std::vector<FeedRow> rows{{1, {1}, {1}, {3}, {}, {}},
                                    {2, {2}, {1}, {1}, {}, {}},
                                    {3, {1}, {4}, {3}, {{2}}, {}},
                                    {4, {1}, {4}, {3}, {{1}, {3}}, {}},
                                    {5, {2}, {2}, {1}, {{1}}, {}}};
    for (int i = 0; i < 2; ++i) {
        const FeedPage page = store().feed(0, 10).value();
        EXPECT_EQ(page.rows, rows);
        EXPECT_EQ(page.head, 5U);
        EXPECT_EQ(page.floor, 0U);
        EXPECT_THAT(store().feed(1, 2)->rows, ElementsAre(rows[1], rows[2]));
        EXPECT_THAT(store().feed(5, 2)->rows, IsEmpty());
        reopen();
    }
}

TEST_P(Conformance, TheFeedTellsWhoCameAndWentInTheCommitsOwnRow) {
    using Kind = MemberEvent::Kind;
    Scribe scribe{{1}};
    const std::vector<MemberEvent> came{{{5}, Kind::joined, {5}}, {{6}, Kind::joined, {5}}};
    const std::vector<MemberEvent> went{{{6}, Kind::banned, {}}};
    Commit both = scribe.next(2);
    both.member_events = came;
    ASSERT_EQ(commit(both), Outcome::done);
    scribe.accept(both);
    Commit alone = scribe.next(0);
    alone.member_events = went;
    ASSERT_EQ(commit(alone), Outcome::done);

    const std::vector<FeedRow> rows{{1, {1}, {1}, {2}, {}, came}, {2, {1}, {3}, {2}, {}, went}};
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(store().feed(0, 10)->rows, rows);
        reopen();
    }
}

TEST_P(Conformance, TheFeedForgetsAndGoesOnCounting) {
    Scribe scribe{{1}};
    const auto write = [&] {
        const Commit next = scribe.next(1);
        ASSERT_EQ(commit(next), Outcome::done);
        scribe.accept(next);
    };
    for (int i = 0; i < 6; ++i) write();
    ASSERT_TRUE(store().forget_feed(4));
    ASSERT_TRUE(store().forget_feed(2));
    FeedPage page = store().feed(0, 10).value();
    EXPECT_EQ(page.floor, 4U);
    ASSERT_EQ(page.rows.size(), 2U);
    EXPECT_EQ(page.rows[0].number, 5U);

    ASSERT_TRUE(store().forget_feed(100));
    reopen();
    page = store().feed(0, 10).value();
    EXPECT_EQ(page.floor, 6U);
    EXPECT_EQ(page.head, 6U);
    EXPECT_THAT(page.rows, IsEmpty());
    write();
    page = store().feed(6, 10).value();
    ASSERT_EQ(page.rows.size(), 1U);
    EXPECT_EQ(page.rows[0].number, 7U);
    EXPECT_EQ(page.rows[0].first, Seq{7});
}

TEST_P(Conformance, TimesMayGoBackBehindAClockThatHadLeaptAhead) {
    Scribe scribe{{1}};
    const auto write = [&](Time time) {
        scribe.set_time(time);
        Commit next = scribe.next(1);
        const Outcome outcome = commit(next);
        if (outcome == Outcome::done) scribe.accept(next);
        return outcome;
    };
    EXPECT_EQ(write(kNoon), Outcome::done);
    const Time ahead = kNoon + limits::kMovedClock + Millis{1'000};
    EXPECT_EQ(write(ahead), Outcome::done);
    EXPECT_EQ(write(ahead - Millis{500}), Outcome::conflict) << "no leap";
    EXPECT_EQ(write(kNoon + Millis{10}), Outcome::done);
    EXPECT_EQ(store().head({1})->time, scribe.head().time);
    EXPECT_LT(scribe.head().time, kNoon + Millis{100});
    EXPECT_EQ(read_log(store(), {1}).size(), 3U);
}

// Readers elsewhere hold numbers of the lost history: none of them may be another commit's.
TEST_P(Conformance, NoNumberOfTheFeedIsGivenTwiceAndALostPlaceIsToldSo) {
    Scribe scribe{{1}};
    const auto write = [&] {
        const Commit next = scribe.next(1);
        ASSERT_EQ(commit(next), Outcome::done);
        scribe.accept(next);
    };
    for (int i = 0; i < 6; ++i) write();
    ASSERT_TRUE(store().raise_epoch({5}));
    Scribe other{{2}};
    for (int i = 0; i < 2; ++i) {
        Commit next = other.next(1);
        next.head.epoch = {5};
        ASSERT_EQ(commit(next), Outcome::done);
        other.accept(next);
    }
    const std::uint64_t first = next_feed_number({5}, 6);
    EXPECT_EQ(first, (std::uint64_t{5} << 32U) + 7);
    for (int i = 0; i < 2; ++i) {
        const FeedPage page = store().feed(5, 10).value();
        ASSERT_EQ(page.rows.size(), 3U);
        EXPECT_EQ(page.rows[0].number, 6U);
        EXPECT_EQ(page.rows[1].number, first);
        EXPECT_EQ(page.rows[2].number, first + 1);
        EXPECT_EQ(page.head, first + 1);
        EXPECT_EQ(store().feed(6, 10)->rows.size(), 2U) << "where the histories part";
        EXPECT_THAT(store().feed(first + 1, 10)->rows, IsEmpty());
        for (const std::uint64_t lost : {std::uint64_t{7}, std::uint64_t{16}, first - 1}) {
            const auto told = store().feed(lost, 10);
            ASSERT_FALSE(told) << lost;
            EXPECT_EQ(told.error().code, Code::epoch_changed);
            EXPECT_EQ(told.error().limit, 6U);
        }
        EXPECT_EQ(store().feed(first + 9, 10).error().limit, first + 1);
        reopen();
    }
    // As the owner asks: so many before the newest, whatever their epochs.
    ASSERT_TRUE(store().forget_feed(first + 1 - 4));
    EXPECT_EQ(store().feed(4, 10)->floor, 4U);
    EXPECT_EQ(store().feed(4, 10)->rows.size(), 4U);
    ASSERT_TRUE(store().forget_feed(first));
    EXPECT_EQ(store().feed(first, 10)->floor, first);
    EXPECT_EQ(store().feed(first, 10)->rows.size(), 1U);
}

TEST_P(Conformance, AForgottenForkPointStillBindsTheOldestThatIsKept) {
    Scribe scribe{{1}};
    Commit next = scribe.next(3);
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    ASSERT_TRUE(store().raise_epoch({}));
    HeadRow head = store().take_head({1}, {1}).value();
    for (std::size_t i = 0; i < limits::kForks; ++i) {
        scribe.set_term(head.term);
        scribe.accept({.gid = {1}, .head = head});
        next = scribe.next(1);
        ASSERT_EQ(commit(next), Outcome::done);
        scribe.accept(next);
        ASSERT_TRUE(store().raise_epoch({}));
        head = store().take_head({1}, {i + 2}).value();
    }
    ASSERT_EQ(head.forks.size(), limits::kForks);
    EXPECT_EQ(head.forks.front(), (ForkPoint{{2}, {3}}));
}

TEST_P(Conformance, ATakenHeadNotesWhereTheFormerHistoryEnds) {
    Scribe scribe{{1}};
    const Commit creation = scribe.next(3);
    ASSERT_EQ(commit(creation), Outcome::done);
    scribe.accept(creation);
    const Epoch second = store().raise_epoch({}).value();
    EXPECT_EQ(second, Epoch{2});
    EXPECT_EQ(store().epoch(), second);
    // Before anybody takes it: nobody is told of a history that has ended.
    const HeadRow told = store().head({1}).value();
    EXPECT_EQ(told.epoch, second);
    EXPECT_THAT(told.forks, ElementsAre(ForkPoint{{1}, {3}}));
    EXPECT_EQ(store().entries({1}, {1}, 1)->head, told);
    EXPECT_EQ(store().groups({}, 1)->front().head, told);
    EXPECT_EQ(commit(scribe.next(1)), Outcome::conflict) << "an owner that has not heard of it";
    EXPECT_EQ(commit(Scribe{{2}}.next(1)), Outcome::conflict) << "nor makes a group in it";

    const HeadRow taken = store().take_head({1}, {1}).value();
    EXPECT_EQ(store().load_group({1}, {1}, kNoon)->head, taken);
    EXPECT_EQ(taken.epoch, second);
    EXPECT_EQ(taken.version, scribe.head().version);
    EXPECT_THAT(taken.forks, ElementsAre(ForkPoint{{1}, {3}}));
    EXPECT_EQ(store().take_head({1}, {2})->forks.size(), 1U);
    EXPECT_EQ(commit(scribe.next(1)), Outcome::fenced);
    scribe.set_term({2});
    EXPECT_EQ(commit(scribe.next(1)), Outcome::conflict) << "of the former epoch";
    reopen();
    EXPECT_EQ(store().head({1})->forks, taken.forks);

    for (std::size_t i = 0; i < limits::kForks + 1; ++i) {
        ASSERT_TRUE(store().raise_epoch({}));
        ASSERT_TRUE(store().take_head({1}, {2}));
    }
    const auto forks = store().head({1})->forks;
    ASSERT_EQ(forks.size(), limits::kForks);
    EXPECT_EQ(forks.front().epoch, Epoch{3});
    EXPECT_EQ(forks.back().epoch, Epoch{limits::kForks + 2});
}

TEST_P(Conformance, AnEpochIsRaisedToWhatIsAskedForButNeverLowered) {
    EXPECT_EQ(store().raise_epoch({47'000}).value(), Epoch{47'000});
    EXPECT_EQ(store().raise_epoch({3}).value(), Epoch{47'001});
    reopen();
    EXPECT_EQ(store().epoch(), Epoch{47'001});
}

}  // namespace
}  // namespace stentor::store
