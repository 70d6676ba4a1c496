// One slow kind of work delays no other: a node with everything but its disk, real sockets, and
// beside its healthy groups twenty sign-ins a second, a filter that takes two seconds, and a store
// that keeps one partition's commit for five. What healthy members feel is compared with the same
// node's own figures of a moment before. Two planted faults show that the comparison can see.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "auth/password.h"
#include "auth/password_queue.h"
#include "bench/member.h"
#include "filter/filter.h"
#include "outgoing/service_test_kit.h"
#include "server/memory_node_test_kit.h"
#include "store/memory/memory_store.h"

namespace stentor::server {
namespace {

using namespace std::chrono_literals;
using bench::Clock;

constexpr Millis kMargin{20};
constexpr int kTries = 3;  // The best counts: a neighbour on this machine is nobody's fault here.

enum class Planted : std::uint8_t { nothing, filter_on_the_worker, one_committer };

class StallingStore final : public store::MemoryStore {
public:
    // The next commit of this group takes that long.
    void stall(GroupId gid, Millis time) {
        stalls_ms_ = time.count();
        stalled_ = gid.value;
    }

    std::vector<store::Outcome> commit(std::span<const store::Commit> commits) override {
        for (const store::Commit& commit : commits) {
            std::uint64_t gid = commit.gid.value;
            if (gid == 0 || !stalled_.compare_exchange_strong(gid, 0)) continue;
            std::this_thread::sleep_for(Millis{stalls_ms_});
        }
        return MemoryStore::commit(commits);
    }

private:
    std::atomic<std::uint64_t> stalled_;
    std::atomic<Millis::rep> stalls_ms_;
};

// The planted fault: it asks, and waits where it was asked.
class BlockingJudge final : public owner::Judge {
public:
    void judge(const owner::JudgedPost& post, Done done) override {
        if (post.what.body.find("slow") != std::string::npos) std::this_thread::sleep_for(2s);
        done(group::Verdict{.allow = true});
    }
};

std::string judge_slowly(const std::string& /*head*/, const std::string& question) {
    if (question.find("slow") != std::string::npos) std::this_thread::sleep_for(2s);
    return outgoing::http_answer(R"({"allow":true})");
}

struct Node {
    explicit Node(Planted planted)
        : filter{{.url = service.url(), .secret = "s", .within = 3s}},
          whole{store, options(planted), 2} {}
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() { passwords.stop(); }

    owner::OwnerOptions options(Planted planted) {
        owner::OwnerOptions made{.workers = 2, .committers = 2};
        made.groups = {.rate = {}, .staged_max = 1'000, .parked_max = 1'000};
        made.groups.rules.filter = true;
        made.judge = &filter;
        if (planted == Planted::filter_on_the_worker) made.judge = &blocking;
        if (planted == Planted::one_committer) made.committers = 1;
        return made;
    }

    StallingStore store;
    auth::Argon2Hasher hasher;
    auth::PasswordQueue passwords{hasher};
    outgoing::Service service{judge_slowly};
    filter::Filter filter;
    BlockingJudge blocking;
    MemoryNode whole;
};

// Members of one kind, who share a record of what they felt.
struct Crowd {
    Crowd(bench::Loop& loop, ledger::Ledger& ledger)
        : world{loop, ledger, std::make_shared<const client::Settings>()} {}

    // One member and a group of his whose partition is even or odd.
    void add(std::uint64_t uid, bool even) {
        members.push_back(
            std::make_unique<bench::Member>(world, UserId{uid}, std::to_string(uid), true));
        bench::Member& member = *members.back();
        member.start();
        turn_until([&] { return member.connected(); });
        do {
            member.create_group();
            turn_until([&] { return !member.creating(); });
        } while ((partition_of(member.created()).value % 2 == 0) != even);
        gids.push_back(member.created());
    }
    void turn_until(const std::function<bool()>& done) const {
        const auto end = Clock::now() + 30s;
        while (!done()) {
            ASSERT_LT(Clock::now(), end) << "nothing moves";
            world.loop.turn(Millis{1});
        }
    }

    mutable bench::World world;
    std::vector<std::unique_ptr<bench::Member>> members;
    std::vector<GroupId> gids;
};

struct Figures {
    double send_p99_ms{};
    double pull_p99_ms{};
};

class Run {
public:
    explicit Run(Planted planted) : node_{planted} {
        loop_.set_target("127.0.0.1", node_.whole.shards.port());
        for (std::uint64_t i = 0; i < 8; ++i) healthy_.add(100 + i, true);
        // Its worker and its committer are those of the healthy ones; only the filter is slow.
        filtered_.add(200, true);
        stalled_.add(300, false);
    }
    ~Run() {
        node_.passwords.stop();  // It counts sign-ins here.
        for (Crowd* crowd : {&healthy_, &filtered_, &stalled_}) {
            for (const auto& member : crowd->members) member->stop();
        }
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    // How much longer the healthy ones wait with trouble than without, in ms.
    double cost_of_trouble() {
        load(500ms, false);  // Warm.
        const Figures without = load(2s, false);
        const Figures with = load(6s, true);
        healthy_.turn_until([&] { return quiet(healthy_) && quiet(filtered_) && quiet(stalled_); });
        fmt::print("p99 ms without, with: sends {:.1f}, {:.1f}; pulls from memory {:.1f}, {:.1f}\n",
                   without.send_p99_ms, with.send_p99_ms, without.pull_p99_ms, with.pull_p99_ms);
        EXPECT_EQ(healthy_.world.gave_up + filtered_.world.gave_up + stalled_.world.gave_up, 0U);
        EXPECT_GT(sign_ins_, 50);
        EXPECT_EQ(stalled_.world.sent, 1U);
        return std::max(with.send_p99_ms - without.send_p99_ms,
                        with.pull_p99_ms - without.pull_p99_ms);
    }

private:
    static bool quiet(const Crowd& crowd) {
        return std::ranges::all_of(crowd.members,
                                   [](const auto& member) { return member->unanswered() == 0; });
    }

    // 80 sends a second, counted from when each was due, and pulls without a pause.
    Figures load(Millis time, bool trouble) {
        bench::World& world = healthy_.world;
        world.acks = {};
        world.pulls = {};
        const auto begin = Clock::now();
        auto due = begin;
        auto next_sign_in = begin;
        if (trouble) {
            node_.store.stall(stalled_.gids[0], 5s);
            stalled_.members[0]->send(stalled_.gids[0], "kept", begin);
        }
        for (std::size_t i = 0; Clock::now() < begin + time;) {
            for (; due <= Clock::now(); due += 12'500us, ++i) {
                const std::size_t who = i % healthy_.members.size();
                healthy_.members[who]->send(healthy_.gids[who], "hello", due);
            }
            healthy_.members[0]->pull_newest(healthy_.gids[0]);
            if (trouble && next_sign_in <= Clock::now()) {
                next_sign_in += 50ms;
                node_.passwords.check({}, "", "a password", [this](Result<bool>) { ++sign_ins_; });
                if (filtered_.members[0]->unanswered() == 0) {
                    filtered_.members[0]->send(filtered_.gids[0], "slow", Clock::now());
                }
            }
            loop_.turn(Millis{1});
        }
        healthy_.turn_until([&] { return quiet(healthy_); });
        return {.send_p99_ms = static_cast<double>(world.acks.at(0.99)) / 1e6,
                .pull_p99_ms = static_cast<double>(world.pulls.at(0.99)) / 1e6};
    }

    Node node_;
    bench::Loop loop_{1};
    ledger::Ledger ledger_;
    Crowd healthy_{loop_, ledger_};
    Crowd filtered_{loop_, ledger_};
    Crowd stalled_{loop_, ledger_};
    std::atomic<int> sign_ins_{};
};

double best_of(int tries, Planted planted) {
    double best = 1e9;
    for (int i = 0; i < tries && best > static_cast<double>(kMargin.count()); ++i) {
        Run run{planted};
        best = std::min(best, run.cost_of_trouble());
    }
    return best;
}

TEST(Isolation, SlowWorkHoldsUpNobodyElse) {
    EXPECT_LE(best_of(kTries, Planted::nothing), static_cast<double>(kMargin.count()));
}

TEST(Isolation, AFilterAskedOnTheWorkerTurnsItRed) {
    EXPECT_GT(best_of(1, Planted::filter_on_the_worker), static_cast<double>(kMargin.count()));
}

TEST(Isolation, OneCommitterForAllTurnsItRedWhereTheStoreStallsForSome) {
    EXPECT_GT(best_of(1, Planted::one_committer), static_cast<double>(kMargin.count()));
}

}  // namespace
}  // namespace stentor::server
