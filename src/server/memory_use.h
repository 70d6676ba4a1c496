#pragma once
// How much memory is in use, of what may be: this process' own, and the pages that TCP holds for
// all sockets of the machine. Linux; reads /proc and the control group's limit.
//
// Thread: one.

#include <cstdint>
#include <string_view>

namespace stentor::server {

struct MemoryUse {
    std::uint64_t resident_bytes{};
    std::uint64_t resident_max{};  // 0: not known, as the next.
    std::uint64_t tcp_pages{};
    std::uint64_t tcp_pages_max{};  // net.ipv4.tcp_mem, the last of the three.

    // Of the one that is closer to its limit.
    [[nodiscard]] std::uint64_t permille() const;
};

// `statm`: /proc/self/statm, whose second number counts resident pages; `sockstat`:
// /proc/net/sockstat, where "mem" in the line of TCP counts pages.
[[nodiscard]] std::uint64_t resident_pages_in(std::string_view statm);
[[nodiscard]] std::uint64_t tcp_pages_in(std::string_view sockstat);

class MemoryMeter {
public:
    // `resident_max` 0: what the machine has, or what its control group may use of it.
    explicit MemoryMeter(std::uint64_t resident_max);

    [[nodiscard]] MemoryUse read() const;

private:
    MemoryUse limits_;
    std::uint64_t page_bytes_;
};

}  // namespace stentor::server
