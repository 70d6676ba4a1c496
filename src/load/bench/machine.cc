#include "load/bench/machine.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <numeric>
#include <string>
#include <string_view>

namespace stentor::bench {
namespace {

// proc(5): a line of /proc/meminfo, in KiB there.
std::uint64_t meminfo_bytes(std::string_view name) {
    std::ifstream meminfo{"/proc/meminfo"};
    std::uint64_t kib = 0;
    for (std::string word; meminfo >> word;) {
        if (word == name && meminfo >> kib) break;
    }
    return kib * 1'024;
}

}  // namespace

std::uint64_t tcp_bytes() {
    std::ifstream sockstat{"/proc/net/sockstat"};
    for (std::string line; std::getline(sockstat, line);) {
        const std::size_t at = line.find(" mem ");
        if (line.starts_with("TCP:") && at != std::string::npos) {
            return std::stoull(line.substr(at + 5)) *
                   static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        }
    }
    return 0;
}

std::uint64_t kernel_bytes() { return meminfo_bytes("SUnreclaim:") + tcp_bytes(); }

std::uint64_t all_bytes() { return meminfo_bytes("MemTotal:"); }

double busy_s() {
    // proc_stat(5): user, nice, system, idle, iowait, irq, softirq, in ticks.
    std::ifstream stat{"/proc/stat"};
    std::string name;
    std::array<std::uint64_t, 7> ticks{};
    stat >> name;
    for (std::uint64_t& each : ticks) stat >> each;
    const std::uint64_t busy =
        std::accumulate(ticks.begin(), ticks.end(), std::uint64_t{0}) - ticks[3] - ticks[4];
    return static_cast<double>(busy) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace stentor::bench
