#include "server/machine/kernel_needs.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <thread>

#include "base/limits.h"
#include "net/options.h"

namespace stentor::server {
namespace {

// Measured (README): one end of an idle connection in the kernel, and a watcher here, without TLS.
constexpr std::uint64_t kKernelBytes = 4'100;
constexpr std::uint64_t kUserBytes = 1'024;
constexpr std::uint64_t kBaseBytes = std::uint64_t{1} << 30U;  // The store's cache and the rest.
constexpr std::uint64_t kOtherFiles = 10'000;                  // Of the rest of the machine.
constexpr std::uint64_t kBacklog = 4'096;

// The numbers of a file like "288459\t384612\t576918\n".
std::vector<std::uint64_t> numbers_in(const char* file) {
    std::ifstream in{file};
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = 0; in >> number;) numbers.push_back(number);
    return numbers;
}

std::uint64_t last_in(const char* file) {
    const auto numbers = numbers_in(file);
    return numbers.empty() ? 0 : numbers.back();
}

}  // namespace

Machine read_machine() {
    Machine machine{.files_max = last_in("/proc/sys/fs/file-max"),
                    .epoll_watches_max = last_in("/proc/sys/fs/epoll/max_user_watches"),
                    .backlog_max = last_in("/proc/sys/net/core/somaxconn"),
                    .syn_backlog_max = last_in("/proc/sys/net/ipv4/tcp_max_syn_backlog"),
                    .tcp_pages_max = last_in("/proc/sys/net/ipv4/tcp_mem"),
                    .tcp_chains = last_in("/proc/sys/net/ipv4/tcp_ehash_entries")};
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) machine.descriptors_hard = limit.rlim_max;
    if (const auto most = last_in("/proc/sys/net/netfilter/nf_conntrack_max"); most != 0) {
        machine.conntrack_max = most;
    }
    const auto ports = numbers_in("/proc/sys/net/ipv4/ip_local_port_range");
    if (ports.size() == 2 && ports[1] >= ports[0]) machine.ports = ports[1] - ports[0] + 1;
    machine.page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    machine.memory_bytes =
        static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * machine.page_bytes;
    machine.cores = std::max(1U, std::thread::hardware_concurrency());
    return machine;
}

std::uint64_t shards_for(std::uint64_t connections, std::uint64_t descriptors) {
    const auto spread = static_cast<std::uint64_t>(5 * std::sqrt(static_cast<double>(descriptors)));
    const std::uint64_t not_ours = net::Options{}.descriptors_reserve + spread;
    const std::uint64_t each = descriptors > not_ours ? descriptors - not_ours : 1;
    return std::max<std::uint64_t>(1, (connections + each - 1) / each);
}

std::vector<Need> needs_of(const Machine& machine, std::uint64_t connections,
                           std::uint64_t shards) {
    const std::uint64_t wanted = shards_for(connections, machine.descriptors_hard);
    const std::uint64_t files = connections + kOtherFiles;
    const std::uint64_t bytes = connections * (kKernelBytes + kUserBytes) + kBaseBytes;
    std::vector<Need> needs{
        {.name = "server.shards",
         .is = shards == 0 ? std::max(wanted, machine.cores) : shards,
         .needed = wanted,
         .why = fmt::format("each holds a descriptor table of at most {} (RLIMIT_NOFILE)",
                            machine.descriptors_hard),
         .command = fmt::format("[server] shards = {}  # or LimitNOFILE= in the unit", wanted)},
        {.name = "fs.file-max",
         .is = machine.files_max,
         .needed = files,
         .why = "open files of the whole machine",
         .command = fmt::format("sysctl -w fs.file-max={}", files)},
        {.name = "fs.epoll.max_user_watches",
         .is = machine.epoll_watches_max,
         .needed = files,
         .why = "one for each connection",
         .command = fmt::format("sysctl -w fs.epoll.max_user_watches={}", files)},
        {.name = "net.core.somaxconn",
         .is = machine.backlog_max,
         .needed = kBacklog,
         .why = "connections that wait to be accepted, of each shard",
         .command = fmt::format("sysctl -w net.core.somaxconn={}", kBacklog)},
        {.name = "net.ipv4.tcp_max_syn_backlog",
         .is = machine.syn_backlog_max,
         .needed = kBacklog,
         .why = "handshakes under way; beyond it clients try again after a second",
         .command = fmt::format("sysctl -w net.ipv4.tcp_max_syn_backlog={}", kBacklog),
         .advice = true},
        {.name = "net.ipv4.tcp_mem",
         .is = machine.tcp_pages_max,
         .needed = connections,
         .why = "pages of bytes under way, one for each connection while a message goes to all",
         .command = fmt::format("sysctl -w net.ipv4.tcp_mem=\"{} {} {}\"", connections / 2,
                                connections * 3 / 4, connections)},
        {.name = "memory",
         .is = machine.memory_bytes >> 20U,
         .needed = bytes >> 20U,
         .why = "MiB; 4.1 KB in the kernel and 1 KB here for each, without TLS, and 1 GiB",
         .command = "more memory, or fewer connections"},
        {.name = "net.ipv4.ip_local_port_range",
         .is = machine.ports,
         .needed = connections,
         .why = "only where a proxy on this machine connects to one address and port",
         .command = "more addresses to connect from or to: proxy_bind, or several upstreams",
         .advice = true}};
    if (machine.tcp_chains != 0) {
        needs.push_back({.name = "net.ipv4.tcp_ehash_entries",
                         .is = machine.tcp_chains,
                         .needed = std::bit_ceil(connections / 2),
                         .why = "chains of connections that the kernel walks for each packet",
                         .command = fmt::format("boot the kernel with thash_entries={}",
                                                std::bit_ceil(connections / 2)),
                         .advice = true});
    }
    if (machine.conntrack_max) {
        needs.push_back(
            {.name = "net.netfilter.nf_conntrack_max",
             .is = *machine.conntrack_max,
             .needed = files,
             .why = "the firewall tracks connections; beyond it new ones are dropped",
             .command = fmt::format("sysctl -w net.netfilter.nf_conntrack_max={}", files),
             .advice = true});
    }
    return needs;
}

std::string told(const std::vector<Need>& needs) {
    std::string text =
        fmt::format("{:<6} {:<32} {:>12} {:>12}  {}\n", "", "what", "is", "needed", "why");
    for (const Need& need : needs) {
        const char* verdict = need.met() ? "ok" : need.advice ? "look" : "LOW";
        text += fmt::format("{:<6} {:<32} {:>12} {:>12}  {}\n", verdict, need.name, need.is,
                            need.needed, need.why);
    }
    for (const Need& need : needs) {
        if (!need.met()) text += fmt::format("{}: {}\n", need.name, need.command);
    }
    return text;
}

}  // namespace stentor::server
