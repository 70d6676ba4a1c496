// Slow work delays nobody else: a node with everything but its disk, real sockets, and beside its
// healthy groups a sign-in that hashes, a filter that is asked and a store that keeps one
// partition's commit. The three are held until all that healthy members sent and pulled meanwhile
// is answered, so that no clock decides. Two planted faults show that it can be seen.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "auth/password.h"
#include "auth/password_queue.h"
#include "http_client/service_test_kit.h"
#include "load/bench/member.h"
#include "owner/filter/filter.h"
#include "server/wiring/memory_node_test_kit.h"
#include "store/memory/memory_store.h"

namespace stentor::server {
namespace {

using namespace std::chrono_literals;
using bench::Clock;

enum class Planted : std::uint8_t { nothing, filter_on_the_worker, one_committer };

// Threads wait at it until it is opened, and can be seen to.
class Latch {
public:
    void wait() {
        somebody_waits_ = true;
        open_.wait(false);
    }
    void open() {
        open_ = true;
        open_.notify_all();
    }
    [[nodiscard]] bool somebody_waits() const { return somebody_waits_; }

private:
    std::atomic<bool> somebody_waits_;
    std::atomic<bool> open_;
};

class HoldingStore final : public store::MemoryStore {
public:
    explicit HoldingStore(Latch& latch) : latch_{latch} {}

    // The next commit of this group is kept.
    void hold(GroupId gid) { held_ = gid.value; }

    std::vector<store::Outcome> commit(std::span<const store::Commit> commits,
                                       std::span<const store::ReadPosition> positions) override {
        for (const store::Commit& commit : commits) {
            std::uint64_t gid = commit.gid.value;
            if (gid != 0 && held_.compare_exchange_strong(gid, 0)) latch_.wait();
        }
        return MemoryStore::commit(commits, positions);
    }

private:
    Latch& latch_;
    std::atomic<std::uint64_t> held_;
};

class HoldingHasher final : public auth::PasswordHasher {
public:
    explicit HoldingHasher(Latch& latch) : latch_{latch} {}

    [[nodiscard]] Result<std::string> hash(std::string_view password) override {
        return std::string{password};
    }
    [[nodiscard]] bool matches(std::string_view /*encoded*/,
                               std::string_view /*password*/) override {
        latch_.wait();
        return false;
    }
    [[nodiscard]] std::string_view decoy() const override { return "decoy"; }

private:
    Latch& latch_;
};

// The planted fault: it asks, and waits where it was asked.
class BlockingJudge final : public owner::PostFilter {
public:
    explicit BlockingJudge(Latch& latch) : latch_{latch} {}

    void judge(const owner::FilteredPost& post, Done done) override {
        if (post.what.body.find("slow") != std::string::npos) latch_.wait();
        done(group::Verdict{.allow = true});
    }

private:
    Latch& latch_;
};

struct Node {
    explicit Node(Planted planted)
        : filter{{.url = service.url(), .secret = "s", .within = 60s}},
          whole{store, options(planted), 2} {}
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() { release(); }

    [[nodiscard]] bool all_held() const {
        return hashing.somebody_waits() && asking.somebody_waits() && committing.somebody_waits();
    }
    void release() {
        for (Latch* latch : {&hashing, &asking, &committing}) latch->open();
    }
    std::string answer(const std::string& question) {
        if (question.find("slow") != std::string::npos) asking.wait();
        return http_client::http_answer(R"({"allow":true})");
    }

    owner::OwnerOptions options(Planted planted) {
        owner::OwnerOptions made{.workers = 2, .committers = 2};
        made.groups = {.rate = {}, .staged_max = 1'000, .parked_max = 1'000};
        made.groups.rules.filter = true;
        made.judge = &filter;
        if (planted == Planted::filter_on_the_worker) made.judge = &blocking;
        if (planted == Planted::one_committer) made.committers = 1;
        return made;
    }

    Latch hashing;
    Latch asking;
    Latch committing;
    HoldingStore store{committing};
    HoldingHasher hasher{hashing};
    auth::PasswordQueue passwords{hasher};
    http_client::Service service{
        [this](const std::string& /*head*/, const std::string& body) { return answer(body); }};
    filter::Filter filter;
    BlockingJudge blocking{asking};
    MemoryNode whole;
};

// Members of one kind.
struct Crowd {
    Crowd(bench::Loop& loop, ledger::Ledger& ledger)
        : world{loop, ledger, std::make_shared<const client::Settings>()} {}

    // One member and a group of theirs whose partition is even or odd.
    void add(std::uint64_t uid, bool even) {
        members.push_back(
            std::make_unique<bench::Member>(world, UserId{uid}, std::to_string(uid), true));
        bench::Member& member = *members.back();
        member.start();
        ASSERT_TRUE(turn_until([&] { return member.connected(); }));
        do {
            member.create_group();
            ASSERT_TRUE(turn_until([&] { return !member.creating(); }));
        } while ((partition_of(member.created()).value % 2 == 0) != even);
        gids.push_back(member.created());
    }
    // False: not within the time, which only a server that hangs needs.
    [[nodiscard]] bool turn_until(const std::function<bool()>& done, Millis within = 60s) const {
        const auto end = Clock::now() + within;
        while (!done()) {
            if (Clock::now() >= end) return false;
            world.loop.turn(Millis{1});
        }
        return true;
    }
    [[nodiscard]] bool quiet() const {
        return std::ranges::all_of(members,
                                   [](const auto& member) { return member->unanswered() == 0; });
    }

    mutable bench::World world;
    std::vector<std::unique_ptr<bench::Member>> members;
    std::vector<GroupId> gids;
};

class Trial {
public:
    explicit Trial(Planted planted) : node_{planted} {
        loop_.set_target("127.0.0.1", node_.whole.shards.port());
        for (std::uint64_t i = 0; i < 8; ++i) healthy_.add(100 + i, true);
        // Its worker and its committer are those of the healthy ones; only the filter is slow.
        filtered_.add(200, true);
        stalled_.add(300, false);
    }
    ~Trial() {
        node_.passwords.stop();  // It counts sign-ins here.
        for (Crowd* crowd : {&healthy_, &filtered_, &stalled_}) {
            for (const auto& member : crowd->members) member->stop();
        }
    }
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    // Whether all that healthy members ask for is answered while the slow work is held.
    bool others_are_served(Millis within) {
        node_.store.hold(stalled_.gids[0]);
        stalled_.members[0]->send(stalled_.gids[0], "kept", Clock::now());
        filtered_.members[0]->send(filtered_.gids[0], "slow", Clock::now());
        node_.passwords.check({}, "", "a password", [this](Result<bool>) { ++sign_ins_; });
        EXPECT_TRUE(healthy_.turn_until([&] { return node_.all_held(); }));

        for (int i = 0; i < kRounds; ++i) {
            for (std::size_t who = 0; who < healthy_.members.size(); ++who) {
                healthy_.members[who]->send(healthy_.gids[who], "hello", Clock::now());
                healthy_.members[who]->pull_newest(healthy_.gids[who]);
            }
        }
        const bool served = healthy_.turn_until([&] { return healthy_.quiet(); }, within);
        EXPECT_EQ(stalled_.world.sent + filtered_.world.sent, 0U) << "it was not held";

        node_.release();
        EXPECT_TRUE(healthy_.turn_until([&] {
            return healthy_.quiet() && filtered_.quiet() && stalled_.quiet() && sign_ins_ == 1;
        }));
        EXPECT_EQ(healthy_.world.gave_up + filtered_.world.gave_up + stalled_.world.gave_up, 0U);
        EXPECT_EQ(healthy_.world.sent, kRounds * healthy_.members.size());
        EXPECT_EQ(stalled_.world.sent, 1U);
        EXPECT_EQ(filtered_.world.sent, 1U);
        return served;
    }

private:
    static constexpr int kRounds = 20;

    Node node_;
    bench::Loop loop_{1};
    ledger::Ledger ledger_;
    Crowd healthy_{loop_, ledger_};
    Crowd filtered_{loop_, ledger_};
    Crowd stalled_{loop_, ledger_};
    std::atomic<int> sign_ins_{};
};

TEST(Isolation, SlowWorkHoldsUpNobodyElse) {
    EXPECT_TRUE(Trial{Planted::nothing}.others_are_served(60s));
}

TEST(Isolation, AFilterAskedOnTheWorkerTurnsItRed) {
    EXPECT_FALSE(Trial{Planted::filter_on_the_worker}.others_are_served(1s));
}

TEST(Isolation, OneCommitterForAllTurnsItRedWhereTheStoreStallsForSome) {
    EXPECT_FALSE(Trial{Planted::one_committer}.others_are_served(1s));
}

}  // namespace
}  // namespace stentor::server
