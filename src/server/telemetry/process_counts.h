#pragma once
// What the kernel says of this process. Linux; reads /proc.

#include <cstdint>

namespace stentor::server {

struct ProcessCounts {
    double cpu_s{};  // User and system, all threads.
    std::uint64_t resident_bytes{};
    std::uint64_t virtual_bytes{};
    std::uint64_t descriptors_max{};  // Of each descriptor table.
    std::uint64_t threads{};
    double started_s{};  // Unix time.
};

[[nodiscard]] ProcessCounts process_counts();

}  // namespace stentor::server
