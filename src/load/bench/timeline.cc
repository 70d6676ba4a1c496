#include "load/bench/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "load/bench/machine.h"
#include "load/bench/server_metrics.h"

namespace stentor::bench {
namespace {

constexpr double kGigabyte = 1e9;
constexpr std::size_t kLevelEvery = 5;  // Looks: asking for it is a request of its own.
constexpr double kDelivers = 0.01;      // Of the watchers get an entry in a second.
constexpr double kAtLimit = 0.9;

}  // namespace

double Timeline::now_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

void Timeline::look(const ServerProcess& server, crowd::Crowd& crowd) {
    const double at = now_s();
    const double before = looks_.empty() ? 0 : looks_.back().at_s;
    if (at < before + 1 || !server.running()) return;
    const std::uint64_t delivered = crowd.delivered();
    double cpu_s = 0;
    for (const auto& [name, ns] : server.thread_cpu()) cpu_s += static_cast<double>(ns) / 1e9;
    const double busy = busy_s();
    const double span = at - before;
    if (looks_.size() % kLevelEvery == 0) level_ = ServerMetrics{server}["stentor_storm_level"];
    looks_.push_back({
        .at_s = at,
        .watching = static_cast<double>(crowd.watching()),
        .delivered_per_s = static_cast<double>(delivered - delivered_) / span,
        .server_bytes = static_cast<double>(server.own_bytes()),
        .kernel_bytes = static_cast<double>(kernel_bytes()),
        .tcp_bytes = static_cast<double>(tcp_bytes()),
        // A server that was started again begins at none.
        .server_cores = cpu_s < cpu_s_ ? 0 : (cpu_s - cpu_s_) / span,
        .machine_cores = (busy - busy_s_) / span,
        .level = level_,
    });
    delivered_ = delivered;
    cpu_s_ = cpu_s;
    busy_s_ = busy;
}

std::string Timeline::limits() const {
    double busy = 0;
    double server = 0;
    double most_bytes = 0;
    std::size_t delivering = 0;
    for (const Look& look : looks_) {
        most_bytes = std::max(most_bytes, look.server_bytes + look.kernel_bytes);
        if (look.delivered_per_s <= kDelivers * look.watching) continue;
        busy += look.machine_cores;
        server += look.server_cores;
        ++delivering;
    }
    const double count = std::max<double>(1, static_cast<double>(delivering));
    const unsigned cores = std::thread::hardware_concurrency();
    const double used = busy / count;
    return fmt::format(
        "while messages were delivered {:.2f} of {} cores worked, {:.2f} of them for "
        "the server: {}; server and kernel held at most {:.1f} of {:.1f} GB",
        used, cores, server / count,
        used > kAtLimit * cores ? "the processors were at their limit" : "nothing was at its limit",
        most_bytes / kGigabyte, static_cast<double>(all_bytes()) / kGigabyte);
}

void Timeline::mark(const std::string& words) { marks_.emplace_back(now_s(), words); }

void Timeline::plot(Findings& findings, const std::string& section) const {
    const std::string run = section + "-run";
    const auto series = [this](const char* name, auto value) {
        Plot::Series made{.name = name, .points = {}};
        for (const Look& look : looks_) made.points.emplace_back(look.at_s, value(look));
        return made;
    };
    auto marks = marks_;
    const auto plot = [&](const char* title, const char* unit, std::vector<Plot::Series> curves) {
        findings.plot(run, {.title = title,
                            .x_label = "s",
                            .y_label = unit,
                            .series = std::move(curves),
                            .marks = marks});
        // Their words stand in the first plot only.
        for (auto& [at, words] : marks) words.clear();
    };
    plot("Watching", "members", {series("watching", [](const Look& s) { return s.watching; })});
    plot("Entries delivered", "a second",
         {series("entries", [](const Look& s) { return s.delivered_per_s; })});
    plot("Memory", "GB",
         {series("server's own", [](const Look& s) { return s.server_bytes / kGigabyte; }),
          series("kernel, both ends", [](const Look& s) { return s.kernel_bytes / kGigabyte; }),
          series("of it TCP buffers", [](const Look& s) { return s.tcp_bytes / kGigabyte; })});
    plot("CPU", "cores",
         {series("server", [](const Look& s) { return s.server_cores; }),
          series("machine", [](const Look& s) { return s.machine_cores; })});
    plot("Storm level", "level", {series("level", [](const Look& s) { return s.level; })});
    findings.note(run, limits());
    for (const auto& [at, words] : marks_) {
        findings.note(run, fmt::format("{:.0f} s: {}", at, words));
    }
}

}  // namespace stentor::bench
