// Three of ten readers stop reading while messages go on: what they cost, whether the others
// notice, and whether they have everything once they are back.

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "load/bench/great_group.h"
#include "load/bench/machine.h"
#include "load/bench/server_metrics.h"

namespace stentor::bench {
namespace {

constexpr const char* kSection = "slow";
constexpr double kShare = 0.3;
constexpr double kAwakeShare = 0.1;     // Of those: they wake up in time to read why.
constexpr std::size_t kMessages = 100;  // In a round; a few rounds fill what the kernel takes.
constexpr int kRounds = 10;
constexpr Millis kGatherWithin{600'000};
constexpr Millis kSayWithin{60'000};
constexpr Millis kBetween{500};
// The bound that is stated: of the server's memory and of pages of TCP, both ends, for each reader
// that is stuck; and what is pinned, or kept by the allocator, however many they are.
constexpr double kBytesEach = 64 * 1024;
constexpr double kBytesBeside = 64.0 * 1024 * 1024;
constexpr double kAimedMoreMs = 20;  // For the others at p99, with three of ten stuck.

struct Memory {
    double server{};
    double tcp{};
    [[nodiscard]] double both() const { return server + tcp; }
};

// How many the server has closed because they took nothing, or too little.
std::size_t closed_as_slow(Testbed& testbed) {
    const ServerMetrics metrics{testbed.own_server()};
    return static_cast<std::size_t>(metrics["stentor_limit_total{limit=\"stuck_within\"}"] +
                                    metrics["stentor_limit_total{limit=\"slow_bytes\"}"]);
}

class Slow {
public:
    Slow(const Context& context, std::size_t watchers)
        : findings_{context.findings},
          group_{context, kSection, {.watchers = watchers, .sleepers = kShare}} {}

    void measure() {
        const std::size_t all = group_.crowd().size();
        if (!group_.gather(all, kGatherWithin)) {
            findings_.fail(kSection, "not everybody could connect");
            return;
        }
        const std::size_t stuck = group_.crowd().sleepers();
        others_ = all - stuck;
        Histogram warm_up;
        (void)say(warm_up);
        peak_ = {};
        Histogram without;
        for (int i = 0; i < kRounds; ++i) (void)say(without);
        const Memory before = std::exchange(peak_, {});

        group_.crowd().fall_asleep();
        const auto end = Clock::now() + 2 * limits::kStuckWithin;
        Histogram with;
        while (closed_as_slow(group_.testbed()) == 0 && Clock::now() < end) (void)say(with);
        tell_times("all read", without);
        tell_times("three of ten are stuck", with);
        tell_more(without, with);
        tell_memory(before, stuck);
        wait_until_closed(stuck);
        come_back(all);
    }
    void conclude() { group_.conclude(); }

private:
    bool say(Histogram& times) {
        group_.crowd().aim(group_.head() + kMessages, Clock::now());
        group_.post(kMessages);
        const bool all =
            group_.wait_until([&] { return group_.crowd().reached() >= others_; }, kSayWithin);
        if (!all) {
            findings_.fail(kSection, fmt::format("messages reached {} of {} that read",
                                                 group_.crowd().reached(), others_));
        }
        times.add(group_.crowd().arrivals());
        const Memory memory{
            .server = static_cast<double>(group_.testbed().own_server().own_bytes()),
            .tcp = static_cast<double>(tcp_bytes())};
        if (memory.both() > peak_.both()) peak_ = memory;
        group_.run_for(kBetween);
        return all;
    }

    void wait_until_closed(std::size_t stuck) {
        const auto end = Clock::now() + limits::kStuckWithin;
        // A few, while the server still waits for them to take its last word.
        while (closed_as_slow(group_.testbed()) < stuck && Clock::now() < end)
            group_.run_for(Millis{100});
        group_.crowd().wake_up(kAwakeShare);
        group_.run_for(limits::kCloseWithin + kBetween);
        const std::size_t closed = closed_as_slow(group_.testbed());
        findings_.figure(kSection, "stuck ones that the server closed", static_cast<double>(closed),
                         "");
        if (closed < stuck) {
            findings_.fail(kSection,
                           fmt::format("of {} that were stuck, {} were closed", stuck, closed));
        }
        const std::uint64_t told = group_.crowd().counts().told_slow;
        findings_.figure(kSection, "told SLOW_CONSUMER, of a tenth that woke up in time",
                         static_cast<double>(told), "");
        if (told == 0) findings_.fail(kSection, "nobody that woke up was told why");
    }

    // The last of the messages, by number; the check at the end compares what they were shown.
    void come_back(std::size_t all) {
        const auto began = Clock::now();
        group_.crowd().wake_up(1);
        group_.crowd().aim(group_.head(), Clock::now());
        const bool complete = group_.wait_until(
            [&] { return group_.crowd().reached() == all && group_.crowd().watching() == all; },
            kSayWithin);
        if (!complete) {
            findings_.fail(kSection,
                           fmt::format("only {} of {} have everything, {} watch",
                                       group_.crowd().reached(), all, group_.crowd().watching()));
        }
        findings_.figure(kSection, "until everybody was back and complete",
                         std::chrono::duration<double>(Clock::now() - began).count(), "s");
    }

    void tell_times(const std::string& when, const Histogram& times) {
        for (const auto& [name, part] : {std::pair{"median", 0.5}, {"p99", 0.99}, {"last", 1.0}}) {
            findings_.figure(
                kSection, fmt::format("{} messages at the others, {}: {}", kMessages, when, name),
                static_cast<double>(times.at(part)) / 1e6, "ms");
        }
    }

    void tell_more(const Histogram& without, const Histogram& with) {
        const double more =
            (static_cast<double>(with.at(0.99)) - static_cast<double>(without.at(0.99))) / 1e6;
        if (more <= kAimedMoreMs) return;
        findings_.note(kSection, fmt::format("the others' p99 grows by {:.1f} ms, above the aim of "
                                             "{} ms",
                                             more, kAimedMoreMs));
    }

    void tell_memory(const Memory& before, std::size_t stuck) {
        const double grown = peak_.both() - before.both();
        const auto each = static_cast<double>(stuck);
        findings_.figure(kSection, "readers that are stuck", each, "");
        findings_.figure(kSection, "server's memory above that before",
                         (peak_.server - before.server) / 1e6, "MB");
        findings_.figure(kSection, "TCP pages above those before", (peak_.tcp - before.tcp) / 1e6,
                         "MB");
        findings_.figure(kSection, "both, for each that is stuck", grown / each / 1'024, "KiB");
        if (grown > kBytesEach * each + kBytesBeside) {
            findings_.fail(kSection,
                           fmt::format("{:.0f} MB are held, more than the bound", grown / 1e6));
        }
    }

    Findings& findings_;
    GreatGroup group_;
    std::size_t others_{};
    Memory peak_;
};

}  // namespace

void measure_slow(const Context& context) {
    Slow slow{context, context.options.watchers};
    slow.measure();
    slow.conclude();
}

}  // namespace stentor::bench
