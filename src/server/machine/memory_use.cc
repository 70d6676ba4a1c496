#include "server/machine/memory_use.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "server/machine/kernel_needs.h"

namespace stentor::server {
namespace {

constexpr const char* kControlGroups = "/sys/fs/cgroup";

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in{file};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::uint64_t permille_of(std::uint64_t value, std::uint64_t most) {
    return most == 0 ? 0 : value * 1'000 / most;
}

// 0: there is no such file, or it says "max".
std::uint64_t number_in(const std::filesystem::path& file) {
    std::ifstream in{file};
    std::uint64_t number = 0;
    return in >> number ? number : 0;
}

// Lines of a name and a number; 0: not there.
std::uint64_t number_of(std::string_view name, const std::string& text) {
    std::istringstream lines{text};
    std::string word;
    for (std::uint64_t number = 0; lines >> word >> number;) {
        if (word == name) return number;
    }
    return 0;
}

// The line of version 2 begins with "0::"; those of version 1 name what they govern.
std::string path_in(std::string_view membership) {
    constexpr std::string_view kBegins = "0::/";
    std::istringstream lines{std::string{membership}};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(kBegins)) return line.substr(kBegins.size());
    }
    return {};
}

}  // namespace

std::uint64_t MemoryUse::permille() const {
    return std::max({permille_of(resident_bytes, resident_max), permille_of(group_bytes, group_max),
                     permille_of(tcp_pages, tcp_pages_max)});
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

// Where the path is another's, as in a container that sees all of the machine's groups as its own,
// what is not there is passed over on the way up.
ControlGroup::ControlGroup(const std::filesystem::path& root, std::string_view membership) {
    const std::string path = path_in(membership);
    for (std::filesystem::path folder = path.empty() ? root : root / path;;
         folder = folder.parent_path()) {
        const std::uint64_t limit = number_in(folder / "memory.max");
        if (limit != 0 && (limit_ == 0 || limit < limit_)) {
            limit_ = limit;
            folder_ = folder;
        }
        if (folder == root) return;
    }
}

std::uint64_t ControlGroup::used() const {
    if (limit_ == 0) return 0;
    const std::uint64_t all = number_in(folder_ / "memory.current");
    const std::string parts = text_of(folder_ / "memory.stat");
    // What processes share counts as a file there, and cannot be dropped.
    const std::uint64_t kept = all + number_of("shmem", parts);
    return kept - std::min(kept, number_of("file", parts));
}

MemoryMeter::MemoryMeter(std::uint64_t resident_max)
    : group_{kControlGroups, text_of("/proc/self/cgroup")} {
    const Machine machine = read_machine();
    page_bytes_ = machine.page_bytes;
    limits_ = {.resident_max = machine.memory_bytes, .tcp_pages_max = machine.tcp_pages_max};
    limits_.group_max = group_.limit();
    if (limits_.group_max != 0) {
        limits_.resident_max = std::min(limits_.resident_max, limits_.group_max);
    }
    if (resident_max != 0) limits_.resident_max = resident_max;
}

MemoryUse MemoryMeter::read() const {
    MemoryUse use = limits_;
    use.resident_bytes = resident_pages_in(text_of("/proc/self/statm")) * page_bytes_;
    use.group_bytes = group_.used();
    use.tcp_pages = tcp_pages_in(text_of("/proc/net/sockstat"));
    return use;
}

}  // namespace stentor::server
