#include "store/maintenance.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "base/temporary_folder_test_kit.h"
#include "store/conformance.h"
#include "store/rocks/rocks_store.h"

namespace stentor::store {
namespace {

using namespace std::chrono_literals;

class Following : public testing::Test {
protected:
    Following() : leader_{open("leader")} {}

    [[nodiscard]] std::unique_ptr<Store> open(const std::string& name, std::size_t kept = 64) {
        auto opened = open_rocks(
            {.path = place_ / name, .buffer_bytes = 64U << 10U, .kept_log_bytes = kept << 20U});
        if (!opened) throw std::runtime_error(std::string{opened.error().where});
        return std::move(*opened);
    }
    void write(Scribe& scribe, std::size_t count = 3, std::size_t body_bytes = 100) {
        const Commit next = scribe.next(count, body_bytes);
        ASSERT_EQ(leader_->commit({&next, 1})[0], Outcome::done);
        scribe.accept(next);
    }
    [[nodiscard]] Maintenance& leader() { return *maintenance_of(*leader_); }
    [[nodiscard]] Maintenance& copy() { return *maintenance_of(*copy_); }
    void take_copy() {
        const auto number = leader().checkpoint(place_ / "copy");
        ASSERT_TRUE(number);
        copy_ = open("copy");
        EXPECT_GE(copy().latest(), *number);
    }
    // Everything that is new, in small pieces.
    void catch_up() {
        const auto reader = leader().updates_after(copy().latest());
        while (copy().latest() < leader().latest()) {
            const auto updates = reader->next(1'000);
            ASSERT_TRUE(updates);
            ASSERT_FALSE(updates->empty());
            ASSERT_TRUE(copy().apply(*updates));
        }
        EXPECT_TRUE(reader->next(1'000)->empty());
    }
    void reopen_copy() {
        copy_.reset();
        copy_ = open("copy");
    }

    TemporaryFolder place_;
    std::unique_ptr<Store> leader_;
    std::unique_ptr<Store> copy_;
};

TEST_F(Following, ACheckpointIsAConsistentStoreOfItsOwn) {
    Scribe scribe{{1}};
    for (int i = 0; i < 20; ++i) write(scribe);
    ASSERT_TRUE(leader_->add_user({{1}, "Ann", "ann", "p", kNoon}));
    take_copy();
    const Scribe then = scribe;
    write(scribe);

    expect_as_written(*copy_, then);
    EXPECT_EQ(copy_->user({1})->value().name, "Ann");
    EXPECT_EQ(copy().line().value(), leader().line().value());
    EXPECT_FALSE(leader().checkpoint(place_ / "copy")) << "the folder is there";
    expect_as_written(*leader_, scribe);
}

TEST_F(Following, ACopyFollowsThroughFilesOfTheLogThatAreNoLongerNeeded) {
    Scribe scribe{{1}};
    write(scribe);
    take_copy();
    const auto reader = leader().updates_after(copy().latest());
    EXPECT_TRUE(reader->next(1'000)->empty());
    for (int round = 0; round < 12; ++round) {
        for (int i = 0; i < 8; ++i) write(scribe, 20, 1'000);  // Several write buffers.
        while (copy().latest() < leader().latest()) {
            const auto updates = reader->next(50'000);
            ASSERT_TRUE(updates);
            ASSERT_TRUE(copy().apply(*updates));
        }
    }
    catch_up();
    EXPECT_EQ(copy().latest(), leader().latest());
    reopen_copy();
    expect_as_written(*copy_, scribe);
    EXPECT_EQ(copy_->feed(0, 1'000)->head, leader_->feed(0, 1'000)->head);

    for (int i = 0; i < 50; ++i) write(scribe);
    catch_up();  // Opened again, it knows where it stood.
    expect_as_written(*copy_, scribe);
}

TEST_F(Following, OnlyWhatIsDurableIsHandedOut) {
    Scribe scribe{{1}};
    Commit next = scribe.next(5);
    next.members = {member_row({3})};
    ASSERT_EQ(leader_->commit({&next, 1})[0], Outcome::done);
    scribe.accept(next);
    take_copy();
    const std::uint64_t before = leader().latest();
    const std::vector<Members::ReadPosition> read{{{1}, {3}, {4}, {1}, {1}}};
    ASSERT_TRUE(leader_->advance_read(read));  // Not synced.
    EXPECT_EQ(leader().latest(), before);
    EXPECT_TRUE(leader().updates_after(copy().latest())->next(1'000)->empty());

    write(scribe);
    catch_up();
    EXPECT_EQ(copy_->member({1}, {3})->value().read, Seq{4});
}

TEST_F(Following, UpdatesApplyOnceAndInOrder) {
    Scribe scribe{{1}};
    write(scribe);
    take_copy();
    const std::uint64_t after = copy().latest();
    for (int i = 0; i < 4; ++i) write(scribe);
    const auto all = leader().updates_after(after)->next(1'000'000).value();
    ASSERT_EQ(all.size(), 4U);

    EXPECT_EQ(copy().apply(std::span{all}.subspan(1)).error().code, Code::bad_range);
    ASSERT_TRUE(copy().apply(std::span{all}.first(2)));
    ASSERT_TRUE(copy().apply(all));
    ASSERT_TRUE(copy().apply(all));
    EXPECT_EQ(copy().latest(), leader().latest());
    expect_as_written(*copy_, scribe);
}

TEST_F(Following, WhatIsNoLongerKeptIsSaid) {
    leader_.reset();
    leader_ = open("leader", 0);
    Scribe scribe{{1}};
    write(scribe);
    const std::uint64_t then = leader().latest();
    const auto reader = leader().updates_after(then);
    for (int i = 0; i < 60; ++i) write(scribe, 20, 2'000);
    leader_.reset();
    leader_ = open("leader", 0);
    EXPECT_EQ(leader().updates_after(then)->next(1'000).error().code, Code::bad_range);
    write(scribe);
    EXPECT_EQ(leader().updates_after(then)->next(1'000).error().code, Code::bad_range);
}

TEST_F(Following, AWaiterIsWokenByTheNextDurableUpdate) {
    Scribe scribe{{1}};
    write(scribe);
    const std::uint64_t now = leader().latest();
    EXPECT_EQ(leader().wait_above(now, 1ms), now);
    std::jthread writer{[&] { write(scribe); }};
    EXPECT_GT(leader().wait_above(now, 30s), now);
}

TEST_F(Following, ALineNamesAHistory) {
    const std::uint64_t first = leader().line().value();
    take_copy();
    EXPECT_NE(first, 0U);
    EXPECT_EQ(copy().line().value(), first);
    EXPECT_NE(copy().begin_line().value(), first);
    ASSERT_TRUE(leader_->raise_epoch({}));
    EXPECT_NE(leader().line().value(), first);
}

}  // namespace
}  // namespace stentor::store
