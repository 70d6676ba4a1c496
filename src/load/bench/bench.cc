#include "load/bench/bench.h"

#include <fmt/format.h>
#include <sodium/core.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

struct Measurement {
    const char* name;
    void (*measure)(const Context&);
    bool only_by_name{};  // Takes long, or needs what is not here by itself.
};

constexpr Measurement kAll[] = {
    {"bytes", measure_bytes},
    {"sends", measure_sends},
    {"latency", measure_latency},
    {"flatness", measure_flatness},
    {"fanout", measure_fanout},
    {"coldstart", measure_cold_start},
    {"kill", measure_kill},
    {"list", measure_list},
    {"questions", measure_questions},
    {"search", measure_search},
    {"groups", measure_groups},
    {"unread", measure_unread},
    {"tls", measure_tls},
    {"membership", measure_membership, true},
    {"reads", measure_reads, true},
    {"isolation", measure_isolation, true},
    {"peers", measure_peers, true},
    {"million", measure_million, true},
    {"return", measure_return, true},
    {"slow", measure_slow, true},
};

}  // namespace

std::vector<std::string> bench_names() {
    std::vector<std::string> names;
    for (const Measurement& one : kAll) names.emplace_back(one.name);
    return names;
}

int run_bench(const BenchOptions& options) try {
    if (sodium_init() < 0) return 1;
    raise_descriptor_limit();
    Findings findings;
    const Context context{options, findings};
    for (const Measurement& one : kAll) {
        const bool named = std::ranges::find(options.what, one.name) != options.what.end();
        if (!named && (!options.what.empty() || one.only_by_name)) continue;
        try {
            one.measure(context);
        } catch (const std::exception& error) {
            findings.fail(one.name, error.what());
        }
    }
    findings.write(options.out);
    fmt::print("{}\n", (options.out / "report.html").string());
    return findings.failed() ? 1 : 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
}

}  // namespace stentor::bench
