// A group's moderation log: its order, what is kept of it, and who stays named in it.

#include <gmock/gmock.h>

#include "base/limits.h"
#include "store/conformance.h"
#include "store/moderation.h"

namespace stentor::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr GroupId kGroup{100};

ModerationRow report(Seq seq, UserId by, Time time = kNoon) {
    return {.time = time, .by = by, .uid = {4}, .epoch = {1}, .seq = seq, .reason = "rude"};
}

std::vector<std::uint64_t> seqs(Store& store, std::uint64_t before = 0, std::size_t count = 5'000) {
    std::vector<std::uint64_t> found;
    const auto rows = store.moderation(kGroup, before, count).value();
    for (const ModerationRow& row : rows) {
        found.push_back(row.seq.value);
    }
    return found;
}

class ModerationLog : public Scribe {
public:
    explicit ModerationLog(Store& store) : Scribe{kGroup}, store_{store} {}
    Outcome add(std::vector<ModerationRow> rows, std::size_t entries = 0) {
        Commit commit = next(entries);
        commit.moderation = std::move(rows);
        return take(commit);
    }
    Outcome take(const Commit& commit) {
        const Outcome outcome = store_.commit({&commit, 1})[0];
        if (outcome == Outcome::done) accept(commit);
        return outcome;
    }

private:
    Store& store_;
};

TEST_P(Conformance, AModerationLogIsReadFromItsNewestRow) {
    ModerationLog log{store()};
    ASSERT_EQ(log.add({}, 9), Outcome::done);
    EXPECT_THAT(seqs(store()), IsEmpty());
    EXPECT_THAT(store().moderation({101}, 0, 10).value(), IsEmpty());
    ASSERT_EQ(log.add({report({1}, {3}), report({2}, {3})}), Outcome::done);
    ASSERT_EQ(log.add({report({3}, {5})}), Outcome::done);
    reopen();
    EXPECT_THAT(seqs(store()), ElementsAre(3, 2, 1));
    const auto newest = store().moderation(kGroup, 0, 1).value();
    ASSERT_EQ(newest.size(), 1U);
    EXPECT_EQ(newest[0].number, moderation_number(3, 0));
    EXPECT_EQ(newest[0].reason, "rude");
    EXPECT_THAT(seqs(store(), newest[0].number), ElementsAre(2, 1));
    EXPECT_THAT(seqs(store(), newest[0].number, 1), ElementsAre(2));
}

TEST_P(Conformance, AModerationLogRefusesRowsThatAreNone) {
    ModerationLog log{store()};
    ASSERT_EQ(log.add({}, 9), Outcome::done);
    EXPECT_EQ(log.add({report({10}, {3})}), Outcome::conflict);
    ModerationRow row = report({1}, {3});
    row.reason = std::string(limits::kReasonBytes + 1, 'x');
    EXPECT_EQ(log.add({row}), Outcome::conflict);
    row = report({1}, {3});
    row.kind = ModerationKind{};
    EXPECT_EQ(log.add({row}), Outcome::conflict);
}

TEST_P(Conformance, AModerationLogKeepsItsNewestRowsForATime) {
    ModerationLog log{store()};
    ASSERT_EQ(log.add({}, 9), Outcome::done);
    ASSERT_EQ(log.add(std::vector(limits::kModerationRows, report({1}, {3}))), Outcome::done);
    ASSERT_EQ(log.add({report({2}, {3})}), Outcome::done);
    EXPECT_EQ(seqs(store()).size(), limits::kModerationRows);
    EXPECT_EQ(seqs(store()).front(), 2U);
    // By its own time: a quiet group's log is as old as its last row.
    const Time late = kNoon + limits::kModerationKept + Millis{1};
    ASSERT_EQ(log.add({report({3}, {3}, late)}), Outcome::done);
    EXPECT_THAT(seqs(store()), ElementsAre(3));
}

TEST_P(Conformance, ReportsGoWithTheEntriesThatTheyAreAbout) {
    ModerationLog log{store()};
    ASSERT_EQ(log.add({}, 9), Outcome::done);
    ModerationRow mute = report({}, {3});
    mute.kind = ModerationKind::mute;
    ASSERT_EQ(log.add({report({5}, {3}), mute, report({6}, {3})}), Outcome::done);
    Commit drop = log.next(0);
    drop.head.floor = {5};
    drop.head.floor_digest = log.log()[4].digest;
    ASSERT_EQ(log.take(drop), Outcome::done);
    EXPECT_THAT(seqs(store()), ElementsAre(6, 0));
    // Nor is one written that nothing would ever drop.
    ASSERT_EQ(log.add({report({4}, {3})}), Outcome::done);
    EXPECT_THAT(seqs(store()), ElementsAre(6, 0));
}

TEST_P(Conformance, WhoeverIsErasedIsNotNamedInAModerationLog) {
    ModerationLog log{store()};
    ASSERT_EQ(log.add({}, 9), Outcome::done);
    ASSERT_EQ(log.add({report({1}, {3}), report({2}, {5})}), Outcome::done);
    Commit erase = log.next(0);
    erase.unnamed = {3};
    ASSERT_EQ(log.take(erase), Outcome::done);
    reopen();
    const auto rows = store().moderation(kGroup, 0, 10).value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].by, UserId{5});
    EXPECT_EQ(rows[0].reason, "rude");
    EXPECT_EQ(rows[1].by, UserId{});
    EXPECT_EQ(rows[1].reason, "");
    EXPECT_EQ(rows[1].seq, Seq{1}) << "that there was one stays";
}

TEST_P(Conformance, AClosedGroupHasNoModerationLog) {
    ModerationLog log{store()};
    ASSERT_EQ(log.add({}, 9), Outcome::done);
    ASSERT_EQ(log.add({report({1}, {3})}), Outcome::done);
    Commit end = log.next(0);
    end.head.members = 0;
    end.head.creator = {};
    end.head.settings.clear();
    ASSERT_EQ(log.take(end), Outcome::done);
    EXPECT_THAT(seqs(store()), IsEmpty());
}

}  // namespace
}  // namespace stentor::store
