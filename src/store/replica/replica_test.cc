// Leader and follower over a real socket, each with a record of its own on disk.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "base/temporary_folder_test_kit.h"
#include "store/conformance.h"
#include "store/replica/follower.h"
#include "store/replica/leader.h"
#include "store/replica/promote.h"
#include "store/rocks/rocks_store.h"

namespace stentor::replica {
namespace {

using namespace std::chrono_literals;
using store::Commit;
using store::Outcome;
using store::Scribe;

constexpr std::size_t kKept = std::size_t{64} << 20U;

Result<Copy> open_copy(const std::filesystem::path& folder, std::size_t kept = kKept) {
    auto opened = store::open_rocks(
        {.path = folder, .buffer_bytes = std::size_t{64} << 10U, .kept_log_bytes = kept});
    if (!opened) return std::unexpected(opened.error());
    store::Maintenance* face = store::maintenance_of(**opened);
    return Copy{std::move(*opened), face};
}

class Replica : public testing::Test {
protected:
    Replica() { lead(); }

    void lead(Mode mode = Mode::async, Millis within = 1s, std::size_t kept = kKept) {
        leader_.reset();
        record_.store.reset();
        record_ = open_copy(place_ / "leader" / "store", kept).value();
        listen(mode, within);
    }
    void listen(Mode mode, Millis within) {
        leader_.reset();
        leader_ =
            std::make_unique<Leader>(*record_.face, LeaderOptions{.port = port_,
                                                                  .key = kKey,
                                                                  .mode = mode,
                                                                  .within = within,
                                                                  .scratch = place_ / "leader"});
        port_ = leader_->port();
    }
    void follow(const Key& key = kKey) {
        follower_.reset();
        follower_ = std::make_unique<Follower>(
            FollowerOptions{.host = "127.0.0.1",
                            .port = port_,
                            .key = key,
                            .folder = folder(),
                            .open = [](const auto& path) { return open_copy(path); }});
    }
    void write(Scribe& scribe, int times = 1, std::size_t body_bytes = 100) {
        for (int i = 0; i < times; ++i) {
            const Commit next = scribe.next(3, body_bytes);
            ASSERT_EQ(record_.store->commit({&next, 1})[0], Outcome::done);
            scribe.accept(next);
        }
    }
    [[nodiscard]] bool comes_true(const std::function<bool()>& what) const {
        for (const Time end = now() + 20s; now() < end; std::this_thread::sleep_for(5ms)) {
            if (what()) return true;
        }
        return false;
    }
    [[nodiscard]] bool catches_up() const {
        return comes_true([&] {
            return leader_->status().connected &&
                   leader_->status().position == record_.face->latest();
        });
    }
    [[nodiscard]] std::filesystem::path folder() const { return place_ / "follower"; }
    // What the follower's disk holds.
    [[nodiscard]] Copy stopped_copy() {
        follower_.reset();
        return open_copy(folder() / "store").value();
    }

    static constexpr Key kKey{1, 2, 3};
    TemporaryFolder place_;
    Copy record_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Leader> leader_;
    std::unique_ptr<Follower> follower_;
};

TEST_F(Replica, AnEmptyFolderIsFilledAndKeptUpToDate) {
    Scribe scribe{{1}};
    write(scribe, 20);
    follow();
    ASSERT_TRUE(catches_up());
    write(scribe, 20);
    ASSERT_TRUE(catches_up());
    EXPECT_EQ(follower_->status().copies, 1U);
    EXPECT_TRUE(comes_true([&] { return follower_->status().behind == 0; }));
    EXPECT_EQ(follower_->status().lag, 0ms);
    store::expect_as_written(*stopped_copy().store, scribe);
}

TEST_F(Replica, WhoComesAgainGoesOnWhereHeStood) {
    Scribe scribe{{1}};
    follow();
    ASSERT_TRUE(catches_up());
    for (int round = 0; round < 4; ++round) {
        follower_.reset();
        write(scribe, 5, 20'000);  // Past the write buffer.
        if (round % 2 == 0) {
            follow();
            lead();  // The leader comes again as well.
        } else {
            follow();
        }
        write(scribe, 5);
        ASSERT_TRUE(catches_up());
    }
    EXPECT_EQ(leader_->status().copies, 0U);
    store::expect_as_written(*stopped_copy().store, scribe);
}

TEST_F(Replica, WhoWasAwayTooLongIsHandedAWholeCopy) {
    lead(Mode::async, 1s, 0);
    Scribe scribe{{1}};
    follow();
    ASSERT_TRUE(catches_up());
    follower_.reset();
    for (int i = 0; i < 10; ++i) write(scribe, 2, 20'000);
    lead(Mode::async, 1s, 0);
    follow();
    ASSERT_TRUE(catches_up());
    EXPECT_EQ(leader_->status().copies, 1U);
    store::expect_as_written(*stopped_copy().store, scribe);
}

TEST_F(Replica, WhoDoesNotKnowTheKeyGetsNothing) {
    Scribe scribe{{1}};
    write(scribe);
    testing::internal::CaptureStderr();
    follow(Key{9});
    std::this_thread::sleep_for(300ms);
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                testing::HasSubstr("wanted to follow address=\"127.0.0.1 "));
    EXPECT_FALSE(leader_->status().connected);
    EXPECT_FALSE(std::filesystem::exists(folder() / "store"));
    follow();
    EXPECT_TRUE(catches_up());
}

TEST_F(Replica, AFolderWithAStoreOfItsOwnIsNotReplaced) {
    (void)open_copy(folder() / "store").value();
    EXPECT_THROW(follow(), std::runtime_error);
}

TEST_F(Replica, ACommitWaitsForTheFollowerThatIsInStep) {
    listen(Mode::sync, 20s);
    Scribe scribe{{1}};
    write(scribe);
    EXPECT_TRUE(leader_->await_copied()) << "nobody follows yet";
    follow();
    ASSERT_TRUE(comes_true([&] { return leader_->status().in_step; }));
    for (int i = 0; i < 50; ++i) {
        write(scribe);
        ASSERT_TRUE(leader_->await_copied());
        ASSERT_EQ(leader_->status().position, record_.face->latest());
    }
    EXPECT_GT(leader_->status().bytes, 0U);
    store::expect_as_written(*stopped_copy().store, scribe);
}

TEST_F(Replica, TheLeaderGoesOnAloneAfterTheStatedTimeAndWaitsAgainLater) {
    constexpr Millis kWait = 1s;
    constexpr int kCommits = 20;
    listen(Mode::sync, kWait);
    Scribe scribe{{1}};
    follow();
    ASSERT_TRUE(comes_true([&] { return leader_->status().in_step; }));
    EXPECT_EQ(leader_->status().lag, 0ms);
    follower_.reset();
    write(scribe);
    EXPECT_TRUE(leader_->await_copied());
    EXPECT_GE(leader_->status().lag, kWait) << "it waited as long for what is not there";
    EXPECT_FALSE(leader_->status().in_step);
    EXPECT_EQ(leader_->status().alone, 1U);
    const Time before = now();
    for (int i = 0; i < kCommits; ++i) {
        write(scribe);
        EXPECT_TRUE(leader_->await_copied());
    }
    EXPECT_LT(now() - before, kCommits * kWait) << "it waits for nobody each time";
    follow();
    ASSERT_TRUE(comes_true([&] { return leader_->status().in_step; }));
    write(scribe);
    EXPECT_TRUE(leader_->await_copied());
    EXPECT_EQ(leader_->status().position, record_.face->latest());
}

TEST_F(Replica, InStrictModeNobodyIsToldBeforeTheFollowerHasIt) {
    listen(Mode::strict, 50ms);
    Scribe scribe{{1}};
    write(scribe);
    std::atomic<int> told{-1};
    std::jthread committer{[&] { told = leader_->await_copied() ? 1 : 0; }};
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(told, -1);
    follow();
    EXPECT_TRUE(comes_true([&] { return told == 1; }));

    follower_.reset();
    write(scribe);
    committer = std::jthread{[&] { told = leader_->await_copied() ? 1 : 0; }};
    leader_->release();
    EXPECT_TRUE(comes_true([&] { return told == 0; })) << "at the end nobody is told a thing";
}

TEST_F(Replica, APromotedCopyOfAStrictLeaderGoesOnInTheSameHistory) {
    listen(Mode::strict, 1s);
    Scribe scribe{{1}};
    write(scribe);
    follow();
    ASSERT_TRUE(leader_->await_copied());
    ASSERT_TRUE(comes_true([&] { return Place{folder()}.holds_all(); }));
    leader_.reset();
    follower_.reset();
    const auto promoted =
        promote(Place{folder()}, [](const auto& p) { return open_copy(p); }, false);
    ASSERT_TRUE(promoted);
    EXPECT_FALSE(promoted->raised);
    EXPECT_EQ(promoted->epoch, Epoch{1});
    const Copy copy = open_copy(folder() / "store").value();
    store::expect_as_written(*copy.store, scribe);
    EXPECT_NE(copy.face->line().value(), record_.face->line().value());
    EXPECT_FALSE(Place{folder()}.follows());
}

TEST_F(Replica, AnyOtherPromotedCopyRaisesTheEpochAndNotesTheFork) {
    Scribe scribe{{1}};
    write(scribe);
    follow();
    ASSERT_TRUE(catches_up());
    follower_.reset();
    const Scribe then = scribe;
    write(scribe, 3);  // Of which the copy learns nothing.
    const auto promoted =
        promote(Place{folder()}, [](const auto& p) { return open_copy(p); }, false);
    ASSERT_TRUE(promoted);
    EXPECT_TRUE(promoted->raised);
    EXPECT_EQ(promoted->epoch, Epoch{2});
    const Copy copy = open_copy(folder() / "store").value();
    Scribe told = then;
    told.take(copy.store->head({1}).value());
    EXPECT_EQ(told.head().version, then.head().version);
    store::expect_as_written(*copy.store, told);
    const auto head = copy.store->take_head({1}, {9}).value();
    EXPECT_THAT(head.forks, testing::ElementsAre(store::ForkPoint{{1}, then.head().seq}));
    EXPECT_FALSE(promote(Place{folder()}, [](const auto& p) { return open_copy(p); }, false));
}

// The former leader comes back and follows the promoted one: what it has is another history.
TEST_F(Replica, AnotherHistoryIsReplacedByAWholeCopy) {
    Scribe scribe{{1}};
    write(scribe, 10);
    follow();
    ASSERT_TRUE(catches_up());
    ASSERT_TRUE(record_.store->raise_epoch({}));
    follower_.reset();  // Whether or not it learned of that.
    ASSERT_TRUE(record_.store->raise_epoch({}));
    scribe.take(record_.store->take_head({1}, {1}).value());
    write(scribe, 3);
    follow();
    ASSERT_TRUE(catches_up());
    EXPECT_EQ(leader_->status().copies, 2U);
    store::expect_as_written(*stopped_copy().store, scribe);
}

TEST_F(Replica, StrayBytesAndHalfOpenConnectionsHarmNobody) {
    Scribe scribe{{1}};
    follow();
    ASSERT_TRUE(catches_up());
    for (const std::string& noise :
         {std::string{}, std::string(1'000, 'x'), std::string("\x7f\xff\xff\xff\x02", 5)}) {
        auto stray = Connection::to("127.0.0.1", port_);
        ASSERT_TRUE(stray);
        (void)stray->receive(Kind::challenge);
        (void)stray->send(Kind::hello, noise);
        EXPECT_FALSE(stray->receive());
    }
    write(scribe, 5);
    ASSERT_TRUE(catches_up());
    EXPECT_EQ(follower_->status().copies, 1U);
}

}  // namespace
}  // namespace stentor::replica
