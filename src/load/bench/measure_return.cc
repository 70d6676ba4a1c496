// The return of everybody: after a crash and a cold start, and after a drain that told each when to
// come back. Every member is in three groups and behind in the great one.

#include <fmt/format.h>

#include "load/bench/great_group.h"
#include "load/bench/server_cpu.h"

namespace stentor::bench {
namespace {

constexpr const char* kSection = "return";
constexpr std::size_t kHeld = 5;  // Entries that each has when it comes.
constexpr std::size_t kMissed = 25;
constexpr Millis kGatherWithin{900'000};
constexpr Millis kSayWithin{120'000};
constexpr Millis kGoneWithin{10'000};
// Of a thread. More at once do not come back sooner: with five times as many it takes a third
// longer.
constexpr std::size_t kHandshakesAtOnce = 300;
constexpr double kAimedReturnS = 60;

// To a server that does not run yet.
bool come_back(GreatGroup& group, Findings& findings, const std::string& words) {
    ServerProcess& server = group.testbed().own_server();
    const crowd::Counts before = group.crowd().counts();
    const double took_s = group.start_again();
    const ServerCpu cpu{server};
    group.timeline().mark(words);
    const auto began = Clock::now();
    const bool all = group.gather(group.crowd().size(), kGatherWithin);
    const double span_s = std::chrono::duration<double>(Clock::now() - began).count();
    const crowd::Counts after = group.crowd().counts();
    if (!all) {
        findings.fail(kSection,
                      fmt::format("{}: only {} of {} came back; {} refused, {} ended", words,
                                  after.watching, group.crowd().size(),
                                  after.refused - before.refused, after.ended - before.ended));
        return false;
    }
    const auto figure = [&](const std::string& name, double value, const char* unit) {
        findings.figure(kSection, words + ": " + name, value, unit);
    };
    figure("from the start of the server to listening", took_s, "s");
    figure("from listening to everybody complete", span_s, "s");
    figure("entries fetched", static_cast<double>(after.fetched - before.fetched), "");
    figure("refused: handshakes and commands", static_cast<double>(after.refused - before.refused),
           "");
    if (span_s > kAimedReturnS) {
        findings.note(kSection, fmt::format("{}: above the aim of {} s until everybody is complete",
                                            words, kAimedReturnS));
    }
    for (const char* kind : {"shard", "hub", "worker", "loader", "committer"}) {
        figure(fmt::format("CPU of {} threads, a member", kind),
               cpu.seconds({kind}) * 1e6 / static_cast<double>(group.crowd().size()), "us");
    }
    figure("CPU of the server, a member",
           cpu.seconds() * 1e6 / static_cast<double>(group.crowd().size()), "us");
    const FanoutTimes times = group.say(1, kSayWithin);
    if (times.reached < group.crowd().size()) {
        findings.fail(kSection, fmt::format("{}: {} of {} reached", words, times.reached,
                                            group.crowd().size()));
        return false;
    }
    return true;
}

bool go_through(GreatGroup& group, Findings& findings) {
    ServerProcess& server = group.testbed().own_server();
    group.post(kHeld + kMissed);
    group.testbed().fleet().settle(kSayWithin);
    group.claim(kHeld);
    server.kill();
    if (!come_back(group, findings, "after a crash")) return false;
    server.stop();  // Everybody is told a time to come back at.
    if (!group.wait_until([&] { return group.crowd().watching() == 0; }, kGoneWithin)) {
        findings.fail(kSection, "somebody still watches a server that has stopped");
        return false;
    }
    group.claim(group.head() - kMissed);
    return come_back(group, findings, "after a drain");
}

}  // namespace

void measure_return(const Context& context) {
    GreatGroup group{context,
                     kSection,
                     {.watchers = context.options.members,
                      .further_rooms = {1'000, 100},
                      .watches_all = true,
                      .handshakes_at_once = kHandshakesAtOnce}};
    context.findings.note(
        kSection,
        fmt::format("Before the crash nobody was connected: each comes with the first {} entries "
                    "of the great group, as from an earlier life, and lacks {}. Before the drain "
                    "everybody was, and comes back without the last {}. At most {} openings are "
                    "under way at the same time.",
                    kHeld, kMissed, kMissed, group.openings_at_once()));
    (void)go_through(group, context.findings);
    group.conclude();
    group.timeline().plot(context.findings, kSection);
}

}  // namespace stentor::bench
