// Partitions that are gained and lost at run time: two owners of one store, in one process.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "bus/local/local_bus.h"
#include "bus/route/local/local_routes.h"
#include "owner/owner.h"
#include "store/memory/memory_store.h"
#include "wire/log_entry.h"

namespace stentor::owner {
namespace {

constexpr NodeId kNode{1};
constexpr GroupId kGroup{77};
constexpr UserId kFirst{11};

class CountingNode final : public bus::NodeInbox {
public:
    void on_items(std::shared_ptr<const bus::Items> /*items*/) override {}
    void on_nudges(std::vector<bus::Nudge> /*nudges*/) override {}
    void on_answers(std::vector<bus::Answer> answers) override {
        const std::lock_guard lock{mutex_};
        for (bus::Answer& answer : answers) {
            answers_[answer.reply_to.request_id].push_back(std::move(answer.frame));
        }
        arrived_.notify_all();
    }

    pb::ServerFrame answer(std::uint32_t request_id) {
        std::unique_lock lock{mutex_};
        EXPECT_TRUE(arrived_.wait_for(lock, std::chrono::seconds{20},
                                      [&] { return answers_.contains(request_id); }))
            << "no answer to " << request_id;
        return answers_.contains(request_id) ? answers_[request_id].front() : pb::ServerFrame{};
    }
    std::map<std::uint32_t, std::vector<pb::ServerFrame>> all() {
        const std::lock_guard lock{mutex_};
        return answers_;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::map<std::uint32_t, std::vector<pb::ServerFrame>> answers_;
};

// One that can be ended.
class Lease final : public LeaseCheck {
public:
    [[nodiscard]] bool is_good(PartitionId /*partition*/) const override { return good; }
    std::atomic<bool> good{true};
};

class TwoOwners : public testing::Test {
protected:
    TwoOwners() {
        bus_.attach(&node_);
        for (std::size_t i = 0; i < owners_.size(); ++i) {
            owners_[i] = std::make_unique<Owner>(
                store_, bus_, routes_,
                OwnerOptions{.groups = {.staged_max = limits::kStagedPerGroup,
                                        .parked_max = limits::kParkedPerGroup},
                             .holds_all = false,
                             .lease = &leases_[i]});
        }
        EXPECT_TRUE(owners_[0]->gain(kPartition));
        bus_.attach(owners_[0].get());
    }

    // Returns when the other one has it.
    void move_to(std::size_t to) {
        std::promise<void> moved;
        bus_.hold(kPartition);
        owners_[1 - to]->close(kPartition, [&](Handover handover) {
            EXPECT_TRUE(owners_[to]->gain(kPartition));
            forwarded_ += handover.commands.size();
            bus_.hand_over(kPartition, owners_[to].get(), std::move(handover.commands));
            for (Handover::Question& asked : handover.questions) {
                bus_.ask(kPartition, asked.question, std::move(asked.reply));
            }
            moved.set_value();
        });
        moved.get_future().get();
    }

    std::uint32_t submit(UserId uid, pb::ClientFrame command) {
        const std::uint32_t request_id = ++last_request_;
        command.set_request_id(request_id);
        EXPECT_TRUE(bus_.submit(kPartition, {.reply_to = {.node = kNode, .request_id = request_id},
                                             .gid = kGroup,
                                             .uid = uid,
                                             .limits_lifted = true,
                                             .frame = std::move(command)}));
        return request_id;
    }
    std::uint32_t create(UserId uid) {
        pb::ClientFrame command;
        command.mutable_create_group()->mutable_settings()->set_name("tea");
        return submit(uid, std::move(command));
    }
    std::uint32_t join(UserId uid) {
        pb::ClientFrame command;
        command.mutable_join_group()->set_gid(kGroup.value);
        return submit(uid, std::move(command));
    }
    std::uint32_t send(UserId uid, std::uint16_t number) {
        const std::array<std::uint8_t, 10> random{static_cast<std::uint8_t>(uid.value),
                                                  static_cast<std::uint8_t>(number >> 8U),
                                                  static_cast<std::uint8_t>(number)};
        pb::ClientFrame command;
        pb::Body body;
        body.set_text(std::to_string(number));
        command.mutable_send()->set_gid(kGroup.value);
        command.mutable_send()->set_cmid(std::string{Cmid::made_at(now(), random).view()});
        command.mutable_send()->set_body(body.SerializeAsString());
        return submit(uid, std::move(command));
    }

    Result<bus::Reply> ask(bus::Question question) {
        std::promise<Result<bus::Reply>> promise;
        bus_.ask(kPartition, std::move(question),
                 [&](Result<bus::Reply> reply) { promise.set_value(std::move(reply)); });
        return promise.get_future().get();
    }

    static constexpr PartitionId kPartition = partition_of(kGroup);

    store::MemoryStore store_;
    CountingNode node_;
    bus::LocalBus bus_;
    route::LocalRoutes routes_;
    std::array<Lease, 2> leases_;
    std::array<std::unique_ptr<Owner>, 2> owners_;
    std::atomic<std::uint32_t> last_request_{};
    std::atomic<std::size_t> forwarded_{};
};

// While some speak without a pause, the partition goes to and fro.
TEST_F(TwoOwners, WhatIsSentDuringAMoveIsAnsweredOnceAndKeepsItsOrder) {
    constexpr std::uint64_t kSpeakers = 4;
    constexpr std::size_t kMoves = 20;
    ASSERT_TRUE(node_.answer(create(kFirst)).has_group_ready());
    for (std::uint64_t i = 1; i < kSpeakers; ++i) {
        ASSERT_TRUE(node_.answer(join({kFirst.value + i})).has_group_ready());
    }
    std::atomic<bool> ends{};
    std::vector<std::thread> speakers;
    for (std::uint64_t i = 0; i < kSpeakers; ++i) {
        speakers.emplace_back([&, uid = UserId{kFirst.value + i}] {
            for (std::uint16_t number = 0; !ends; ++number) {
                const std::uint32_t request = send(uid, number);
                // Some hundreds wait at any time.
                if (number % 64 == 63) node_.answer(request - 32);
            }
        });
    }
    for (std::size_t i = 1; i <= kMoves; ++i) move_to(i % 2);
    ends = true;
    for (std::thread& speaker : speakers) speaker.join();

    const std::uint32_t last = last_request_;
    for (std::uint32_t request = 1; request <= last; ++request) node_.answer(request);
    std::size_t sends = 0;
    for (const auto& [request, answers] : node_.all()) {
        EXPECT_EQ(answers.size(), 1U) << "request " << request;
        EXPECT_FALSE(answers.front().has_refused()) << answers.front().DebugString();
        if (answers.front().has_sent()) ++sends;
    }
    EXPECT_EQ(store_.head(kGroup)->seq.value, sends);
    EXPECT_GT(forwarded_, 0U) << "nothing waited during any move";
    std::map<std::uint64_t, int> spoken;
    for (Seq from{1}; from <= store_.head(kGroup)->seq;) {
        const auto page = store_.entries(kGroup, from, limits::kRangeEntries);
        ASSERT_TRUE(page && !page->entries.empty());
        for (const LogEntry& entry : page->entries) {
            pb::Entry parsed;
            pb::Body body;
            ASSERT_TRUE(parsed.ParseFromString(*entry.bytes));
            ASSERT_TRUE(body.ParseFromString(parsed.body()));
            EXPECT_EQ(body.text(), std::to_string(spoken[entry.sender.value]++));
        }
        from = page->entries.back().seq + 1;
    }
}

TEST_F(TwoOwners, WhoeverDoesNotHoldThePartitionSaysSo) {
    node_.answer(create(kFirst));
    move_to(1);
    bus_.attach(owners_[0].get());
    EXPECT_EQ(node_.answer(send(kFirst, 1)).refused().code(), pb::CODE_OWNER_MOVED);
    EXPECT_EQ(ask(bus::AskOpen{.gid = kGroup, .uid = kFirst}).error().code, Code::owner_moved);
    EXPECT_EQ(ask(bus::AskEntries{.gid = kGroup, .from = Seq{1}, .count = 1}).error().code,
              Code::owner_moved);
    bus_.attach(owners_[1].get());
    EXPECT_TRUE(node_.answer(send(kFirst, 2)).has_sent());
}

TEST_F(TwoOwners, AReadPositionIsThereForTheNextOwner) {
    node_.answer(create(kFirst));
    node_.answer(send(kFirst, 1));
    for (const std::size_t to : std::array<std::size_t, 4>{1, 0, 1, 0}) {
        node_.answer(send(kFirst, static_cast<std::uint16_t>(2 + to)));
        pb::ClientFrame read;
        read.mutable_read()->set_gid(kGroup.value);
        read.mutable_read()->set_epoch(store_.epoch()->value);
        const Seq head = store_.head(kGroup)->seq;
        read.mutable_read()->set_seq(head.value);
        EXPECT_TRUE(node_.answer(submit(kFirst, std::move(read))).has_done());
        move_to(to);
        const auto opened = ask(bus::AskOpen{.gid = kGroup, .uid = kFirst});
        ASSERT_TRUE(opened);
        EXPECT_EQ(std::get<bus::OpenAnswer>(*opened).member.read, head);
    }
}

TEST_F(TwoOwners, NothingIsAnsweredFromMemoryWhenTheLeaseIsOver) {
    node_.answer(create(kFirst));
    ASSERT_TRUE(ask(bus::AskOpen{.gid = kGroup, .uid = kFirst}));
    leases_[0].good = false;
    EXPECT_EQ(ask(bus::AskOpen{.gid = kGroup, .uid = kFirst}).error().code, Code::owner_moved);
    EXPECT_EQ(node_.answer(send(kFirst, 1)).refused().code(), pb::CODE_OWNER_MOVED);
    // Not even when it is good again: others may have had it meanwhile.
    leases_[0].good = true;
    EXPECT_EQ(ask(bus::AskOpen{.gid = kGroup, .uid = kFirst}).error().code, Code::owner_moved);
    ASSERT_TRUE(owners_[0]->gain(kPartition));
    EXPECT_TRUE(ask(bus::AskOpen{.gid = kGroup, .uid = kFirst}));
}

}  // namespace
}  // namespace stentor::owner
