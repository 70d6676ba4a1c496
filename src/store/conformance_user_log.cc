// Users' own logs, and what one user hid or was told beside a group's log.

#include <gmock/gmock.h>

#include <thread>

#include "base/limits.h"
#include "store/conformance.h"
#include "wire/pb.h"

namespace stentor::store {
namespace {

using testing::ElementsAre;

constexpr UserId kAnn{7};
constexpr std::uint64_t kEpoch = std::uint64_t{1} << 32U;

UserEvent event(UserId uid, std::uint64_t time_ms) {
    pb::UserLogEntry entry;
    entry.set_time_ms(time_ms);
    return {.uid = uid, .entry = entry.SerializeAsString()};
}

UserEvent note(UserId uid, Seq anchor, std::string text) {
    pb::UserLogEntry entry;
    entry.mutable_note()->set_text(std::move(text));
    entry.mutable_note()->set_anchor_seq(anchor.value);
    return {.uid = uid, .entry = entry.SerializeAsString(), .note = true, .anchor = anchor};
}

std::vector<std::uint64_t> numbers(const UserLogPage& page) {
    std::vector<std::uint64_t> found;
    for (const std::string& bytes : page.entries) {
        pb::UserLogEntry entry;
        EXPECT_TRUE(entry.ParseFromString(bytes));
        found.push_back(entry.user_log_seq());
    }
    return found;
}

// Commits the group's next step with these events.
Outcome tell(Store& store, Scribe& scribe, const std::vector<UserEvent>& events,
             std::size_t entries = 0) {
    Commit next = scribe.next(entries);
    next.user_events = events;
    const Outcome outcome = store.commit({&next, 1})[0];
    if (outcome == Outcome::done) scribe.accept(next);
    return outcome;
}

UserLogPage log(Store& store, UserId uid, std::uint64_t after, std::size_t count = 200) {
    return store.user_log(uid, after, count).value();
}

TEST_P(Conformance, UserLogsAreEmptyAtFirst) {
    EXPECT_EQ(log(store(), kAnn, 0).head, 0U);
    EXPECT_FALSE(log(store(), kAnn, 0).reset);
    EXPECT_TRUE(log(store(), kAnn, 1).reset);
    EXPECT_TRUE(store().hidden(kGroup, kAnn, {1}, {9})->empty());
    EXPECT_TRUE(store().notes(kGroup, kAnn, {}, {9})->empty());
}

TEST_P(Conformance, UserLogsAreNumberedByTheStore) {
    Scribe scribe{kGroup};
    ASSERT_EQ(tell(store(), scribe, {event(kAnn, 11), event({8}, 12), event(kAnn, 13)}),
              Outcome::done);

    EXPECT_THAT(numbers(log(store(), kAnn, 0)), ElementsAre(kEpoch + 1, kEpoch + 2));
    EXPECT_THAT(numbers(log(store(), {8}, 0)), ElementsAre(kEpoch + 1));
    EXPECT_EQ(log(store(), kAnn, 0).head, kEpoch + 2);
    EXPECT_THAT(numbers(log(store(), kAnn, kEpoch + 1)), ElementsAre(kEpoch + 2));
    EXPECT_THAT(numbers(log(store(), kAnn, 0, 1)), ElementsAre(kEpoch + 1));
    EXPECT_THAT(numbers(log(store(), kAnn, 0, 0)), ElementsAre(kEpoch + 1));
    pb::UserLogEntry entry;
    ASSERT_TRUE(entry.ParseFromString(log(store(), kAnn, kEpoch + 1).entries[0]));
    EXPECT_EQ(entry.time_ms(), 13U);
    EXPECT_TRUE(log(store(), kAnn, kEpoch + 2).entries.empty());
    EXPECT_FALSE(log(store(), kAnn, kEpoch + 2).reset);
    EXPECT_TRUE(log(store(), kAnn, kEpoch + 3).reset);
    EXPECT_TRUE(log(store(), kAnn, 2).reset) << "of epoch 0";
}

TEST_P(Conformance, UserLogsTakeFromSeveralCommitsOfOneCallAndNothingFromARefusedOne) {
    Scribe one{{1}};
    Scribe two{{2}};
    Scribe three{{3}};
    std::vector<Commit> commits{one.next(1), two.next(0), three.next(2)};
    for (std::size_t i = 0; i < 3; ++i) {
        commits[i].user_events = {event(kAnn, i), event(kAnn, 10 + i)};
    }
    commits[1].head.version = 9;

    EXPECT_THAT(store().commit(commits),
                ElementsAre(Outcome::done, Outcome::conflict, Outcome::done));

    EXPECT_THAT(numbers(log(store(), kAnn, 0)),
                ElementsAre(kEpoch + 1, kEpoch + 2, kEpoch + 3, kEpoch + 4));
    reopen();
    ASSERT_EQ(tell(store(), two, {event(kAnn, 5)}), Outcome::done);
    EXPECT_THAT(numbers(log(store(), kAnn, kEpoch + 4)), ElementsAre(kEpoch + 5));
}

TEST_P(Conformance, UserLogsKeepTheNewest) {
    Scribe scribe{kGroup};
    const std::vector<UserEvent> many(limits::kUserLog - 1, event(kAnn, 1));
    ASSERT_EQ(tell(store(), scribe, many), Outcome::done);
    ASSERT_EQ(tell(store(), scribe, {event(kAnn, 2)}), Outcome::done);
    EXPECT_FALSE(log(store(), kAnn, 0).reset);
    EXPECT_EQ(log(store(), kAnn, 0, 10'000).entries.size(), limits::kUserLogPage);

    ASSERT_EQ(tell(store(), scribe, {event(kAnn, 3), event(kAnn, 4)}), Outcome::done);

    EXPECT_TRUE(log(store(), kAnn, 0).reset);
    EXPECT_TRUE(log(store(), kAnn, 0).entries.empty());
    EXPECT_EQ(log(store(), kAnn, 0).head, kEpoch + limits::kUserLog + 2);
    EXPECT_TRUE(log(store(), kAnn, kEpoch + 2).reset);
    EXPECT_FALSE(log(store(), kAnn, kEpoch + 3).reset);
    EXPECT_THAT(numbers(log(store(), kAnn, kEpoch + 3, 1)), ElementsAre(kEpoch + 4));
    EXPECT_THAT(numbers(log(store(), kAnn, kEpoch + limits::kUserLog + 1)),
                ElementsAre(kEpoch + limits::kUserLog + 2));

    const std::vector<UserEvent> more(limits::kUserLog + 5, event(kAnn, 5));
    ASSERT_EQ(tell(store(), scribe, more), Outcome::done);
    EXPECT_TRUE(log(store(), kAnn, kEpoch + limits::kUserLog + 6).reset);
    EXPECT_FALSE(log(store(), kAnn, kEpoch + limits::kUserLog + 8).reset);
}

// Numbers 4 and 5 of the lost history were given to a device; the restored store never gives them
// again, and tells that device so, also once the log is longer than it was.
TEST_P(Conformance, UserLogsGoOnAboveEveryNumberEverGiven) {
    Scribe scribe{kGroup};
    ASSERT_EQ(tell(store(), scribe, std::vector(3, event(kAnn, 1))), Outcome::done);
    const Epoch raised = store().raise_epoch({}).value();
    scribe.take(store().take_head(kGroup, {1}).value());
    EXPECT_EQ(raised, Epoch{2});
    EXPECT_TRUE(log(store(), kAnn, kEpoch + 5).reset);
    EXPECT_FALSE(log(store(), kAnn, kEpoch + 3).reset);

    ASSERT_EQ(tell(store(), scribe, std::vector(3, event(kAnn, 2))), Outcome::done);

    EXPECT_THAT(numbers(log(store(), kAnn, kEpoch + 2)),
                ElementsAre(kEpoch + 3, 2 * kEpoch + 4, 2 * kEpoch + 5, 2 * kEpoch + 6));
    EXPECT_THAT(numbers(log(store(), kAnn, kEpoch + 3, 1)), ElementsAre(2 * kEpoch + 4));
    EXPECT_TRUE(log(store(), kAnn, kEpoch + 5).reset);
    EXPECT_TRUE(log(store(), kAnn, 2 * kEpoch + 2).reset);
    reopen();
    EXPECT_EQ(store().epoch(), raised);
}

TEST_P(Conformance, NotesAreKeptBesideTheLogUnderTheirNumber) {
    Scribe scribe{kGroup};
    ASSERT_EQ(tell(store(), scribe, {note(kAnn, {}, "first"), event(kAnn, 1)}, 3), Outcome::done);
    ASSERT_EQ(tell(store(), scribe, {note(kAnn, {3}, "third"), note({8}, {2}, "other's")}),
              Outcome::done);
    ASSERT_EQ(tell(store(), scribe, {note(kAnn, {2}, "second")}), Outcome::done);

    const auto rows = store().notes(kGroup, kAnn, {}, {9}).value();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].anchor, Seq{});
    EXPECT_EQ(rows[1].anchor, Seq{2});
    EXPECT_EQ(rows[1].user_log_seq, kEpoch + 4);
    pb::Note kept;
    ASSERT_TRUE(kept.ParseFromString(rows[1].note));
    EXPECT_EQ(kept.note_id(), kEpoch + 4);
    EXPECT_EQ(kept.text(), "second");
    pb::UserLogEntry entry;
    ASSERT_TRUE(entry.ParseFromString(log(store(), kAnn, kEpoch + 3).entries[0]));
    EXPECT_EQ(entry.note().SerializeAsString(), rows[1].note);
    EXPECT_EQ(store().notes(kGroup, kAnn, {1}, {2})->size(), 1U);
    EXPECT_TRUE(store().notes({101}, kAnn, {}, {9})->empty());

    ASSERT_EQ(tell(store(), scribe, std::vector(limits::kNotesPerPage, note(kAnn, {2}, "many"))),
              Outcome::done);
    const auto newest = store().notes(kGroup, kAnn, {}, {9}).value();
    ASSERT_EQ(newest.size(), limits::kNotesPerPage);
    EXPECT_EQ(newest.back(), rows[2]) << "the newest places are shown";
}

TEST_P(Conformance, HiddenEntriesAndNotesGoWithTheFloor) {
    Scribe scribe{kGroup};
    UserEvent hides = event(kAnn, 1);
    hides.hidden = {{900}, {2}, {300}, {255}, {256}, {299}, {301}, {2}};
    UserEvent others = event({8}, 1);
    others.hidden = {{3}, {299}};
    ASSERT_EQ(tell(store(), scribe, {hides, others, note(kAnn, {299}, "a"), note(kAnn, {300}, "b")},
                   1'000),
              Outcome::done);
    EXPECT_THAT(store().hidden(kGroup, kAnn, {1}, {1'000}).value(),
                ElementsAre(Seq{2}, Seq{255}, Seq{256}, Seq{299}, Seq{300}, Seq{301}, Seq{900}));
    EXPECT_THAT(store().hidden(kGroup, kAnn, {256}, {300}).value(),
                ElementsAre(Seq{256}, Seq{299}, Seq{300}));
    EXPECT_TRUE(store().hidden(kGroup, kAnn, {302}, {899})->empty());
    EXPECT_THAT(store().hidden(kGroup, {8}, {1}, {~std::uint64_t{0}}).value(),
                ElementsAre(Seq{3}, Seq{299}));

    Commit next = scribe.next(0);
    next.head.floor = {300};
    next.head.floor_digest = scribe.log()[299].digest;
    next.user_events = {hides};
    ASSERT_EQ(commit(next), Outcome::done);

    for (int i = 0; i < 2; ++i) {
        EXPECT_THAT(store().hidden(kGroup, kAnn, {1}, {1'000}).value(),
                    ElementsAre(Seq{301}, Seq{900}));
        EXPECT_TRUE(store().hidden(kGroup, {8}, {1}, {1'000})->empty());
        EXPECT_EQ(store().notes(kGroup, kAnn, {}, {1'000})->size(), 1U);
        reopen();
    }
}

TEST_P(Conformance, UserEventsRefuseWhatTheGroupDoesNotHold) {
    Scribe scribe{kGroup};
    ASSERT_EQ(tell(store(), scribe, {}, 3), Outcome::done);
    UserEvent late = event(kAnn, 1);
    late.hidden = {{4}};
    UserEvent never = event(kAnn, 1);
    never.hidden = {{}};
    UserEvent empty = event(kAnn, 1);
    empty.note = true;
    for (const UserEvent& wrong : {late, never, empty, note(kAnn, {4}, "ahead")}) {
        EXPECT_EQ(tell(store(), scribe, {wrong}), Outcome::conflict);
    }
    EXPECT_EQ(log(store(), kAnn, 0).head, 0U);
}

// Two groups tell one user something at the same time, from two threads: whoever reads up to a
// number has every line below it.
TEST_P(Conformance, NoReaderMeetsANumberBeforeTheOnesBelow) {
    constexpr std::uint64_t kEach = 60;
    std::vector<std::jthread> threads;
    for (std::uint64_t w = 0; w < 2; ++w) {
        threads.emplace_back([&, w] {
            Scribe scribe{GroupId{w + 1}};
            for (std::uint64_t i = 0; i < kEach; ++i) {
                ASSERT_EQ(tell(store(), scribe, {event(kAnn, i)}, 1), Outcome::done);
            }
        });
    }
    std::uint64_t seen = 0;
    std::uint64_t fed = 0;
    while (seen < kEpoch + 2 * kEach) {
        for (const std::uint64_t number : numbers(log(store(), kAnn, seen))) {
            ASSERT_EQ(number, seen == 0 ? kEpoch + 1 : seen + 1);
            seen = number;
        }
        const FeedPage page = store().feed(fed, 1'000).value();
        for (const FeedRow& row : page.rows) ASSERT_EQ(row.number, ++fed);
        ASSERT_EQ(page.head, fed);
    }
}

}  // namespace
}  // namespace stentor::store
