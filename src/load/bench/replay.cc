#include <fmt/format.h>
#include <sodium/core.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "load/bench/bench.h"
#include "load/bench/chat_file.h"
#include "load/bench/fleet.h"
#include "load/bench/progress.h"

namespace stentor::bench {
namespace {

using namespace std::chrono_literals;

// Two missed pulses and their slack: whoever has lost a head without noticing finds out by then.
constexpr Millis kPatience{70'000};
constexpr double kBreathMs = 200;  // Between the last join and the first line.

struct Plan {
    struct Break {
        Clock::time_point at;
        std::size_t member;
    };
    std::vector<Break> breaks;  // In the order of time.
};

// Each of a share of all clients hangs up once, at a moment of its own.
Plan plan_breaks(Loop& loop, const ReplayOptions& options, std::size_t members,
                 Clock::time_point begin, Clock::duration length) {
    Plan plan;
    for (std::size_t i = 0; i < members; ++i) {
        const double dice = static_cast<double>(loop.random() >> 11U) * 0x1p-53;
        if (dice >= options.reconnect) continue;
        const double when = static_cast<double>(loop.random() >> 11U) * 0x1p-53;
        plan.breaks.push_back(
            {begin + std::chrono::duration_cast<Clock::duration>(length * when), i});
    }
    std::ranges::sort(plan.breaks, {}, &Plan::Break::at);
    return plan;
}

class Replay {
public:
    Replay(const ReplayOptions& options, Chat chat) : options_(options), chat_(std::move(chat)) {}

    int run(const Endpoint& server, const std::filesystem::path& secrets) {
        world_.loop.set_target(server.address, server.port);
        Fleet fleet{world_, server, secrets};
        for (std::size_t i = 0; i < chat_.senders + options_.members; ++i) {
            fleet.add(true, options_.lift_limits && i < chat_.senders);
        }
        fmt::print("{} senders and {} readers, {} lines, {} times as fast\n", chat_.senders,
                   options_.members, chat_.lines.size(), options_.speed);
        fleet.connect_all();
        const GroupId gid = fleet.make_group(fleet[0]);
        fleet.join_all({gid}, 1, fleet.size());
        play(fleet, gid);
        const bool settled = finish(fleet);
        const ledger::Report report = ledger_.check();
        const std::uint64_t lost = world_.lost_connections;
        fleet.stop_all();  // Which hangs up all of them.
        world_.lost_connections = lost;
        return conclude(report, settled);
    }

private:
    void play(Fleet& fleet, GroupId gid) {
        Progress progress{"playing"};
        const auto begin = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double, std::milli>{kBreathMs});
        const auto due = [&](std::size_t line) {
            const double ms = static_cast<double>(chat_.lines[line].ms) / options_.speed;
            return begin + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double, std::milli>{ms});
        };
        const auto length = due(chat_.lines.size() - 1) - begin;
        const Plan plan = plan_breaks(world_.loop, options_, fleet.size(), begin, length);
        std::size_t line = 0;
        std::size_t broken = 0;
        while (line < chat_.lines.size() || broken < plan.breaks.size()) {
            const auto at = Clock::now();
            for (; line < chat_.lines.size() && due(line) <= at; ++line) {
                const ChatLine& said = chat_.lines[line];
                fleet[said.sender].send(gid, said.text, due(line));
            }
            for (; broken < plan.breaks.size() && plan.breaks[broken].at <= at; ++broken) {
                const Millis pause{world_.loop.random() % 500};
                fleet[plan.breaks[broken].member].reconnect(pause);
            }
            world_.loop.turn(Millis{1});
            show(progress, static_cast<double>(line) / static_cast<double>(chat_.lines.size()),
                 line);
        }
        reconnected_ = broken;
    }

    bool finish(Fleet& fleet) {
        Progress progress{"catching up"};
        show(progress, 1, chat_.lines.size());
        return fleet.settle(kPatience);
    }

    void show(Progress& progress, double fraction, std::size_t lines) {
        progress.show(fraction, fmt::format("{} lines, {} stored, {} delivered, {} held back",
                                            lines, world_.sent, world_.applied, world_.held));
    }

    int conclude(const ledger::Report& report, bool settled) {
        for (const std::string& words : report.told) fmt::print("violation: {}\n", words);
        for (const std::string& why : world_.stopped_because) fmt::print("refused: {}\n", why);
        if (!settled) fmt::print("not everybody reached the head before patience ran out\n");
        fmt::print(
            "acknowledged in p50 {:.1f} ms, p99 {:.1f} ms; held back {} times; "
            "{} clients reconnected, {} connections lost\n",
            static_cast<double>(world_.acks.at(0.5)) / 1e6,
            static_cast<double>(world_.acks.at(0.99)) / 1e6, world_.held, reconnected_,
            world_.lost_connections);
        const bool all_stored = report.stored == chat_.lines.size();
        fmt::print("{} lines read, {} stored, {} delivered; {}\n", chat_.lines.size(),
                   report.stored, report.delivered, report.summary());
        return report.clean() && settled && all_stored ? 0 : 1;
    }

    const ReplayOptions& options_;
    Chat chat_;
    Loop loop_{options_.seed};
    ledger::Ledger ledger_;
    World world_{loop_, ledger_, [] {
                     auto settings = std::make_shared<client::Settings>();
                     settings->name = "stentor-replay/1";
                     settings->pull_everything = true;
                     return settings;
                 }()};
    std::size_t reconnected_{};
};

}  // namespace

int run_replay(const ReplayOptions& options) try {
    if (sodium_init() < 0) return 1;
    raise_descriptor_limit();
    auto chat = read_chat(options.file, options.limit);
    if (!chat) {
        fmt::print(stderr, "{}: {}\n", options.file.string(),
                   chat.error().code == Code::not_found
                       ? "no such file; tests/data/made_up_chat.tsv is always there"
                       : "a line is not milliseconds, sender and text with tabs between");
        return 1;
    }
    if (chat->lines.empty()) {
        fmt::print(stderr, "{} holds no lines\n", options.file.string());
        return 1;
    }
    Replay replay{options, std::move(*chat)};
    if (!options.target.url.empty()) {
        return replay.run(endpoint_of(options.target.url), options.target.secrets);
    }
    const Scratch scratch;
    ServerProcess server{options.target.server, scratch.path() / "data"};
    server.start();
    const int code = replay.run(server.endpoint(), server.secrets());
    server.stop();
    return code;
} catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
}

}  // namespace stentor::bench
