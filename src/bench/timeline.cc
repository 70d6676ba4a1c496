#include "bench/timeline.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>

#include "bench/machine_memory.h"

namespace stentor::bench {
namespace {

constexpr double kPageBytes = 4'096;
constexpr double kGigabyte = 1e9;

}  // namespace

double Timeline::now_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

void Timeline::look(const ServerProcess& server, crowd::Crowd& crowd) {
    const double at = now_s();
    const double before = samples_.empty() ? 0 : samples_.back().at_s;
    if (at < before + 1 || !server.running()) return;
    const std::uint64_t delivered = crowd.delivered();
    double cpu_s = 0;
    for (const auto& [name, ns] : server.thread_cpu()) cpu_s += static_cast<double>(ns) / 1e9;
    const double span = at - before;
    samples_.push_back({
        .at_s = at,
        .watching = static_cast<double>(crowd.watching()),
        .delivered_per_s = static_cast<double>(delivered - delivered_) / span,
        .server_bytes = static_cast<double>(server.own_bytes()),
        .kernel_bytes = static_cast<double>(kernel_bytes()),
        .tcp_bytes = static_cast<double>(tcp_pages()) * kPageBytes,
        // A server that was started again begins at none.
        .server_cores = cpu_s < cpu_s_ ? 0 : (cpu_s - cpu_s_) / span,
    });
    delivered_ = delivered;
    cpu_s_ = cpu_s;
}

void Timeline::mark(const std::string& words) { marks_.emplace_back(now_s(), words); }

void Timeline::plot(Findings& findings, const std::string& section) const {
    const auto series = [this](const char* name, auto value) {
        Plot::Series made{.name = name, .points = {}};
        for (const Sample& sample : samples_) made.points.emplace_back(sample.at_s, value(sample));
        return made;
    };
    findings.plot(section, {"Watching", "s", "members", {series("watching", [](const Sample& s) {
                                return s.watching;
                            })}});
    findings.plot(section,
                  {"Entries delivered", "s", "a second", {series("entries", [](const Sample& s) {
                       return s.delivered_per_s;
                   })}});
    findings.plot(
        section,
        {"Memory",
         "s",
         "GB",
         {series("server's own", [](const Sample& s) { return s.server_bytes / kGigabyte; }),
          series("kernel, both ends", [](const Sample& s) { return s.kernel_bytes / kGigabyte; }),
          series("of it TCP buffers", [](const Sample& s) { return s.tcp_bytes / kGigabyte; })}});
    findings.plot(section,
                  {"CPU of the server", "s", "cores", {series("server", [](const Sample& s) {
                       return s.server_cores;
                   })}});
    for (const auto& [at, words] : marks_) {
        findings.note(section, fmt::format("{:.0f} s: {}", at, words));
    }
}

}  // namespace stentor::bench
