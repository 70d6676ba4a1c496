// What stands beside a group's log: invites, reactions and their sums; and what goes with the
// floor.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

using testing::ElementsAre;

TEST_P(Conformance, InvitesAreFoundByTheirCode) {
    Scribe scribe{kGroup};
    EXPECT_EQ(store().invite(kGroup, "abc").value(), std::nullopt);
    Commit next = scribe.next(0);
    InviteRow limited{.code = "abc", .by = {3}, .expires = kNoon, .uses_left = 5};
    const InviteRow open{.code = "abcd", .by = {4}, .expires = kNoon};
    next.invites = {limited, open};
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    EXPECT_EQ(store().invite(kGroup, "abc").value(), limited);
    EXPECT_EQ(store().invite(kGroup, "abcd").value(), open);
    EXPECT_EQ(store().invite(kGroup, "ab").value(), std::nullopt);
    EXPECT_EQ(store().invite({101}, "abc").value(), std::nullopt);

    for (const std::uint32_t left : {~std::uint32_t{0}, 0U}) {
        next = scribe.next(0);
        limited.uses_left = left;
        next.invites = {limited};
        ASSERT_EQ(commit(next), Outcome::done);
        scribe.accept(next);
        reopen();
        EXPECT_EQ(store().invite(kGroup, "abc").value(), limited);
    }
    next = scribe.next(0);
    next.invites = {{.code = std::string(limits::kInviteBytes + 1, 'x')}};
    EXPECT_EQ(commit(next), Outcome::conflict);
}

TEST_P(Conformance, RefusesReactionsThatNoEntryBears) {
    Scribe scribe{kGroup};
    const Commit creation = scribe.next(3);
    ASSERT_EQ(commit(creation), Outcome::done);
    scribe.accept(creation);
    std::vector<Commit> wrong(6, scribe.next(0));
    wrong[0].reactions = {{{1}, {4}, "+", true}};
    wrong[1].reactions = {{{1}, {}, "+", true}};
    wrong[2].reactions = {{{1}, {1}, "", true}};
    wrong[3].tallies = {{{4}, {{"+", 1}}}};
    wrong[4].tallies = {{{1}, {{"+", 0}}}};
    wrong[5].tallies = {{{1}, {{std::string(limits::kEmojiBytes + 1, '+'), 1}}}};
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        EXPECT_EQ(commit(wrong[i]), Outcome::conflict) << i;
    }
    EXPECT_TRUE(store().tallies(kGroup, {1}, {9})->empty());
    EXPECT_TRUE(store().reactions_of(kGroup, {1}, {1}, {9})->empty());
}

// Random reactions to 1,200 entries of two groups while their floors rise; the model is a set of
// who, which and what.
class ReactionModel {
public:
    ReactionModel(GroupId gid, std::uint64_t seed) : scribe_(gid, {1}, seed), random_(seed) {}

    [[nodiscard]] Commit step() {
        Commit next = scribe_.next(scribe_.head().version == 0 ? 1'200 : random_() % 3);
        const Seq floor = std::min(next.head.floor + random_() % 200, scribe_.head().seq);
        if (floor > next.head.floor && random_() % 8 == 0) {
            next.head.floor = floor;
            next.head.floor_digest = scribe_.log()[floor.value - 1].digest;
        }
        std::set<Seq> touched;
        for (std::uint64_t n = random_() % 20; n > 0; --n) {
            const Seq seq{1 + random_() % next.head.seq.value};
            const ReactionRow row{
                {1 + random_() % 4}, seq, emoji(random_() % 3), random_() % 3 > 0};
            next.reactions.push_back(row);
            if (row.on) {
                reactions_.insert({row.uid, row.seq, row.emoji});
            } else {
                reactions_.erase({row.uid, row.seq, row.emoji});
            }
            touched.insert(seq);
        }
        std::erase_if(reactions_, [&](const auto& r) { return std::get<1>(r) <= next.head.floor; });
        for (const Seq seq : touched) next.tallies.push_back({seq, counts(seq)});
        return next;
    }
    void accept(const Commit& commit) { scribe_.accept(commit); }

    void expect(Store& store) {
        const Seq from{random_() % 1'400};
        const Seq to = from + random_() % 400;
        const UserId uid{1 + random_() % 4};
        std::vector<ReactionRow> own;
        std::map<Seq, TallyRow> sums;
        for (const auto& [who, seq, what] : reactions_) {
            if (seq < from || seq > to) continue;
            if (who == uid) own.push_back({who, seq, what, true});
            sums[seq] = {seq, counts(seq)};
        }
        std::vector<TallyRow> tallies;
        for (const auto& [seq, row] : sums) tallies.push_back(row);
        ASSERT_EQ(store.reactions_of(scribe_.gid(), uid, from, to).value(), own);
        ASSERT_EQ(store.tallies(scribe_.gid(), from, to).value(), tallies);
    }

private:
    static std::string emoji(std::uint64_t which) { return std::string(1 + which, '+'); }
    std::vector<std::pair<std::string, std::uint64_t>> counts(Seq seq) const {
        std::map<std::string, std::uint64_t> sums;
        for (const auto& [who, which, what] : reactions_) sums[what] += which == seq ? 1U : 0U;
        std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
        return {sums.begin(), sums.end()};
    }

    Scribe scribe_;
    std::mt19937_64 random_;
    std::set<std::tuple<UserId, Seq, std::string>> reactions_;
};

TEST_P(Conformance, ReactionsAgainstAModel) {
    ReactionModel one{{100}, 1};
    ReactionModel two{{101}, 2};
    for (int step = 0; step < 150; ++step) {
        const std::vector<Commit> commits{one.step(), two.step()};
        ASSERT_THAT(store().commit(commits), ElementsAre(Outcome::done, Outcome::done));
        one.accept(commits[0]);
        two.accept(commits[1]);
        if (step % 50 == 49) reopen();
        one.expect(store());
        two.expect(store());
        if (HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace stentor::store
