#include "server/telemetry/process_counts.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace stentor::server {
namespace {

// proc(5): the fields of /proc/self/stat from the third one on, behind the name in brackets.
std::istringstream stat_fields() {
    std::ifstream in{"/proc/self/stat"};
    std::string line;
    std::getline(in, line);
    const std::size_t end = line.rfind(')');
    return std::istringstream{end == std::string::npos ? std::string{} : line.substr(end + 1)};
}

double boot_s() {
    std::ifstream in{"/proc/stat"};
    std::string word;
    while (in >> word) {
        double seconds = 0;
        if (word == "btime" && in >> seconds) return seconds;
    }
    return 0;
}

}  // namespace

ProcessCounts process_counts() {
    constexpr int kThreads = 20;
    constexpr int kStart = 22;
    constexpr int kVirtual = 23;
    constexpr int kResident = 24;
    ProcessCounts counts;
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    auto fields = stat_fields();
    std::string word;
    for (int number = 3; fields >> word; ++number) {
        if (number == kThreads) counts.threads = std::stoull(word);
        if (number == kStart) counts.started_s = boot_s() + std::stod(word) / ticks;
        if (number == kVirtual) counts.virtual_bytes = std::stoull(word);
        if (number == kResident) {
            counts.resident_bytes =
                std::stoull(word) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        }
    }
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        counts.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) counts.descriptors_max = limit.rlim_cur;
    return counts;
}

}  // namespace stentor::server
