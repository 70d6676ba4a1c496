// How many sends a second become durable, how long an answer takes, and whether a long log changes
// either.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "load/bench/http_client.h"
#include "load/bench/progress.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kSenders = 64;
constexpr std::size_t kWatchers = 10;
constexpr std::size_t kGroupsPerSender = 10;
constexpr double kLatencyRate = 2'000;  // Sends a second
constexpr std::size_t kSteps = 10;

double milliseconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e6; }

Millis span_of(double seconds) { return Millis{static_cast<std::int64_t>(seconds * 1e3)}; }

// Pushes for a time; tells the rate, and what the server's committer made of it.
void push_for(const Context& context, Testbed& testbed, Pressure& pressure,
              const std::string& where) {
    Progress progress{"sends " + where};
    auto before = server_counters(testbed.endpoint());
    const std::uint64_t sent_before = testbed.world().sent;
    const auto begin = Clock::now();
    testbed.fleet().run_until(
        [] { return false; }, span_of(context.options.seconds),
        [&] {
            pressure.push();
            const std::chrono::duration<double> gone = Clock::now() - begin;
            progress.show(gone.count() / context.options.seconds,
                          fmt::format("{} acknowledged", testbed.world().sent - sent_before));
        });
    const std::chrono::duration<double> took = Clock::now() - begin;
    const auto sent = static_cast<double>(testbed.world().sent - sent_before);
    auto after = server_counters(testbed.endpoint());
    const auto syncs = static_cast<double>(after["syncs"] - before["syncs"]);
    const auto entries = static_cast<double>(after["entries"] - before["entries"]);
    auto& findings = context.findings;
    findings.figure("sends", "acknowledged a second, " + where, sent / took.count(), "1/s");
    findings.figure("sends", "syncs a second, " + where, syncs / took.count(), "1/s");
    findings.figure("sends", "entries in a sync, " + where, syncs == 0 ? 0 : entries / syncs, "");
}

void sends_in_one_group(const Context& context) {
    Testbed testbed{context};
    OneGroup load = one_group(testbed, kSenders, kWatchers);
    push_for(context, testbed, load.pressure, "one group");
    context.findings.figure("sends", "answer p99 under full load, one group",
                            milliseconds(testbed.world().acks.at(0.99)), "ms");
    testbed.conclude("sends");
}

// Each group has one sender, who watches it too, so that every entry is checked.
void sends_over_groups(const Context& context) {
    Testbed testbed{context};
    const std::size_t senders = std::max<std::size_t>(1, context.options.groups / kGroupsPerSender);
    Pressure pressure;
    for (std::size_t i = 0; i < senders; ++i)
        pressure.senders.push_back(&testbed.fleet().add(true, true));
    testbed.fleet().connect_all();
    pressure.groups.resize(senders);
    for (std::size_t n = 0; n < kGroupsPerSender; ++n) {
        for (Member* sender : pressure.senders) sender->create_group();
        const bool made = testbed.fleet().run_until(
            [&] {
                return std::ranges::none_of(
                    pressure.senders, [](const Member* sender) { return sender->creating(); });
            },
            Millis{120'000});
        if (!made) return context.findings.fail("sends", "the groups could not be made");
        for (std::size_t i = 0; i < senders; ++i) {
            pressure.groups[i].push_back(pressure.senders[i]->created());
        }
    }
    push_for(context, testbed, pressure, fmt::format("{} groups", senders * kGroupsPerSender));
    testbed.conclude("sends");
}

}  // namespace

void measure_sends(const Context& context) {
    sends_in_one_group(context);
    sends_over_groups(context);
}

namespace {

// Open loop: each send has its time, and waits are counted from there, also when the sender itself
// is late (else the slow moments would hide themselves). Beside it one member pulls what the node
// has in memory, again and again: that must not wait for the disk.
void latency_of(const Context& context, const std::string& where,
                std::vector<std::string> server_arguments) {
    Testbed testbed{context, std::move(server_arguments)};
    OneGroup load = one_group(testbed, kSenders, kWatchers);
    Member& reader = testbed.fleet()[testbed.fleet().size() - 1];
    Progress progress{"latency " + where};
    const auto begin = Clock::now();
    const std::chrono::duration<double> gap{1 / kLatencyRate};
    const auto count = static_cast<std::uint64_t>(kLatencyRate * context.options.seconds);
    std::uint64_t said = 0;
    const auto due = [&](std::uint64_t n) {
        return begin + std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(n));
    };
    while (said < count) {
        for (; said < count && due(said) <= Clock::now(); ++said) {
            load.pressure.senders[said % kSenders]->send(load.gid, fmt::format("message {}", said),
                                                         due(said));
        }
        reader.pull_newest(load.gid);
        testbed.world().loop.turn(Millis{1});
        progress.show(static_cast<double>(said) / static_cast<double>(count), "");
    }
    testbed.conclude("latency");
    const Histogram& acks = testbed.world().acks;
    auto& findings = context.findings;
    for (const double part : {0.5, 0.9, 0.99, 0.999}) {
        findings.figure("latency",
                        fmt::format("answer p{:g} at 2,000 sends/s, {}", part * 100, where),
                        milliseconds(acks.at(part)), "ms");
    }
    findings.figure("latency", "longest answer, " + where, milliseconds(acks.max()), "ms");
    findings.figure("latency", "pull from memory p99, " + where,
                    milliseconds(testbed.world().pulls.at(0.99)), "ms");
    Plot plot{"Answers at 2,000 sends a second, " + where,
              "percent of sends",
              "ms",
              {{"answer", {}}, {"pull from memory", {}}}};
    for (int part = 0; part <= 99; ++part) {
        plot.series[0].points.emplace_back(part, milliseconds(acks.at(part / 100.0)));
        plot.series[1].points.emplace_back(part,
                                           milliseconds(testbed.world().pulls.at(part / 100.0)));
    }
    findings.plot("latency", plot);
}

}  // namespace

void measure_latency(const Context& context) {
    latency_of(context, "own disk", {});
    latency_of(context, "10 ms added to each sync", {"--sync-delay-ms", "10"});
}

void measure_flatness(const Context& context) {
    Testbed testbed{context};
    OneGroup load = one_group(testbed, kSenders, 1);
    Progress progress{"flatness"};
    Plot plot{"Durable sends a second while the log grows", "entries", "1/s", {{"sends", {}}}};
    double first = 0;
    double last = 0;
    for (std::size_t step = 1; step <= kSteps; ++step) {
        const std::uint64_t goal = context.options.entries * step / kSteps;
        const std::uint64_t sent_before = testbed.world().sent;
        const auto begin = Clock::now();
        const auto each = [&] {
            load.pressure.push();
            progress.show(static_cast<double>(testbed.world().sent) /
                              static_cast<double>(context.options.entries),
                          fmt::format("{} entries", testbed.world().sent));
        };
        if (!testbed.fleet().run_until([&] { return testbed.world().sent >= goal; },
                                       Millis{3'600'000}, each)) {
            return context.findings.fail("flatness", "the log did not grow");
        }
        const std::chrono::duration<double> took = Clock::now() - begin;
        last = static_cast<double>(testbed.world().sent - sent_before) / took.count();
        if (step == 1) first = last;
        plot.series[0].points.emplace_back(static_cast<double>(testbed.world().sent), last);
    }
    context.findings.figure("flatness", "sends/s in the first tenth", first, "1/s");
    context.findings.figure("flatness", "sends/s in the last tenth", last, "1/s");
    context.findings.figure("flatness", "last tenth over first", last / first, "");
    context.findings.plot("flatness", plot);
    testbed.conclude("flatness");
}

}  // namespace stentor::bench
