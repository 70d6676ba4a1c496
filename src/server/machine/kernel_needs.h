#pragma once
// Whether a machine can hold so many connections: descriptors, kernel settings and memory, each
// with what it is, what is needed, and the command that sets it. Pure, but for read_machine (Linux,
// /proc).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stentor::server {

struct Machine {
    std::uint64_t descriptors_hard{};  // RLIMIT_NOFILE, of each descriptor table.
    std::uint64_t files_max{};         // fs.file-max: of all tables together.
    std::uint64_t epoll_watches_max{};
    std::uint64_t backlog_max{};                 // net.core.somaxconn
    std::uint64_t syn_backlog_max{};             // net.ipv4.tcp_max_syn_backlog
    std::uint64_t tcp_pages_max{};               // net.ipv4.tcp_mem, the last of the three.
    std::uint64_t tcp_chains{};                  // net.ipv4.tcp_ehash_entries; 0: not told.
    std::optional<std::uint64_t> conntrack_max;  // Nothing: connections are not tracked.
    std::uint64_t ports{};                       // net.ipv4.ip_local_port_range
    std::uint64_t memory_bytes{};
    std::uint64_t page_bytes = 4'096;
    std::uint64_t cores = 1;
};
[[nodiscard]] Machine read_machine();

// Shards that hold `connections` under a limit of `descriptors` each. The kernel spreads them by
// chance, so the fullest has about 5 sqrt(descriptors) more than its share.
[[nodiscard]] std::uint64_t shards_for(std::uint64_t connections, std::uint64_t descriptors);

struct Need {
    std::string name;
    std::uint64_t is{};
    std::uint64_t needed{};
    std::string why;
    std::string command;  // That sets it.
    bool advice{};        // Matters in some places only: it does not make the check fail.

    [[nodiscard]] bool met() const { return is >= needed; }
};

// `shards`: as configured; 0: as many as are needed.
[[nodiscard]] std::vector<Need> needs_of(const Machine& machine, std::uint64_t connections,
                                         std::uint64_t shards);

// A line for each, and the commands of those that are not met.
[[nodiscard]] std::string told(const std::vector<Need>& needs);

}  // namespace stentor::server
