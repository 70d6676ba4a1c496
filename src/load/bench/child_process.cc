#include "load/bench/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <stdexcept>
#include <thread>

namespace stentor::bench {
namespace {

using std::chrono::steady_clock;

// The fourth field of stat (proc(5)); the second, a name in brackets, may hold anything.
std::optional<pid_t> parent_of(const std::filesystem::path& process) {
    std::string line;
    std::getline(std::ifstream{process / "stat"}, line);
    const auto name_end = line.rfind(") ");
    if (name_end == std::string::npos) return std::nullopt;
    return static_cast<pid_t>(std::atoi(line.c_str() + name_end + 4));
}

std::vector<pid_t> tree_of(pid_t root) {
    std::multimap<pid_t, pid_t> children;
    std::error_code gone;  // Processes end while they are looked at.
    for (const auto& entry : std::filesystem::directory_iterator{"/proc", gone}) {
        const pid_t id = std::atoi(entry.path().filename().c_str());
        if (id <= 0) continue;
        if (const auto parent = parent_of(entry.path())) children.emplace(*parent, id);
    }
    std::vector<pid_t> tree{root};
    for (std::size_t i = 0; i < tree.size(); ++i) {
        const auto [begin, end] = children.equal_range(tree[i]);
        for (auto child = begin; child != end; ++child) tree.push_back(child->second);
    }
    return tree;
}

}  // namespace

void ChildProcess::start(std::vector<std::string> words, const std::filesystem::path& log) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) throw std::runtime_error{"cannot make a pipe"};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    process_ = fork();
    if (process_ < 0) throw std::runtime_error{"cannot start a process"};
    if (process_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(ends[1], STDOUT_FILENO);
        const int errors = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
        if (errors >= 0) dup2(errors, STDERR_FILENO);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
}

void ChildProcess::kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
    close(output_);
}

void ChildProcess::stop(Millis most) {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    const auto end = steady_clock::now() + most;
    while (steady_clock::now() < end) {
        if (waitpid(process_, nullptr, WNOHANG) == process_) {
            process_ = -1;
            close(output_);
            return;
        }
        std::this_thread::sleep_for(Millis{20});
    }
    kill();
}

std::optional<std::string> ChildProcess::output(Millis most) {
    pollfd watched{.fd = output_, .events = POLLIN, .revents = 0};
    if (poll(&watched, 1, static_cast<int>(most.count())) <= 0) return "";
    char bytes[4'096];
    const auto got = read(output_, bytes, sizeof bytes);
    if (got <= 0) return std::nullopt;
    return std::string{bytes, static_cast<std::size_t>(got)};
}

// The first number of schedstat is the time on a CPU, in nanoseconds; smaps_rollup is in KiB
// (proc(5)).
ProcessCost process_cost(pid_t root) {
    ProcessCost cost;
    std::error_code gone;
    for (const pid_t id : tree_of(root)) {
        const std::filesystem::path folder = "/proc/" + std::to_string(id);
        for (const auto& task : std::filesystem::directory_iterator{folder / "task", gone}) {
            std::uint64_t ns = 0;
            std::ifstream{task.path() / "schedstat"} >> ns;
            cost.cpu_s += static_cast<double>(ns) / 1e9;
        }
        std::ifstream memory{folder / "smaps_rollup"};
        for (std::string word; memory >> word;) {
            std::uint64_t kib = 0;
            if ((word == "Pss_Anon:" || word == "Pss_Shmem:") && memory >> kib) {
                cost.own_bytes += kib * 1'024;
            }
        }
    }
    return cost;
}

}  // namespace stentor::bench
