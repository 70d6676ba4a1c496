#pragma once
// A program that the bench starts, and what it and all that it started in turn cost.
//
// Start-up only, hence exceptions: std::runtime_error with a sentence.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace stentor::bench {

class ChildProcess {
public:
    ChildProcess() = default;
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess() { kill(); }

    // The first word is looked for in PATH. Its errors are added to `log`. It is told to end when
    // the thread that started it ends.
    void start(std::vector<std::string> words, const std::filesystem::path& log);
    void kill();             // SIGKILL
    void stop(Millis most);  // SIGTERM, and SIGKILL after that time.
    // What it prints, waiting for at most `most`; empty: nothing yet. Nothing: it ended.
    [[nodiscard]] std::optional<std::string> output(Millis most);

    [[nodiscard]] bool running() const { return process_ > 0; }
    [[nodiscard]] pid_t id() const { return process_; }

private:
    pid_t process_{-1};
    int output_{-1};
};

struct ProcessCost {
    double cpu_s{};             // Of all its threads that live.
    std::uint64_t own_bytes{};  // In use and no copy of a file's; shared ones count in parts.
};
// Of a process and its children and theirs.
[[nodiscard]] ProcessCost process_cost(pid_t root);

}  // namespace stentor::bench
