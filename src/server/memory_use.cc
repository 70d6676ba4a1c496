#include "server/memory_use.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "server/kernel_needs.h"

namespace stentor::server {
namespace {

std::string text_of(const char* file) {
    std::ifstream in{file};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::uint64_t permille_of(std::uint64_t value, std::uint64_t most) {
    return most == 0 ? 0 : value * 1'000 / most;
}

// Of version 2; "max" where there is none.
std::uint64_t control_group_limit() {
    std::ifstream in{"/sys/fs/cgroup/memory.max"};
    std::uint64_t limit = 0;
    return in >> limit ? limit : 0;
}

}  // namespace

std::uint64_t MemoryUse::permille() const {
    return std::max(permille_of(resident_bytes, resident_max),
                    permille_of(tcp_pages, tcp_pages_max));
}

std::uint64_t resident_pages_in(std::string_view statm) {
    std::istringstream in{std::string{statm}};
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    in >> size >> resident;
    return resident;
}

std::uint64_t tcp_pages_in(std::string_view sockstat) {
    std::istringstream lines{std::string{sockstat}};
    std::string line;
    while (std::getline(lines, line)) {
        if (!line.starts_with("TCP: ")) continue;
        std::istringstream words{line};
        std::string word;
        while (words >> word) {
            std::uint64_t pages = 0;
            if (word == "mem" && words >> pages) return pages;
        }
    }
    return 0;
}

MemoryMeter::MemoryMeter(std::uint64_t resident_max) {
    const Machine machine = read_machine();
    page_bytes_ = machine.page_bytes;
    limits_ = {.resident_max = machine.memory_bytes, .tcp_pages_max = machine.tcp_pages_max};
    if (const std::uint64_t most = control_group_limit(); most != 0) {
        limits_.resident_max = std::min(limits_.resident_max, most);
    }
    if (resident_max != 0) limits_.resident_max = resident_max;
}

MemoryUse MemoryMeter::read() const {
    MemoryUse use = limits_;
    use.resident_bytes = resident_pages_in(text_of("/proc/self/statm")) * page_bytes_;
    use.tcp_pages = tcp_pages_in(text_of("/proc/net/sockstat"));
    return use;
}

}  // namespace stentor::server
