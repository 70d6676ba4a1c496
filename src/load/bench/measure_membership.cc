// What it costs that somebody joins, leaves or is kicked, and that a message is recalled, in groups
// of a thousand, a hundred thousand and a million members: it should not matter which.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

#include "client/commands.h"
#include "load/bench/made_up_groups.h"
#include "load/bench/progress.h"
#include "load/bench/sample.h"
#include "load/bench/server_cpu.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr std::array<std::size_t, 3> kSizes{1'000, 100'000, 1'000'000};
constexpr std::size_t kComers = 200;  // Who join and go again, one after the other.
constexpr double kFlat = 1.5;         // The largest group's cost over the smallest one's.
constexpr Millis kPatience{60'000};
constexpr std::array<const char*, 4> kOperations{"join", "leave", "kick", "recall"};

constexpr GroupId group_of(std::size_t size) { return {(std::uint64_t{1} << 41U) + size}; }

struct Cost {
    Sample cpu_us;  // Of one operation; a value a round.
    Histogram took;
};

class Setting {
public:
    explicit Setting(const Context& context)
        : context_{context}, testbed_{context, {"--set", "search.index=false"}} {
        for (const std::size_t size : kSizes) {
            if (size <= context.options.members) sizes_.push_back(size);
        }
        if (sizes_.size() < 2) {  // Nothing to compare with.
            throw std::runtime_error{fmt::format("at least {} --members", kSizes[1])};
        }
        fill();
        owner_ = &testbed_.fleet().add_as(testbed_.fleet().user(0), true, true);
        for (std::size_t i = 0; i < kComers; ++i) {
            comers_.push_back(
                &testbed_.fleet().add_as(testbed_.fleet().user(sizes_.back() + i), false, true));
        }
        testbed_.fleet().connect_all();
        for (const std::size_t size : sizes_) owner_->join(group_of(size));
        testbed_.fleet().join_all({}, 0, 1);
    }

    void run() {
        Progress progress{"membership"};
        const std::size_t rounds = context_.options.rounds;
        for (std::size_t round = 0; round <= rounds; ++round) {
            for (std::size_t turn = 0; turn < sizes_.size(); ++turn) {
                const std::size_t size = sizes_[(round + turn) % sizes_.size()];
                one_round(size, round > 0);  // The first one fills caches.
                progress.show(static_cast<double>(round * sizes_.size() + turn) /
                                  static_cast<double>((rounds + 1) * sizes_.size()),
                              fmt::format("{} members", size));
            }
        }
        for (const std::size_t size : sizes_) count_members(size);
        tell();
        testbed_.conclude("membership");
    }

private:
    void fill() {
        Progress progress{"membership: filling"};
        const auto begin = Clock::now();
        std::vector<UserId> members(sizes_.back());
        for (std::size_t n = 0; n < members.size(); ++n) members[n] = testbed_.fleet().user(n);
        testbed_.fill_record([&](store::Store& record) {
            MadeUpGroups made{record};
            for (const std::size_t size : sizes_) {
                made.add(group_of(size), std::span{members}.first(size), "");
            }
            made.finish();
        });
        const std::chrono::duration<double> took = Clock::now() - begin;
        progress.show(1, fmt::format("{:.1f} s", took.count()));
    }

    void one_round(std::size_t size, bool counts) {
        const GroupId gid = group_of(size);
        const auto all_do = [&](const char* what, const auto& ask_one) {
            const ServerCpu cpu{testbed_.own_server()};
            Cost& cost = costs_[{what, size}];
            for (std::size_t i = 0; i < kComers; ++i) {
                const Fleet::Answer answer = ask_one(i);
                if (answer.frame.has_refused()) {
                    throw std::runtime_error{fmt::format(
                        "a {} was refused: {}", what,
                        name_of(Code{static_cast<std::uint16_t>(answer.frame.refused().code())}))};
                }
                if (counts) cost.took.add(static_cast<std::uint64_t>(answer.took.count()));
            }
            if (!counts) return;
            const double used = cpu.seconds({"shard", "hub", "worker", "committer", "loader"});
            cost.cpu_us.values.push_back(used * 1e6 / kComers);
        };
        const auto join = [&](std::size_t i) {
            return testbed_.fleet().ask(*comers_[i], client::join_command(gid));
        };
        all_do("join", join);
        all_do("leave", [&](std::size_t i) {
            return testbed_.fleet().ask(*comers_[i], client::leave_command(gid));
        });
        all_do("join", join);
        all_do("kick", [&](std::size_t i) {
            return testbed_.fleet().ask(*owner_, client::kick_command(gid, comers_[i]->uid()));
        });
        const Seq last = write(gid);
        const Epoch epoch = owner_->client().cursor(gid)->epoch();
        all_do("recall", [&](std::size_t i) {
            const Seq seq{last.value - kComers + 1 + i};
            return testbed_.fleet().ask(
                *owner_, client::recall_command({.gid = gid, .epoch = epoch, .seq = seq}));
        });
    }

    // What is recalled afterwards.
    Seq write(GroupId gid) {
        const auto head = [&] { return owner_->client().cursor(gid)->seq(); };
        const Seq goal = head() + kComers;
        for (std::size_t i = 0; i < kComers; ++i) {
            owner_->send(gid, fmt::format("message {}", i), Clock::now());
        }
        if (!testbed_.fleet().run_until([&] { return head() == goal && owner_->idle(); },
                                        kPatience)) {
            throw std::runtime_error{"the messages were not stored"};
        }
        return goal;
    }

    void count_members(std::size_t size) {
        Member& one = *comers_.front();
        const GroupId gid = group_of(size);
        (void)testbed_.fleet().ask(one, client::join_command(gid));
        const auto answer = testbed_.fleet().ask(one, client::open_command(gid));
        (void)testbed_.fleet().ask(one, client::leave_command(gid));
        if (answer.frame.opened().members() == size + 1) return;
        context_.findings.fail("membership", fmt::format("{} members where {} are", size + 1,
                                                         answer.frame.opened().members()));
    }

    void tell() {
        auto& findings = context_.findings;
        findings.note("membership",
                      fmt::format("{} of each in a round, one at a time, {} rounds; members are "
                                  "not connected but for the owner and those who come and go, and "
                                  "nothing is indexed for search. CPU "
                                  "of shards, hub, workers, committers and loaders; in brackets "
                                  "the least and the largest round.",
                                  kComers, context_.options.rounds));
        Table table{"Cost of one operation by the size of the group",
                    {"", "members", "CPU, us", "answer p50, ms", "answer p99, ms"},
                    {}};
        Plot cpu{"CPU of one operation", "members, as a power of ten", "us", {}};
        Plot answers{"Answer, p50", "members, as a power of ten", "ms", {}};
        for (const char* what : kOperations) {
            cpu.series.push_back({what, {}});
            answers.series.push_back({what, {}});
            for (const std::size_t size : sizes_) {
                const Cost& cost = costs_[{what, size}];
                const double p50 = static_cast<double>(cost.took.at(0.5)) / 1e6;
                const double p99 = static_cast<double>(cost.took.at(0.99)) / 1e6;
                table.rows.push_back({what, fmt::to_string(size), cost.cpu_us.with_spread("{:.0f}"),
                                      fmt::format("{:.2f}", p50), fmt::format("{:.2f}", p99)});
                const double power = std::log10(static_cast<double>(size));
                cpu.series.back().points.emplace_back(power, cost.cpu_us.at(0.5));
                answers.series.back().points.emplace_back(power, p50);
            }
            judge(what);
        }
        findings.table("membership", std::move(table));
        findings.plot("membership", std::move(cpu));
        findings.plot("membership", std::move(answers));
    }

    void judge(const char* what) {
        // Of the least rounds: others' load disturbs those the least.
        const double small = costs_[{what, sizes_.front()}].cpu_us.at(0);
        const double large = costs_[{what, sizes_.back()}].cpu_us.at(0);
        context_.findings.figure(
            "membership",
            fmt::format("{}: CPU with {} members over {}", what, sizes_.back(), sizes_.front()),
            large / small, "");
        if (large > kFlat * small) {
            context_.findings.fail("membership",
                                   fmt::format("a {} costs more in a larger group", what));
        }
    }

    const Context& context_;
    Testbed testbed_;
    std::vector<std::size_t> sizes_;
    Member* owner_{};
    std::vector<Member*> comers_;
    std::map<std::pair<std::string, std::size_t>, Cost> costs_;
};

}  // namespace

void measure_membership(const Context& context) { Setting{context}.run(); }

}  // namespace stentor::bench
