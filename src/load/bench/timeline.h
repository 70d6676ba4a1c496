#pragma once
// What a long run looked like, second by second: who watches, what arrives, memory, CPU
// time and the storm level.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "load/bench/findings.h"
#include "load/bench/machine.h"
#include "load/bench/testbed.h"
#include "load/crowd/crowd.h"

namespace stentor::bench {

class Timeline {
public:
    // Takes a look when a second has gone by since the one before.
    void look(const ServerProcess& server, crowd::Crowd& crowd);
    // A word below the curves at the present moment.
    void mark(const std::string& words);
    void plot(Findings& findings, const std::string& section) const;

private:
    struct Look {
        double at_s{};
        double watching{};
        double delivered_per_s{};
        double server_bytes{};
        double kernel_bytes{};
        double tcp_bytes{};
        double server_cores{};
        double machine_cores{};
        double level{};
    };
    // Which of the machine's means were used up while messages were delivered.
    [[nodiscard]] std::string limits() const;
    [[nodiscard]] double now_s() const;

    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::vector<Look> looks_;
    std::vector<std::pair<double, std::string>> marks_;
    std::uint64_t delivered_{};
    double cpu_s_{};
    double busy_s_ = busy_s();
    double level_{};
};

}  // namespace stentor::bench
