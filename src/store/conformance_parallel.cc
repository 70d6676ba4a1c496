// Several threads at once, as committers and loaders are.

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

// The failure that numbers taken outside the commit have: a reader between two commits sees the
// larger one first, and never the smaller. Here every page must be dense up to the head read with
// it.
TEST_P(Conformance, ReadersNeverSeeAHole) {
    constexpr std::size_t kWriters = 3;
    constexpr int kCommits = 60;
    std::atomic<int> writing{kWriters};
    std::vector<std::jthread> threads;
    for (std::size_t w = 0; w < kWriters; ++w) {
        threads.emplace_back([&, w] {
            std::vector<Scribe> scribes;  // Two groups of its own, and both in every call.
            for (std::size_t g = 0; g < 2; ++g)
                scribes.emplace_back(GroupId{w * 2 + g}, Term{1}, w);
            for (int i = 0; i < kCommits; ++i) {
                std::vector<Commit> commits;
                for (Scribe& scribe : scribes) commits.push_back(scribe.next(3));
                const std::vector<Outcome> outcomes = store().commit(commits);
                for (std::size_t g = 0; g < 2; ++g) {
                    ASSERT_EQ(outcomes[g], Outcome::done);
                    scribes[g].accept(commits[g]);
                    // What was answered can be read at once.
                    ASSERT_EQ(store().head(scribes[g].gid()).value(), scribes[g].head());
                }
            }
            --writing;
        });
    }
    std::atomic<int> pages{0};
    for (int r = 0; r < 2; ++r) {
        threads.emplace_back([&] {
            std::vector<Seq> seen(kWriters * 2);
            for (bool last = false; !last;) {
                last = writing == 0;
                for (std::uint64_t g = 0; g < seen.size(); ++g) {
                    const Seq from{seen[g] < Seq{20} ? 1 : seen[g].value - 10};
                    const Result<EntryPage> page = store().entries({g}, from, 200);
                    if (!page) {  // Only before the group's first commit.
                        ASSERT_EQ(page.error().code, Code::not_found);
                        ASSERT_EQ(seen[g], Seq{});
                        continue;
                    }
                    ++pages;
                    ASSERT_GE(page->head.seq, seen[g]);
                    ASSERT_EQ(page->entries.size(), page->head.seq - from + 1);
                    ASSERT_EQ(page->entries.back().digest, page->head.digest);
                    ASSERT_EQ(page->head.seq.value % 3, 0U) << "half a commit";
                    const LogEntry& newest = page->entries.back();
                    const auto sent = store().sent({g}, newest.sender, newest.cmid);
                    ASSERT_TRUE(sent && *sent);
                    seen[g] = page->head.seq;
                }
            }
        });
    }
    threads.clear();
    EXPECT_GT(pages, 0);
    for (std::uint64_t g = 0; g < kWriters * 2; ++g) {
        EXPECT_EQ(read_log(store(), {g}).size(), 3U * kCommits);
    }
}

// A group that knew a send but not its head, or the other way round, would number the next one
// twice, or answer a retry from a log that it does not have.
TEST_P(Conformance, ALoadSeesACommitWholeOrNotAtAll) {
    Scribe scribe{kGroup};
    std::atomic<bool> writing{true};
    const Commit creation = scribe.next(0);
    ASSERT_EQ(commit(creation), Outcome::done);
    scribe.accept(creation);
    std::jthread writer{[&] {
        for (int i = 0; i < 200; ++i) {
            Commit next = scribe.next(2);
            next.tallies = {{next.head.seq, {{"+1", next.head.version}}}};
            ASSERT_EQ(commit(next), Outcome::done);
            scribe.accept(next);
        }
        writing = false;
    }};
    for (bool last = false; !last;) {
        last = !writing;
        const GroupStart start = store().load_group(kGroup, {1}, kNoon).value();
        const std::uint64_t seq = start.head.seq.value;
        ASSERT_EQ(start.newest.size(), std::min<std::uint64_t>(seq, limits::kRing));
        ASSERT_EQ(start.sent.size(), seq);
        if (seq == 0) continue;
        ASSERT_EQ(start.newest.back().digest, start.head.digest);
        ASSERT_EQ(start.tallies.back().seq, start.head.seq);
        ASSERT_EQ(start.tallies.back().counts[0].second, start.head.version);
    }
}

// Two threads that both believe to own the group: exactly one commit per version is done.
TEST_P(Conformance, OneOfTwoCommitsOfTheSameStepIsDone) {
    Scribe scribe{{5}};
    const Commit creation = scribe.next(0);
    ASSERT_EQ(commit(creation), Outcome::done);
    scribe.accept(creation);
    for (int i = 0; i < 40; ++i) {
        std::array<Commit, 2> rivals{scribe.next(2), scribe.next(3)};
        std::array<Outcome, 2> outcomes{};
        {
            std::jthread rival{[&] { outcomes[0] = store().commit({&rivals[0], 1})[0]; }};
            outcomes[1] = store().commit({&rivals[1], 1})[0];
        }
        ASSERT_NE(outcomes[0], outcomes[1]);
        ASSERT_TRUE(outcomes[0] == Outcome::done || outcomes[0] == Outcome::conflict);
        scribe.accept(rivals[outcomes[0] == Outcome::done ? 0 : 1]);
    }
    expect_as_written(store(), scribe);
}

TEST_P(Conformance, ReadPositionsAndRoleChangesDoNotUndoEachOther) {
    Scribe scribe{{5}};
    Commit next = scribe.next(1);
    next.members = {member_row({1})};
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    std::atomic<bool> stop{false};
    std::uint64_t furthest = 0;
    {
        std::jthread reader{[&] {
            while (!stop || furthest < 100) {
                const std::vector<Members::ReadPosition> at{{{5}, {1}, {++furthest}, {1}, {1}}};
                ASSERT_TRUE(store().advance_read(at));
            }
        }};
        Seq seen;
        for (std::uint64_t version = 2; version < 60; ++version) {
            next = scribe.next(0);
            next.members = {member_row({1}, version)};
            ASSERT_EQ(commit(next), Outcome::done);
            scribe.accept(next);
            const MemberRow row = store().member({5}, {1})->value();
            EXPECT_EQ(row.version, version);
            EXPECT_GE(row.read, seen);
            seen = row.read;
        }
        stop = true;
    }
    EXPECT_EQ(store().member({5}, {1})->value().read, Seq{furthest});
}

TEST_P(Conformance, ANameIsGivenToOneOfManyWhoAskAtOnce) {
    constexpr std::uint64_t kNames = 25;
    std::atomic<std::uint64_t> given{0};
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (std::uint64_t n = 0; n < kNames; ++n) {
                const UserRow user{{1 + t * 1'000 + n}, "N", "n" + std::to_string(n), "p", kNoon};
                const Result<void> added = store().add_user(user);
                if (added) ++given;
                ASSERT_TRUE(added || added.error().code == Code::name_taken);
            }
        });
    }
    threads.clear();
    EXPECT_EQ(given, kNames);
    for (std::uint64_t n = 0; n < kNames; ++n) {
        const auto holder = store().user_by_name("n" + std::to_string(n)).value();
        ASSERT_TRUE(holder);
        EXPECT_EQ(store().user(holder->uid).value(), holder);
    }
}

TEST_P(Conformance, NoTermIsGivenTwice) {
    std::array<std::vector<Term>, 3> terms;
    {
        std::vector<std::jthread> threads;
        for (auto& mine : terms) {
            threads.emplace_back([&] {
                for (int i = 0; i < 20; ++i) mine.push_back(store().next_term().value());
            });
        }
    }
    std::vector<Term> all;
    for (const auto& mine : terms) all.insert(all.end(), mine.begin(), mine.end());
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
}

}  // namespace
}  // namespace stentor::store
