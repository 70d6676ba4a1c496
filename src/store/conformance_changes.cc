// What became of a group after one of its versions.

#include <gmock/gmock.h>

#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// One group, and what its commits change.
class Changing {
public:
    explicit Changing(Store& store) : store_{store} { write(scribe.next(3)); }

    void write(const Commit& commit) {
        ASSERT_EQ(store_.commit({&commit, 1})[0], Outcome::done);
        scribe.accept(commit);
    }
    void write_member(const MemberRow& row) {
        Commit commit = scribe.next(0);
        commit.members = {row};
        write(commit);
    }
    [[nodiscard]] std::uint64_t version() const { return scribe.head().version; }

    Scribe scribe{kGroup};

private:
    Store& store_;
};

std::vector<Seq> seqs(const std::vector<LogEntry>& entries) {
    std::vector<Seq> all;
    for (const LogEntry& entry : entries) all.push_back(entry.seq);
    return all;
}

TEST_P(Conformance, ChangesAreWhatCommitsDidAfterAVersion) {
    EXPECT_EQ(store().changes(kGroup, 0, {}).error().code, Code::not_found);
    Changing group{store()};
    const std::uint64_t first = group.version();
    group.write(group.scribe.next(2));
    group.write(group.scribe.edit({2}));
    group.write_member(member_row({7}));
    group.write(group.scribe.edit({4}));
    group.write(group.scribe.edit({2}));
    group.write_member(member_row({5}));
    MemberRow again = member_row({7}, 2);
    again.muted_for_me = true;
    group.write_member(again);
    for (int i = 0; i < 2; ++i) {
        const GroupChanges all = store().changes(kGroup, first, {3}).value();
        EXPECT_TRUE(all.whole);
        EXPECT_EQ(all.head, group.scribe.head());
        EXPECT_THAT(seqs(all.entries), ElementsAre(Seq{4}, Seq{5}));
        EXPECT_THAT(seqs(all.changed), ElementsAre(Seq{2}, Seq{4}));
        EXPECT_EQ(all.changed[0].revision, 2U);
        ASSERT_THAT(all.members, SizeIs(2));
        EXPECT_EQ(all.members[0].uid, UserId{5});
        EXPECT_EQ(all.members[1], again);

        const GroupChanges last = store().changes(kGroup, group.version() - 1, {5}).value();
        EXPECT_THAT(last.entries, IsEmpty());
        EXPECT_THAT(last.changed, IsEmpty());
        EXPECT_THAT(last.members, ElementsAre(again));
        const GroupChanges none = store().changes(kGroup, group.version(), {5}).value();
        EXPECT_TRUE(none.whole);
        EXPECT_THAT(none.members, IsEmpty());
        reopen();
    }
}

TEST_P(Conformance, ChangesOfAnotherHistoryAreNotWhole) {
    Changing group{store()};
    const GroupChanges changes = store().changes(kGroup, group.version() + 1, {1}).value();
    EXPECT_FALSE(changes.whole);
    EXPECT_THAT(seqs(changes.entries), ElementsAre(Seq{2}, Seq{3}));
}

TEST_P(Conformance, ChangesBeginAboveTheFloor) {
    Changing group{store()};
    group.write(group.scribe.edit({1}));
    Commit commit = group.scribe.next(0);
    commit.head.floor = {2};
    commit.head.floor_digest = group.scribe.log()[1].digest;
    group.write(commit);
    const GroupChanges changes = store().changes(kGroup, 1, {}).value();
    EXPECT_THAT(seqs(changes.entries), ElementsAre(Seq{3}));
    EXPECT_THAT(changes.changed, IsEmpty());
}

TEST_P(Conformance, WhoseRowIsGoneWithItsGroupIsNoneAnyMore) {
    Changing group{store()};
    group.write_member(member_row({7}));
    const std::uint64_t since = group.version();
    Commit closing = group.scribe.next(0);
    closing.head.members = 0;
    closing.head.creator = {};
    closing.head.settings.clear();
    closing.members = {member_row({7}, 2)};
    group.write(closing);
    const GroupChanges changes = store().changes(kGroup, since, {3}).value();
    ASSERT_THAT(changes.members, SizeIs(1));
    EXPECT_EQ(changes.members[0], MemberRow{.uid = {7}});
}

TEST_P(Conformance, ChangesAreKeptForSoManyVersionsAndToldUpToSoMany) {
    Changing group{store()};
    group.write_member(member_row({7}));
    const std::uint64_t since = group.version() - 1;
    while (group.version() - since < limits::kChangesKept - 1) {
        group.write(group.scribe.next(0));
    }
    EXPECT_THAT(store().changes(kGroup, since, {3})->members, SizeIs(1));
    group.write(group.scribe.next(0));
    EXPECT_FALSE(store().changes(kGroup, since, {3})->whole);
    EXPECT_TRUE(store().changes(kGroup, since + 1, {3})->whole);

    Commit many = group.scribe.next(0);
    for (std::uint64_t uid = 1; uid <= limits::kChangesKept; ++uid) {
        many.members.push_back(member_row({uid}));
    }
    group.write(many);
    EXPECT_TRUE(store().changes(kGroup, group.version() - 1, {3})->whole);
    group.write_member(member_row({limits::kChangesKept + 1}));
    EXPECT_FALSE(store().changes(kGroup, group.version() - 2, {3})->whole);
}

}  // namespace
}  // namespace stentor::store
