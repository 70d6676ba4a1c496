// A million in one room: everybody watches, every message reaches each of them, and each checks
// number, sender and body. Then what that takes: memory, CPU time beside bare send(), quiet hours,
// and further groups that nobody has open.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "load/bench/fanout_pairs.h"
#include "load/bench/further_groups.h"
#include "load/bench/great_group.h"
#include "load/bench/machine.h"
#include "load/bench/progress.h"
#include "load/bench/server_cpu.h"
#include "load/bench/server_metrics.h"
#include "load/bench/server_socket_floor.h"
#include "wire/envelope.h"

namespace stentor::bench {
namespace {

constexpr const char* kSection = "million";
constexpr double kAimedBytes = 500;             // Of the server's own memory, a watcher.
constexpr std::size_t kJudgedFrom = 1'000'000;  // Fewer do not outweigh what is there once.
constexpr double kAimedQuietPercent = 10;       // Of a core.
constexpr double kAimedRatio = 0.9;             // The raw floor's CPU over ours, lower quartile.
constexpr std::size_t kMessages = 100;
constexpr std::size_t kMessagesAtOnce = 5;
constexpr std::array<std::size_t, 2> kStops{20'000, 100'000};  // On the way to all.
constexpr Millis kGatherWithin{900'000};
constexpr Millis kSayWithin{120'000};
constexpr Millis kRest{3'000};
constexpr Millis kRestOfPair{500};
constexpr double kQuietMostS = 125;  // A pulse of everybody, and a little.
constexpr double kQuietOverLoad = 12.5;
constexpr std::size_t kBusyPerSecond = 100;
constexpr Millis kBusyTurn{100};
constexpr Millis kBusyStart{3'000};
constexpr std::size_t kWarmUpTurns = 20;  // Of a second's messages each.

class Million {
public:
    explicit Million(const Context& context)
        : context_{context},
          findings_{context.findings},
          group_{context, kSection, {.watchers = context.options.members}} {}

    void run() {
        if (go_through()) group_.timeline().mark("done");
        group_.conclude();
        group_.timeline().plot(findings_, kSection);
    }

private:
    bool go_through();
    void warm_up();
    bool gather(std::size_t count);
    void tell_memory_in_all();
    bool pairs();
    bool borrow_floor(std::unique_ptr<ServerSocketFloor>& floor);
    bool say_everything();
    void tell_everything(const crowd::Counts& before, const crowd::Counts& after);
    bool busy();
    void quiet();
    bool all_reached(const FanoutTimes& times, const char* what);
    [[nodiscard]] ServerProcess& server() { return group_.testbed().own_server(); }
    void figure(const std::string& name, double value, const std::string& unit) {
        findings_.figure(kSection, name, value, unit);
    }

    const Context& context_;
    Findings& findings_;
    GreatGroup group_;
    std::uint64_t own_at_start_{};
};

double each(std::uint64_t before, std::uint64_t after, std::size_t count) {
    return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(count);
}

bool Million::go_through() {
    warm_up();
    own_at_start_ = server().own_bytes();
    for (const std::size_t stop : kStops) {
        if (stop >= group_.crowd().size()) break;
        if (!gather(stop) || !pairs()) return false;
        if (stop == kStops.back() && !busy()) return false;
    }
    if (!gather(group_.crowd().size())) return false;
    tell_memory_in_all();
    if (!say_everything() || !pairs()) return false;
    quiet();
    return true;
}

// What is made once, whoever watches, is made now: it would count as the watchers'.
void Million::warm_up() {
    for (std::size_t turn = 0; turn < kWarmUpTurns; ++turn) {
        group_.post(kBusyPerSecond);
        group_.run_for(kBusyTurn);
    }
    group_.testbed().fleet().settle(kSayWithin);
}

bool Million::all_reached(const FanoutTimes& times, const char* what) {
    if (times.reached >= group_.gathered()) return true;
    findings_.fail(kSection,
                   fmt::format("{}: {} of {} reached", what, times.reached, group_.gathered()));
    return false;
}

// Memory is counted from those who came first, when whatever is made once had been made.
bool Million::gather(std::size_t count) {
    group_.run_for(kRest);
    const std::size_t more = count - group_.gathered();
    const std::uint64_t own = server().own_bytes();
    const double cached = ServerMetrics{server()}[kStoreCacheBytes];
    const std::uint64_t kernel = kernel_bytes();
    const ServerCpu cpu{server()};
    const auto began = Clock::now();
    group_.timeline().mark(fmt::format("{} connect", count));
    const bool all = group_.gather(count, kGatherWithin);
    const double took_s = std::chrono::duration<double>(Clock::now() - began).count();
    const crowd::Counts counts = group_.crowd().counts();
    if (!all) {
        findings_.fail(kSection, fmt::format("only {} of {} watch; {} attempts, {} ended, {} "
                                             "refused, {} turned away",
                                             counts.watching, count, counts.attempts, counts.ended,
                                             counts.refused, counts.turned_away));
        return false;
    }
    const std::string who = fmt::format("{} watchers", count);
    figure(who + ": connected, greeted and opened within", took_s, "s");
    figure(who + ": server's CPU for it, each", cpu.seconds() * 1e6 / static_cast<double>(more),
           "us");
    group_.run_for(kRest);
    figure(who + ": server's own memory, each", each(own, server().own_bytes(), more), "bytes");
    figure(who + ": of it blocks that the store has read, each",
           (ServerMetrics{server()}[kStoreCacheBytes] - cached) / static_cast<double>(more),
           "bytes");
    figure(who + ": kernel's memory, both ends, each", each(kernel, kernel_bytes(), more), "bytes");
    return true;
}

// Of everybody, from a server that nobody watches yet: those who came later use again what load had
// made grow before them, so that what they add says too little.
void Million::tell_memory_in_all() {
    const std::size_t watchers = group_.gathered();
    const double bytes = each(own_at_start_, server().own_bytes(), watchers);
    figure("server's own memory in all, a watcher", bytes, "bytes");
    if (bytes <= kAimedBytes) return;
    const std::string words = fmt::format("above the aim of {} bytes a watcher", kAimedBytes);
    if (watchers >= kJudgedFrom) {
        findings_.fail(kSection, words);
    } else {
        findings_.note(kSection, words + ", of few watchers");
    }
}

// Left empty where this kernel has none. False: it is not beside those who watch.
bool Million::borrow_floor(std::unique_ptr<ServerSocketFloor>& floor) {
    try {
        floor = std::make_unique<ServerSocketFloor>(server(), "127.1.");
    } catch (const std::runtime_error& error) {
        findings_.note(kSection, fmt::format("no raw floor: {}", error.what()));
        return true;
    }
    if (floor->sockets() == group_.gathered()) return true;
    findings_.fail(kSection, fmt::format("{} sockets of {}", floor->sockets(), group_.gathered()));
    return false;
}

// One message to everybody, and the same bytes from bare send(), in turns.
bool Million::pairs() {
    const std::size_t watchers = group_.gathered();
    const std::string who = fmt::format("{} watchers", watchers);
    if (!all_reached(group_.say(1, kSayWithin), "one message")) return false;
    group_.run_for(kRestOfPair);
    std::unique_ptr<ServerSocketFloor> floor;
    if (!borrow_floor(floor)) return false;
    FanoutPairs pairs;
    std::uint64_t pulses = 0;
    Progress progress{fmt::format("{}: {}, beside the raw floor", kSection, who)};
    for (std::size_t pair = 0; pair < context_.options.pairs; ++pair) {
        progress.show(static_cast<double>(pair) / static_cast<double>(context_.options.pairs), "");
        const std::uint64_t pulses_before = group_.crowd().counts().pulses;
        const ServerCpu cpu{server()};
        FanoutTimes ours = group_.say(1, kSayWithin);
        ours.cpu = static_cast<std::uint64_t>(cpu.seconds({"shard"}) * 1e9);
        pulses += group_.crowd().counts().pulses - pulses_before;
        if (!all_reached(ours, "one message")) return false;
        group_.run_for(kRestOfPair);
        std::optional<FanoutTimes> theirs;
        if (floor) {
            const std::string frame = wire::websocket_frame(group_.crowd().newest_push());
            theirs = group_.drill(*floor, frame, kSayWithin);
            if (!all_reached(*theirs, "the raw floor")) return false;
            group_.run_for(kRestOfPair);
        }
        pairs.add(ours, theirs);
    }
    pairs.tell(findings_, kSection, who);
    figure(who + ": pulses while our CPU was counted, in all runs", static_cast<double>(pulses),
           "");
    if (pairs.ratio_at(0.25).value_or(1) < kAimedRatio) {
        findings_.note(kSection,
                       fmt::format("{}: the raw floor's CPU over stentor's, lower quartile, is "
                                   "below the aim of {}",
                                   who, kAimedRatio));
    }
    return true;
}

bool Million::say_everything() {
    Histogram lasts;
    const crowd::Counts before = group_.crowd().counts();
    group_.timeline().mark(fmt::format("{} messages, {} at a time", kMessages, kMessagesAtOnce));
    Progress progress{fmt::format("{}: {} messages to {}", kSection, kMessages, group_.gathered())};
    for (std::size_t said = 0; said < kMessages; said += kMessagesAtOnce) {
        progress.show(static_cast<double>(said) / kMessages, "");
        const FanoutTimes times = group_.say(kMessagesAtOnce, kSayWithin);
        if (!all_reached(times, "five messages")) return false;
        lasts.add(times.last);
    }
    tell_everything(before, group_.crowd().counts());
    figure("last watcher has the last of five, median", static_cast<double>(lasts.at(0.5)) / 1e9,
           "s");
    return true;
}

// Everybody has the last one; that they were pushed each of them, and pulled none, is judged here.
void Million::tell_everything(const crowd::Counts& before, const crowd::Counts& after) {
    const auto watchers = static_cast<double>(group_.gathered());
    const std::uint64_t entries = after.entries - before.entries;
    const std::uint64_t pushes = after.pushes - before.pushes;
    const std::uint64_t ended = after.ended - before.ended;
    figure("messages pushed to a watcher", static_cast<double>(entries) / watchers, "");
    figure("entries pushed and checked", static_cast<double>(entries), "");
    figure("pushes, a watcher", static_cast<double>(pushes) / watchers, "");
    figure("heads told instead of contents", static_cast<double>(after.heads - before.heads), "");
    figure("connections that ended meanwhile", static_cast<double>(ended), "");
    if (entries != kMessages * group_.gathered()) {
        findings_.fail(kSection, "not every entry came as a push");
    }
    // Each round waits for the one before.
    if (pushes < kMessages / kMessagesAtOnce * group_.gathered()) {
        findings_.fail(kSection, "there were fewer pushes than rounds");
    }
    if (ended > 0) findings_.fail(kSection, fmt::format("{} connections ended", ended));
}

// As much as a hundred messages a second make, each to all: passes take what gathered meanwhile.
// Counted between two moments of the load, when it has run for a while and before it ends.
bool Million::busy() {
    group_.timeline().mark(fmt::format("{} messages a second", kBusyPerSecond));
    const auto began = Clock::now();
    std::size_t said = 0;
    const auto go_on = [&](Clock::time_point end) {
        while (Clock::now() < end) {
            const std::chrono::duration<double> gone = Clock::now() - began;
            const auto due = static_cast<std::size_t>(gone.count() * kBusyPerSecond);
            if (due > said) group_.post(due - std::exchange(said, due));
            group_.run_for(kBusyTurn);
        }
    };
    go_on(began + kBusyStart);
    const crowd::Counts before = group_.crowd().counts();
    const ServerCpu cpu{server()};
    const auto counted = Clock::now();
    go_on(counted + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>{context_.options.seconds}));
    const double took_s = std::chrono::duration<double>(Clock::now() - counted).count();
    const double cores = cpu.seconds() / took_s;
    const crowd::Counts after = group_.crowd().counts();
    if (!all_reached(group_.say(1, kSayWithin), "the message after the load")) return false;
    const auto entries =
        static_cast<double>(after.entries + after.fetched - before.entries - before.fetched);
    const std::string who =
        fmt::format("{} watchers, {} messages/s: ", group_.gathered(), kBusyPerSecond);
    figure(who + "delivered and checked", entries / took_s / 1e6, "million/s");
    figure(who + "server's CPU", cores, "cores");
    figure(who + "entries a push",
           static_cast<double>(after.entries - before.entries) /
               static_cast<double>(std::max<std::uint64_t>(after.pushes - before.pushes, 1)),
           "");
    figure(who + "of them fetched", static_cast<double>(after.fetched - before.fetched), "");
    figure(who + "connections that ended meanwhile",
           static_cast<double>(after.ended - before.ended), "");
    return true;
}

// As long as a pulse of everybody takes, or shorter with a shorter load.
void Million::quiet() {
    group_.timeline().mark("quiet");
    group_.run_for(kRest);
    const crowd::Counts before = group_.crowd().counts();
    const ServerCpu cpu{server()};
    const auto began = Clock::now();
    group_.run_for(std::chrono::duration_cast<Millis>(std::chrono::duration<double>{
        std::min(kQuietMostS, kQuietOverLoad * context_.options.seconds)}));
    const double span_s = std::chrono::duration<double>(Clock::now() - began).count();
    const double percent = cpu.seconds() / span_s * 100;
    figure("quiet: server's CPU", percent, "% of a core");
    figure("quiet: pulses, a watcher and minute",
           static_cast<double>(group_.crowd().counts().pulses - before.pulses) /
               static_cast<double>(group_.gathered()) / span_s * 60,
           "");
    if (percent > kAimedQuietPercent) {
        findings_.note(kSection, fmt::format("above the aim of {} % of a core in quiet hours",
                                             kAimedQuietPercent));
    }
}

}  // namespace

void measure_million(const Context& context) {
    Million{context}.run();
    measure_further_groups(context, kSection);
}

}  // namespace stentor::bench
