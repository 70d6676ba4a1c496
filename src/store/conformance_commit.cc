// Commits: what is compared, what is written, what is not.

#include <gmock/gmock.h>

#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

using testing::ElementsAre;

TEST_P(Conformance, HasNothingAtFirst) {
    EXPECT_EQ(store().epoch(), Epoch{1});
    EXPECT_EQ(store().head(kGroup).error().code, Code::not_found);
    EXPECT_EQ(store().take_head(kGroup, {1}).error().code, Code::not_found);
    EXPECT_EQ(store().entries(kGroup, {1}, 10).error().code, Code::not_found);
    EXPECT_EQ(store().first_at(kGroup, kNoon).error().code, Code::not_found);
    EXPECT_EQ(store().sent(kGroup, {1}, cmid_at(kNoon, 1)).value(), std::nullopt);
    EXPECT_TRUE(store().sent_since(kGroup, kNoon, 10)->empty());
    EXPECT_EQ(store().member(kGroup, {1}).value(), std::nullopt);
    EXPECT_TRUE(store().members(kGroup, {}, 10)->empty());
    EXPECT_TRUE(store().memberships({1}, 10)->empty());
    EXPECT_TRUE(store().commit({}).empty());
}

TEST_P(Conformance, CreatesAGroupOnce) {
    Scribe scribe{kGroup};
    const Commit creation = scribe.next(0);
    EXPECT_EQ(commit(creation), Outcome::done);
    EXPECT_EQ(commit(creation), Outcome::conflict);
    scribe.accept(creation);
    expect_as_written(store(), scribe);
}

TEST_P(Conformance, ChangesNoGroupThatDoesNotExist) {
    Scribe scribe{kGroup};
    scribe.accept(scribe.next(3));
    EXPECT_EQ(commit(scribe.next(1)), Outcome::conflict);
    EXPECT_FALSE(store().head(kGroup));
}

TEST_P(Conformance, WritesDenseCommits) {
    Scribe scribe{kGroup};
    for (const unsigned count : {0U, 1U, 7U, 0U, 300U, 2U}) {
        const Commit next = scribe.next(count);
        ASSERT_EQ(commit(next), Outcome::done);
        scribe.accept(next);
    }
    expect_as_written(store(), scribe);
}

TEST_P(Conformance, WritesNothingOnConflict) {
    Scribe scribe{kGroup};
    const Commit creation = scribe.next(2);
    ASSERT_EQ(commit(creation), Outcome::done);
    scribe.accept(creation);
    Commit first = scribe.next(1);
    Commit second = scribe.next(3);  // Expects the same head.
    second.members.push_back(member_row({9}));
    second.changed = scribe.edit({1}).changed;
    ASSERT_EQ(commit(first), Outcome::done);
    scribe.accept(first);

    EXPECT_EQ(commit(second), Outcome::conflict);

    expect_as_written(store(), scribe);
    EXPECT_EQ(store().member(kGroup, {9}).value(), std::nullopt);
    EXPECT_TRUE(store().memberships({9}, 10)->empty());
    for (const SentRow& row : second.sent) {
        EXPECT_EQ(store().sent(kGroup, row.uid, row.cmid).value(), std::nullopt);
    }
}

TEST_P(Conformance, FencesAnOwnerWhenALargerTermTookTheHead) {
    Scribe scribe{kGroup, {5}};
    const Commit creation = scribe.next(1);
    ASSERT_EQ(commit(creation), Outcome::done);
    scribe.accept(creation);

    const Result<HeadRow> taken = store().take_head(kGroup, {8});
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->term, Term{8});
    EXPECT_EQ(taken->version, scribe.head().version);

    EXPECT_EQ(commit(scribe.next(1)), Outcome::fenced);
    EXPECT_EQ(store().take_head(kGroup, {5}).error().code, Code::owner_moved);
    EXPECT_EQ(store().take_head(kGroup, {8}).value(), *taken);
    scribe.set_term({8});
    EXPECT_EQ(commit(scribe.next(1)), Outcome::done);
    EXPECT_EQ(store().head(kGroup)->seq, Seq{2});
}

TEST_P(Conformance, FencesByACommitAlone) {
    Scribe old_owner{kGroup, {5}};
    const Commit creation = old_owner.next(1);
    ASSERT_EQ(commit(creation), Outcome::done);
    old_owner.accept(creation);
    Scribe new_owner = old_owner;
    new_owner.set_term({6});
    ASSERT_EQ(commit(new_owner.next(1)), Outcome::done);

    EXPECT_EQ(commit(old_owner.next(1)), Outcome::fenced);
}

// The last place that can keep a broken owner from breaking the log.
TEST_P(Conformance, RefusesRowsThatDoNotContinueTheLog) {
    Scribe scribe{kGroup};
    const Commit creation = scribe.next(5);
    ASSERT_EQ(commit(creation), Outcome::done);
    scribe.accept(creation);

    std::vector<Commit> wrong(9, scribe.next(3));
    wrong[0].entries.erase(wrong[0].entries.begin() + 1);  // A hole.
    wrong[1].entries.pop_back();                           // Fewer than the head says.
    wrong[2].entries.front().time = kNoon - Millis{1};     // Time goes back.
    wrong[3].head.version += 1;
    wrong[4].head.term = {2};
    wrong[5].head.floor = wrong[5].head.seq + 1;
    wrong[6].head.digest = genesis(kGroup);
    wrong[7].changed = {wrong[7].entries.front()};  // Changes what is not there yet.
    wrong[8].head.epoch = {};
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        EXPECT_EQ(commit(wrong[i]), Outcome::conflict) << i;
    }
    expect_as_written(store(), scribe);
}

TEST_P(Conformance, JudgesEachCommitOfACallOnItsOwn) {
    Scribe good{{1}};
    Scribe fenced{{2}, {1}};
    Scribe stale{{3}};
    for (Scribe* scribe : {&good, &fenced, &stale}) {
        const Commit creation = scribe->next(1);
        ASSERT_EQ(commit(creation), Outcome::done);
        scribe->accept(creation);
    }
    ASSERT_TRUE(store().take_head(fenced.gid(), {2}));
    const Commit in_between = stale.next(1);
    ASSERT_EQ(commit(in_between), Outcome::done);
    Scribe fresh{{4}};

    const std::vector<Commit> commits{fenced.next(2), good.next(2), stale.next(2), fresh.next(2)};
    EXPECT_THAT(store().commit(commits),
                ElementsAre(Outcome::fenced, Outcome::done, Outcome::conflict, Outcome::done));

    good.accept(commits[1]);
    fresh.accept(commits[3]);
    stale.accept(in_between);
    for (const Scribe* scribe : {&good, &fresh, &stale}) expect_as_written(store(), *scribe);
    EXPECT_EQ(store().head(fenced.gid())->seq, Seq{1});
}

TEST_P(Conformance, ReplacesChangedEntriesAndKeepsEveryDigest) {
    Scribe scribe{kGroup};
    const Commit creation = scribe.next(20);
    ASSERT_EQ(commit(creation), Outcome::done);
    scribe.accept(creation);
    for (const Seq seq : {Seq{1}, Seq{20}, Seq{7}, Seq{7}}) {
        const Commit edit = scribe.edit(seq);
        ASSERT_EQ(commit(edit), Outcome::done);
        scribe.accept(edit);
    }
    expect_as_written(store(), scribe);
    EXPECT_EQ(store().entries(kGroup, {7}, 1)->entries.front().revision, 2U);
    EXPECT_EQ(store().head(kGroup)->digest, creation.head.digest);
}

TEST_P(Conformance, ServesNothingBelowARaisedFloor) {
    Scribe scribe{kGroup};
    Commit next = scribe.next(2'500);
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    for (const unsigned floor : {10U, 2'000U, 2'500U}) {
        next = scribe.next(0);
        next.head.floor = {floor};
        next.head.floor_digest = scribe.log()[floor - 1].digest;
        ASSERT_EQ(commit(next), Outcome::done);
        scribe.accept(next);

        expect_as_written(store(), scribe);
        EXPECT_EQ(store().entries(kGroup, {floor}, 1).error().code, Code::bad_range);
        EXPECT_EQ(store().entries(kGroup, {}, 1).error().code, Code::bad_range);
        EXPECT_EQ(store().first_at(kGroup, {}).value(), Seq{floor + 1});
    }
    next = scribe.next(0);
    next.head.floor = {9};
    EXPECT_EQ(commit(next), Outcome::conflict);
    next = scribe.next(2);
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    expect_as_written(store(), scribe);
}

TEST_P(Conformance, TakesTheLargestCommit) {
    Scribe scribe{GroupId{~std::uint64_t{0}}};
    Commit next = scribe.next(limits::kCommitEntries, 100);
    next.head.settings = std::string(60'000, '\0');
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    next = scribe.next(40, limits::kBodyBytes);
    for (std::uint64_t uid = 1; uid <= 2'000; ++uid) next.members.push_back(member_row({uid}));
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    next = scribe.next(1, 0);
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);

    expect_as_written(store(), scribe);
    EXPECT_EQ(store().members(scribe.gid(), {}, 10'000)->size(), 2'000U);
}

TEST_P(Conformance, KeepsNeighbouringGroupsApart) {
    std::vector<Scribe> scribes;
    for (const std::uint64_t gid :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{255}, std::uint64_t{256},
          limits::kIdMax, ~std::uint64_t{0} - 1, ~std::uint64_t{0}}) {
        scribes.emplace_back(GroupId{gid}, Term{1}, gid + 1);
        Commit next = scribes.back().next(5);
        next.members = {member_row({1}), member_row({~std::uint64_t{0}})};
        ASSERT_EQ(commit(next), Outcome::done);
        scribes.back().accept(next);
    }
    for (const Scribe& scribe : scribes) {
        expect_as_written(store(), scribe);
        EXPECT_EQ(store().members(scribe.gid(), {}, 10)->size(), 2U);
        EXPECT_EQ(store().sent_since(scribe.gid(), kNoon, 10)->size(), 5U);
    }
    EXPECT_EQ(store().memberships({~std::uint64_t{0}}, 10)->size(), scribes.size());
}

// Two owners at once, one of which should have stopped; the model is a term, a version and a log.
TEST_P(Conformance, TwoOwnersAgainstAModel) {
    std::mt19937_64 random{20'260'101};
    for (int round = 0; round < 10; ++round) {
        const GroupId gid{1'000U + static_cast<unsigned>(round)};
        Scribe truth{gid, {1}, random()};
        const Commit creation = truth.next(1);
        ASSERT_EQ(commit(creation), Outcome::done);
        truth.accept(creation);
        std::array<Scribe, 2> owners{truth, truth};
        std::array<Term, 2> terms{Term{1}, Term{1}};
        Term held{1};
        for (int step = 0; step < 60; ++step) {
            const std::size_t i = random() % 2;
            if (random() % 8 == 0) {  // Becomes the owner (again), and loads.
                terms[i] = store().next_term().value();
                const Result<HeadRow> head = store().take_head(gid, terms[i]);
                ASSERT_TRUE(head);
                held = terms[i];
                owners[i] = truth;
                owners[i].set_term(held);
                continue;
            }
            const Commit next = owners[i].next(random() % 3);
            const Outcome expected = terms[i] < held                         ? Outcome::fenced
                                     : next.expected != truth.head().version ? Outcome::conflict
                                                                             : Outcome::done;
            ASSERT_EQ(commit(next), expected);
            if (expected != Outcome::done) continue;
            truth.accept(next);
            owners[i].accept(next);
        }
        EXPECT_EQ(read_log(store(), gid).size(), truth.log().size());
        EXPECT_EQ(store().head(gid)->digest, truth.head().digest);
    }
}

TEST_P(Conformance, ALogFromElsewhereMayBeginAtItsFloor) {
    Scribe elsewhere{{7}};
    elsewhere.accept(elsewhere.next(10));
    Commit first = elsewhere.next(5);
    Commit begun{.gid = {7}, .term = {1}, .head = elsewhere.head()};
    begun.head.version = 1;
    begun.head.floor = begun.head.seq;
    begun.head.floor_digest = begun.head.digest;
    ASSERT_EQ(commit(begun), Outcome::done);
    first.expected = 1;
    first.head.version = 2;
    first.head.floor = begun.head.floor;
    first.head.floor_digest = begun.head.floor_digest;
    ASSERT_EQ(commit(first), Outcome::done);
    const auto page = store().entries({7}, {11}, 100);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->entries.size(), 5U);
    EXPECT_EQ(page->digest_before, begun.head.digest);
    EXPECT_EQ(store().entries({7}, {10}, 1).error().code, Code::bad_range);
}

}  // namespace
}  // namespace stentor::store
