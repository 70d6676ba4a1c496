#include "bench/machine_memory.h"

#include <fstream>
#include <string>
#include <string_view>

namespace stentor::bench {
namespace {

constexpr std::uint64_t kPageBytes = 4'096;

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

std::uint64_t tcp_pages() {
    std::ifstream sockstat{"/proc/net/sockstat"};
    for (std::string line; std::getline(sockstat, line);) {
        const std::size_t at = line.find(" mem ");
        if (line.starts_with("TCP:") && at != std::string::npos) {
            return std::stoull(line.substr(at + 5));
        }
    }
    return 0;
}

std::uint64_t kernel_bytes() { return meminfo_bytes("SUnreclaim:") + tcp_pages() * kPageBytes; }

std::uint64_t available_bytes() { return meminfo_bytes("MemAvailable:"); }

}  // namespace stentor::bench
