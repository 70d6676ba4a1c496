// A million in one room: everybody watches, every message reaches each of them, and each checks
// number, sender and body. Then what that takes: memory, CPU time beside bare send(), quiet hours.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "bench/borrowed_floor.h"
#include "bench/fanout_pairs.h"
#include "bench/great_group.h"
#include "bench/machine.h"
#include "bench/progress.h"
#include "bench/server_cpu.h"
#include "bench/server_metrics.h"
#include "wire/envelope.h"

namespace stentor::bench {
namespace {

constexpr const char* kSection = "million";
constexpr const char* kCached = "stentor_store_bytes{of=\"cache\"}";
constexpr std::size_t kMessages = 100;
constexpr std::size_t kMessagesAtOnce = 5;
constexpr std::array<std::size_t, 2> kStops{20'000, 100'000};  // On the way to all.
constexpr Millis kGatherWithin{900'000};
constexpr Millis kSayWithin{120'000};
constexpr Millis kRest{3'000};
constexpr Millis kRestOfPair{500};
constexpr Millis kQuiet{125'000};  // A pulse of everybody, and a little.
constexpr std::size_t kBusyPerSecond = 100;
constexpr Millis kBusyTurn{100};
constexpr Millis kBusyStart{3'000};

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
    bool gather(std::size_t count);
    bool pairs();
    bool say_everything();
    bool busy();
    void quiet();
    [[nodiscard]] ServerProcess& server() { return group_.rig().own_server(); }
    void figure(const std::string& name, double value, const std::string& unit) {
        findings_.figure(kSection, name, value, unit);
    }

    const Context& context_;
    Findings& findings_;
    GreatGroup group_;
};

double each(std::uint64_t before, std::uint64_t after, std::size_t count) {
    return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(count);
}

bool Million::go_through() {
    for (const std::size_t stop : kStops) {
        if (stop >= group_.crowd().size()) break;
        if (!gather(stop) || !pairs()) return false;
        if (stop == kStops.back() && !busy()) return false;
    }
    if (!gather(group_.crowd().size()) || !say_everything() || !pairs()) return false;
    quiet();
    return true;
}

// Memory is counted from those who came first, when whatever is made once had been made.
bool Million::gather(std::size_t count) {
    group_.run_for(kRest);
    const std::size_t more = count - group_.gathered();
    const std::uint64_t own = server().own_bytes();
    const double cached = ServerMetrics{server()}[kCached];
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
           (ServerMetrics{server()}[kCached] - cached) / static_cast<double>(more), "bytes");
    figure(who + ": kernel's memory, both ends, each", each(kernel, kernel_bytes(), more), "bytes");
    return true;
}

// One message to everybody, and the same bytes from bare send(), in turns.
bool Million::pairs() {
    const std::size_t watchers = group_.gathered();
    FanoutPairs pairs;
    if (!group_.say(1, kSayWithin).reached) return false;
    group_.run_for(kRestOfPair);
    BorrowedFloor floor{server(), "127.1."};
    if (floor.sockets() != watchers) {
        findings_.fail(kSection, fmt::format("{} sockets of {}", floor.sockets(), watchers));
        return false;
    }
    Progress progress{fmt::format("{}: {} watchers, beside the raw floor", kSection, watchers)};
    for (std::size_t pair = 0; pair < context_.options.pairs; ++pair) {
        progress.show(static_cast<double>(pair) / static_cast<double>(context_.options.pairs), "");
        const ServerCpu cpu{server()};
        FanoutTimes ours = group_.say(1, kSayWithin);
        if (ours.reached < watchers) {
            findings_.fail(kSection, fmt::format("{} of {} reached", ours.reached, watchers));
            return false;
        }
        ours.cpu = static_cast<std::uint64_t>(cpu.seconds({"shard"}) * 1e9);
        group_.run_for(kRestOfPair);
        const std::string frame = wire::websocket_frame(group_.crowd().newest_push());
        const FanoutTimes theirs = group_.drill(floor, frame, kSayWithin);
        group_.run_for(kRestOfPair);
        pairs.add(ours, theirs);
    }
    pairs.tell(findings_, kSection, fmt::format("{} watchers", watchers));
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
        if (times.reached < group_.gathered()) {
            findings_.fail(kSection,
                           fmt::format("{} of {} reached", times.reached, group_.gathered()));
            return false;
        }
        lasts.add(times.last);
    }
    const crowd::Counts after = group_.crowd().counts();
    const auto watchers = static_cast<double>(group_.gathered());
    figure("messages that reached every watcher", kMessages, "");
    figure("entries pushed and checked", static_cast<double>(after.entries - before.entries), "");
    figure("pushes, a watcher", static_cast<double>(after.pushes - before.pushes) / watchers, "");
    figure("heads told instead of contents", static_cast<double>(after.heads - before.heads), "");
    figure("last watcher has the last of five, median", static_cast<double>(lasts.at(0.5)) / 1e9,
           "s");
    return true;
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
    const FanoutTimes times = group_.say(1, kSayWithin);
    if (times.reached < group_.gathered()) {
        findings_.fail(kSection, fmt::format("{} of {} reached", times.reached, group_.gathered()));
        return false;
    }
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
    return true;
}

void Million::quiet() {
    group_.timeline().mark("quiet");
    group_.run_for(kRest);
    const crowd::Counts before = group_.crowd().counts();
    const ServerCpu cpu{server()};
    const auto began = Clock::now();
    group_.run_for(kQuiet);
    const double span_s = std::chrono::duration<double>(Clock::now() - began).count();
    figure("quiet: server's CPU", cpu.seconds() / span_s * 100, "% of a core");
    figure("quiet: pulses, a watcher and minute",
           static_cast<double>(group_.crowd().counts().pulses - before.pulses) /
               static_cast<double>(group_.gathered()) / span_s * 60,
           "");
}

}  // namespace

void measure_million(const Context& context) { Million{context}.run(); }

}  // namespace stentor::bench
