// By how many an entry was read, against a count over all members.

#include "group/readers.h"

#include <gmock/gmock.h>

#include <random>

#include "group/record_test_kit.h"
#include "group/tallies.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

// Rows as memory knows them; the store may know older ones.
class AllMembers {
public:
    std::map<UserId, MemberRow> rows;
    std::vector<UserId> senders;  // Of entries 1, 2, 3 ...

    [[nodiscard]] Seq head() const { return Seq{senders.size()}; }
    [[nodiscard]] std::map<Seq, std::uint64_t> counts() const {
        std::map<Seq, std::uint64_t> counts;
        const std::uint64_t size = std::min<std::uint64_t>(limits::kReadBy, senders.size());
        for (std::uint64_t i = 0; i < size; ++i) {
            const Seq seq = head() - i;
            std::uint64_t& count = counts[seq];
            for (const auto& [uid, row] : rows) {
                if (uid == senders[seq.value - 1]) continue;
                count += std::uint64_t{read_span(row).covers(seq)};
            }
        }
        return counts;
    }
};

class RandomReaders : public testing::TestWithParam<unsigned> {
protected:
    UserId someone() { return UserId{random_() % 40 + 1}; }

    void act() {
        const UserId uid = someone();
        MemberRow row = row_of(uid);
        switch (random_() % 6) {
            case 0:
            case 1: return append(uid);
            case 2:
                row.role = row.role == Role::none ? Role::member : Role::none;
                row.floor = random_() % 2 == 0 ? all_.head() : Seq{};
                row.read = std::max(row.read, row.floor);
                break;
            default:
                if (row.role == Role::none) return;
                row.read = std::max(row.read, Seq{random_() % (all_.head().value + 1)});
        }
        readers_.move(uid, read_span(row_of(uid)), read_span(row));
        all_.rows[uid] = row;
    }
    MemberRow row_of(UserId uid) const {
        const auto found = all_.rows.find(uid);
        return found == all_.rows.end() ? MemberRow{.uid = uid} : found->second;
    }
    void append(UserId uid) {
        all_.senders.push_back(uid);
        readers_.append({.seq = all_.head(), .sender = uid}, read_span(row_of(uid)));
    }
    // A page that was read when the store knew `stored`. Who is in memory is taken from there.
    void count_page(const std::map<UserId, MemberRow>& stored, std::size_t page) {
        std::vector<MemberRow> rows;
        auto next = stored.upper_bound(readers_.counted_to());
        for (; next != stored.end() && rows.size() < page; ++next) rows.push_back(next->second);
        readers_.count(rows, rows.size() < page);
    }

    std::mt19937 random_{GetParam()};
    AllMembers all_;
    Readers readers_;
};

TEST_P(RandomReaders, AreCountedExactlyWhilePositionsMove) {
    for (int i = 0; i < 300; ++i) act();
    EXPECT_TRUE(readers_.counts().empty());
    std::vector<LogEntry> newest;
    for (std::size_t i = 0; i < all_.senders.size(); ++i) {
        newest.push_back({.seq = {i + 1}, .sender = all_.senders[i]});
    }
    readers_.begin(newest, all_.head());
    while (readers_.state() == Readers::State::counting) {
        // Rows move between the reading of a page and its coming in.
        const auto stored = all_.rows;
        for (auto i = random_() % 10; i > 0; --i) act();
        count_page(stored, 3);
    }
    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 20; ++i) act();
        ASSERT_EQ(readers_.counts(), all_.counts()) << round;
    }
    EXPECT_GT(all_.head().value, limits::kReadBy);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomReaders, testing::Range(0U, 20U));

class SumsOfAGroup : public GroupTest {
protected:
    SumsOfAGroup() {
        create(kAnn);
        settle();
        join(kBob);
        settle();
    }
    // Sums told since the last call, by seq.
    std::map<std::uint64_t, pb::Tally> told() {
        now += limits::kTicksEvery;
        tick();
        settle();
        std::map<std::uint64_t, pb::Tally> told;
        for (const ToldEvent& item : std::exchange(items, {})) {
            const auto* changed = std::get_if<bus::TalliesChanged>(&item.event);
            if (changed == nullptr) continue;
            for (const pb::Tally& tally : changed->tallies) told[tally.seq()] = tally;
        }
        return told;
    }
};

TEST_F(SumsOfAGroup, TellReadersAndReactionsOnceASecond) {
    for (int i = 0; i < 3; ++i) send(kAnn, cmid(), "x");
    settle();
    const auto view = open(kAnn)->view;
    EXPECT_TRUE(view->tallies.empty());
    told();

    read(kBob, {1});
    read(kBob, {2});
    react(kBob, {3}, "\U0001F44D");
    react(kAnn, {3}, "\U0001F44D");
    settle();
    const auto changed = told();
    ASSERT_EQ(changed.size(), 3U);
    EXPECT_EQ(changed.at(1).read_by(), 1U);
    EXPECT_EQ(changed.at(2).read_by(), 1U);
    EXPECT_EQ(changed.at(3).read_by(), 0U);
    EXPECT_EQ(changed.at(3).reactions(0).count(), 2U);
    EXPECT_TRUE(told().empty());

    leave(kBob);
    react(kAnn, {3}, "\U0001F44D", true);
    settle();
    const auto after = told();
    EXPECT_EQ(after.at(1).read_by(), 0U);
    EXPECT_EQ(after.at(3).reactions(0).count(), 1U);
}

TEST_F(SumsOfAGroup, AreInTheViewAndSurviveAnUnknownOutcome) {
    send(kAnn, cmid(), "x");
    settle();
    open(kAnn);
    read(kBob, {1});
    react(kBob, {1}, "\U0001F44D");
    settle();
    members[kBob].read = {};  // It stands in the committer's queue.
    send(kAnn, cmid(), "y");
    commit_once(false, store::Outcome::unknown);
    settle();

    const auto view = open(kAnn)->view;

    ASSERT_EQ(view->tallies.size(), 1U);
    EXPECT_EQ(view->tallies[0].read_by(), 1U);
    EXPECT_EQ(view->tallies[0].reactions(0).emoji(), "\U0001F44D");
}

TEST_F(SumsOfAGroup, AreCountedAnewWhenAnUnknownOutcomeComesInTheMidstOfIt) {
    send(kAnn, cmid(), "x");
    settle();
    partition().on_open(99, {.gid = gid, .uid = kAnn, .with_view = true}, now);
    ASSERT_EQ(loads.size(), 1U) << "the rows of all members";
    send(kAnn, cmid(), "y");
    commit_once(false, store::Outcome::unknown);
    settle();
    read(kBob, {1});
    settle();
    EXPECT_EQ(told().at(1).read_by(), 1U);
}

TEST_F(SumsOfAGroup, AReadThatMovesIsToldToTheUsersOtherDevices) {
    send(kAnn, cmid(), "x");
    settle();
    nudges.clear();
    read(kBob, {1});
    read(kBob, {1});
    ASSERT_EQ(nudges.size(), 1U);
    const auto& moved = std::get<bus::ReadMoved>(nudges[0]);
    EXPECT_EQ(moved.uid, kBob);
    EXPECT_EQ(moved.read, Seq{1});
}

// More change at once than one tick tells: the newest come first, the others with the next.
TEST(Tallies, HoldSoManyThatAreNotToldAndForgetTheOldestEntrys) {
    Tallies tallies;
    std::uint64_t untold = 0;
    std::uint64_t oldest = 0;
    const auto tell_all = [&](std::uint64_t changed) {
        for (std::uint64_t seq = 1; seq <= changed; ++seq) {
            tallies.set({.seq = {seq}, .counts = {{"\U0001F44D", 1}}});
        }
        untold = 0;
        for (auto told = tallies.take_changed({}); !told.empty(); told = tallies.take_changed({})) {
            untold += told.size();
            oldest = told.back().seq();
        }
    };
    tell_all(limits::kTalliesHeld);
    EXPECT_EQ(untold, limits::kTalliesHeld);
    EXPECT_EQ(oldest, 1U);
    tell_all(limits::kTalliesHeld + 1);
    EXPECT_EQ(untold, limits::kTalliesHeld);
    EXPECT_EQ(oldest, 2U);
}

TEST(Tallies, TellTheRestNextTime) {
    Tallies tallies;
    for (std::uint64_t seq = 1; seq <= limits::kTalliesPerTick + 5; ++seq) {
        tallies.set({.seq = {seq}, .counts = {{"\U0001F44D", 1}}});
    }
    const auto first = tallies.take_changed({});
    ASSERT_EQ(first.size(), limits::kTalliesPerTick);
    EXPECT_EQ(first.front().seq(), limits::kTalliesPerTick + 5);
    EXPECT_EQ(tallies.take_changed({}).size(), 5U);
    EXPECT_TRUE(tallies.take_changed({}).empty());
}

}  // namespace
}  // namespace stentor::group
