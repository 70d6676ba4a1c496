#include "load/bench/server_cpu.h"

#include <algorithm>

namespace stentor::bench {

std::string_view kind_of_thread(std::string_view name) {
    const std::size_t dash = name.rfind('-');
    if (dash == std::string_view::npos || dash + 1 == name.size()) return name;
    const bool numbered = name.find_first_not_of("0123456789", dash + 1) == std::string_view::npos;
    return numbered ? name.substr(0, dash) : name;
}

ServerCpu::ServerCpu(const ServerProcess& server) : server_{server}, before_{by_kind()} {}

std::map<std::string, std::uint64_t, std::less<>> ServerCpu::by_kind() const {
    std::map<std::string, std::uint64_t, std::less<>> sums;
    for (const auto& [name, ns] : server_.thread_cpu())
        sums[std::string{kind_of_thread(name)}] += ns;
    return sums;
}

double ServerCpu::seconds(std::initializer_list<std::string_view> kinds) const {
    double ns = 0;
    for (const auto& [kind, now] : by_kind()) {
        const bool counts = kinds.size() == 0 || std::ranges::find(kinds, kind) != kinds.end();
        const auto then = before_.find(kind);
        if (counts) ns += static_cast<double>(now - (then == before_.end() ? 0 : then->second));
    }
    return ns / 1e9;
}

}  // namespace stentor::bench
