// One message to very many watchers, beside the raw floor: pairs of runs, one after the other, so
// that both see the same machine.

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "load/bench/arrivals.h"
#include "load/bench/fanout_pairs.h"
#include "load/bench/progress.h"
#include "load/bench/raw_floor.h"
#include "load/bench/server_cpu.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr Millis kRest{300};  // Between two runs, for queues to empty.
constexpr std::size_t kDescriptorsReserve = 500;
constexpr const char* kText = "one message to everybody";

// The watchers only note the time of the message while it spreads; what they got is decoded and
// checked afterwards, for the receivers' work would be measured as the server's.
FanoutTimes run_server(Testbed& testbed, OneGroup& load, Arrivals& arrivals, std::size_t watchers) {
    testbed.world().arrivals = &arrivals;
    const ServerCpu cpu{testbed.own_server()};
    arrivals.begin();
    load.pressure.senders[1]->send(load.gid, kText, Clock::now());
    FanoutTimes times = arrivals.wait(testbed.world().loop, watchers);
    times.cpu = static_cast<std::uint64_t>(cpu.seconds({"shard"}) * 1e9);
    testbed.world().arrivals = nullptr;
    for (std::size_t i = 0; i < testbed.fleet().size(); ++i) testbed.fleet()[i].read_kept();
    return times;
}

}  // namespace

void measure_fanout(const Context& context) {
    const std::size_t room = raise_descriptor_limit() - kDescriptorsReserve;
    const std::size_t watchers = std::min(context.options.watchers, room);
    const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
    auto& findings = context.findings;
    RawFloor floor{watchers, threads};  // First: it forks, and should inherit nothing.
    Testbed testbed{context, {"--shards", std::to_string(threads)}};
    OneGroup load = one_group(testbed, 2, watchers - 1);  // The group's maker watches too.
    testbed.fleet().settle(Millis{5'000});

    Arrivals arrivals;
    FanoutPairs pairs;
    Progress progress{"fanout"};
    for (std::size_t pair = 0; pair <= context.options.pairs; ++pair) {
        const FanoutTimes ours = run_server(testbed, load, arrivals, watchers);
        if (ours.reached < watchers) {
            findings.fail("fanout", fmt::format("{} of {} reached", ours.reached, watchers));
            break;
        }
        testbed.fleet().run_for(kRest);
        const FanoutTimes theirs = floor.run(arrivals.payload_bytes);
        if (theirs.reached < watchers) {
            findings.fail("fanout",
                          fmt::format("the raw floor: {} of {} reached", theirs.reached, watchers));
            break;
        }
        testbed.fleet().run_for(kRest);
        if (pair == 0) continue;  // Caches and buffers are cold.
        pairs.add(ours, theirs);
        progress.show(static_cast<double>(pair) / static_cast<double>(context.options.pairs), "");
    }
    findings.figure("fanout", "watchers", static_cast<double>(watchers), "");
    pairs.tell(findings, "fanout", fmt::format("{} watchers", watchers));
    testbed.conclude("fanout");
}

}  // namespace stentor::bench
