// One message to very many watchers, beside the raw floor: pairs of runs, one after the other, so
// that both see the same machine.

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "bench/arrivals.h"
#include "bench/progress.h"
#include "bench/raw_floor.h"
#include "bench/rig.h"
#include "bench/sample.h"
#include "bench/server_cpu.h"

namespace stentor::bench {
namespace {

constexpr Millis kRest{300};  // Between two runs, for queues to empty.
constexpr std::size_t kDescriptorsReserve = 500;
constexpr const char* kText = "one message to everybody";

struct Side {
    Sample first, median, p99, last, cpu;
    void add(const FanoutTimes& times) {
        first.values.push_back(static_cast<double>(times.first) / 1e6);
        median.values.push_back(static_cast<double>(times.median) / 1e6);
        p99.values.push_back(static_cast<double>(times.p99) / 1e6);
        last.values.push_back(static_cast<double>(times.last) / 1e6);
        cpu.values.push_back(static_cast<double>(times.cpu) / 1e6);
    }
    void tell(Findings& findings, const std::string& who) {
        const auto figure = [&](const std::string& what, Sample& sample) {
            findings.figure("fanout", who + ": " + what + ", median of the runs", sample.at(0.5),
                            "ms");
            findings.figure("fanout", who + ": " + what + ", spread (10% to 90%)",
                            sample.at(0.9) - sample.at(0.1), "ms");
        };
        figure("first", first);
        figure("median", median);
        figure("p99", p99);
        figure("last", last);
        figure("CPU of sending threads", cpu);
    }
};

// The watchers only note the time of the message while it spreads; what they got is decoded and
// checked afterwards, for the receivers' work would be measured as the server's.
FanoutTimes run_server(Rig& rig, OneGroup& load, Arrivals& arrivals, std::size_t watchers) {
    rig.world().arrivals = &arrivals;
    const ServerCpu cpu{rig.own_server()};
    arrivals.begin();
    load.pressure.senders[1]->send(load.gid, kText, Clock::now());
    FanoutTimes times = arrivals.wait(rig.world().loop, watchers);
    times.cpu = static_cast<std::uint64_t>(cpu.seconds({"shard"}) * 1e9);
    rig.world().arrivals = nullptr;
    for (std::size_t i = 0; i < rig.fleet().size(); ++i) rig.fleet()[i].read_kept();
    return times;
}

}  // namespace

void measure_fanout(const Context& context) {
    const std::size_t room = raise_descriptor_limit() - kDescriptorsReserve;
    const std::size_t watchers = std::min(context.options.watchers, room);
    const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
    auto& findings = context.findings;
    RawFloor floor{watchers, threads};  // First: it forks, and should inherit nothing.
    Rig rig{context, {"--shards", std::to_string(threads)}};
    OneGroup load = one_group(rig, 2, watchers - 1);  // The group's maker watches too.
    rig.fleet().settle(Millis{5'000});

    Arrivals arrivals;
    Side server;
    Side raw;
    Sample ratio;
    Progress progress{"fanout"};
    for (std::size_t pair = 0; pair <= context.options.pairs; ++pair) {
        const FanoutTimes ours = run_server(rig, load, arrivals, watchers);
        if (ours.reached < watchers) {
            findings.fail("fanout", fmt::format("{} of {} reached", ours.reached, watchers));
            break;
        }
        rig.fleet().run_for(kRest);
        const FanoutTimes theirs = floor.run(arrivals.payload_bytes);
        rig.fleet().run_for(kRest);
        if (pair == 0) continue;  // Caches and buffers are cold.
        server.add(ours);
        raw.add(theirs);
        ratio.values.push_back(static_cast<double>(theirs.cpu) / static_cast<double>(ours.cpu));
        progress.show(static_cast<double>(pair) / static_cast<double>(context.options.pairs), "");
    }
    findings.figure("fanout", "watchers", static_cast<double>(watchers), "");
    server.tell(findings, "stentor");
    raw.tell(findings, "raw floor");
    // 1: as cheap as bare send(); below 1: the part of our CPU time that the floor would have
    // needed.
    findings.figure("fanout", "raw floor's CPU over stentor's, median of the pairs", ratio.at(0.5),
                    "");
    findings.figure("fanout", "raw floor's CPU over stentor's, lower quartile", ratio.at(0.25), "");
    findings.figure("fanout", "raw floor's CPU over stentor's, upper quartile", ratio.at(0.75), "");
    Plot plot{"Last of all watchers has it", "run", "ms", {{"stentor", {}}, {"raw floor", {}}}};
    for (std::size_t i = 0; i < server.last.values.size(); ++i) {
        plot.series[0].points.emplace_back(static_cast<double>(i + 1), server.last.values[i]);
        plot.series[1].points.emplace_back(static_cast<double>(i + 1), raw.last.values[i]);
    }
    findings.plot("fanout", plot);
    rig.conclude("fanout");
}

}  // namespace stentor::bench
