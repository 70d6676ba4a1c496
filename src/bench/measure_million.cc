// A million in one room: everybody watches, every message reaches each of them, and each checks
// number, sender and body. Then what that takes: memory, CPU time beside bare send(), quiet hours.

#include <fmt/format.h>

#include "bench/great_group.h"
#include "bench/machine_memory.h"
#include "bench/server_cpu.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kMessages = 100;
constexpr std::size_t kMessagesAtOnce = 5;
constexpr Millis kGatherWithin{600'000};
constexpr Millis kSayWithin{120'000};
constexpr Millis kRest{3'000};
constexpr const char* kSection = "million";

double each(std::uint64_t before, std::uint64_t after, std::size_t count) {
    return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(count);
}

bool gather(GreatGroup& group, Findings& findings) {
    const auto began = Clock::now();
    group.run_for(kRest);
    const std::uint64_t own = group.rig().own_server().own_bytes();
    const std::uint64_t kernel = kernel_bytes();
    const ServerCpu cpu{group.rig().own_server()};
    group.timeline().mark("everybody connects");
    const bool all = group.gather(kGatherWithin);
    const std::size_t count = group.crowd().size();
    findings.figure(kSection, "watching", static_cast<double>(group.crowd().watching()), "members");
    if (!all) {
        const crowd::Counts counts = group.crowd().counts();
        findings.fail(kSection, fmt::format("only {} of {} watch; {} attempts, {} ended, {} "
                                            "refused, {} turned away",
                                            counts.watching, count, counts.attempts, counts.ended,
                                            counts.refused, counts.turned_away));
        return false;
    }
    findings.figure(kSection, "to connect, upgrade, greet and open",
                    std::chrono::duration<double>(Clock::now() - began).count(), "s");
    findings.figure(kSection, "server's CPU for it, each",
                    cpu.seconds() * 1e6 / static_cast<double>(count), "us");
    group.run_for(kRest);
    findings.figure(kSection, "server's own memory, a watcher",
                    each(own, group.rig().own_server().own_bytes(), count), "bytes");
    findings.figure(kSection, "kernel's memory, both ends, a watcher",
                    each(kernel, kernel_bytes(), count), "bytes");
    return true;
}

void say_everything(GreatGroup& group, Findings& findings) {
    Histogram lasts;
    std::uint64_t everywhere = 0;
    group.timeline().mark(fmt::format("{} messages, {} at a time", kMessages, kMessagesAtOnce));
    for (std::size_t said = 0; said < kMessages; said += kMessagesAtOnce) {
        const FanoutTimes times = group.say(kMessagesAtOnce, kSayWithin);
        if (times.reached < group.crowd().size()) {
            findings.fail(kSection,
                          fmt::format("{} of {} reached", times.reached, group.crowd().size()));
            return;
        }
        everywhere += kMessagesAtOnce;
        lasts.add(times.last);
    }
    const crowd::Counts counts = group.crowd().counts();
    findings.figure(kSection, "messages that reached every watcher",
                    static_cast<double>(everywhere), "");
    findings.figure(kSection, "entries pushed and checked", static_cast<double>(counts.entries),
                    "");
    findings.figure(kSection, "pushes, a watcher",
                    static_cast<double>(counts.pushes) / static_cast<double>(group.crowd().size()),
                    "");
    findings.figure(kSection, "heads told instead of contents", static_cast<double>(counts.heads),
                    "");
    findings.figure(kSection, "last watcher has the last of five, median of the rounds",
                    static_cast<double>(lasts.at(0.5)) / 1e9, "s");
}

}  // namespace

void measure_million(const Context& context) {
    GreatGroup group{context, kSection, {.watchers = context.options.members}};
    auto& findings = context.findings;
    if (gather(group, findings)) {
        say_everything(group, findings);
    }
    group.conclude();
    group.timeline().plot(findings, kSection);
}

}  // namespace stentor::bench
