#pragma once
// How much memory is in use, of what may be: this process' own, what its control group holds, and
// the pages that TCP holds for all sockets of the machine. Linux; reads /proc and /sys/fs/cgroup.
//
// Thread: one.

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace stentor::server {

struct MemoryUse {
    std::uint64_t resident_bytes{};
    std::uint64_t resident_max{};  // 0: not known, as the others.
    std::uint64_t group_bytes{};   // Of the control group whose limit is the smallest.
    std::uint64_t group_max{};
    std::uint64_t tcp_pages{};
    std::uint64_t tcp_pages_max{};  // net.ipv4.tcp_mem, the last of the three.

    // Of the one that is closer to its limit.
    [[nodiscard]] std::uint64_t permille() const;
};

// `statm`: /proc/self/statm, whose second number counts resident pages; `sockstat`:
// /proc/net/sockstat, where "mem" in the line of TCP counts pages.
[[nodiscard]] std::uint64_t resident_pages_in(std::string_view statm);
[[nodiscard]] std::uint64_t tcp_pages_in(std::string_view sockstat);

// Where control groups (version 2) stand, and which one a process is in.
class ControlGroup {
public:
    // `membership`: what /proc/self/cgroup says, as "0::/system.slice/stentor.service". A limit may
    // stand at each level of that path, as systemd's MemoryMax= does; the smallest one counts.
    ControlGroup(const std::filesystem::path& root, std::string_view membership);

    [[nodiscard]] std::uint64_t limit() const { return limit_; }  // 0: there is none.
    // Of all processes in the group that has it, sockets and the kernel's share included: what the
    // kernel holds against the limit and cannot drop. The cache of files is left out, it can be.
    [[nodiscard]] std::uint64_t used() const;

private:
    std::filesystem::path folder_;
    std::uint64_t limit_{};
};

class MemoryMeter {
public:
    // `resident_max` 0: what the machine has, or what its control group may use of it.
    explicit MemoryMeter(std::uint64_t resident_max);

    [[nodiscard]] MemoryUse read() const;

private:
    MemoryUse limits_;
    std::uint64_t page_bytes_;
    ControlGroup group_;
};

}  // namespace stentor::server
