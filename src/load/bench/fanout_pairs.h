#pragma once
// Runs of one message to everybody, each beside one of the raw floor, and what they say.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "load/bench/findings.h"
#include "load/bench/raw_floor.h"
#include "load/bench/sample.h"

namespace stentor::bench {

class FanoutPairs {
public:
    // Nothing for `floor`: there is none here, in any of the runs.
    void add(const FanoutTimes& ours, const std::optional<FanoutTimes>& floor);
    // Figures and a plot. `words` names the watchers.
    void tell(Findings& findings, const std::string& section, const std::string& words);
    // Of the raw floor's CPU over ours; nothing where there was no floor.
    [[nodiscard]] std::optional<double> ratio_at(double part) const;

private:
    struct Side {
        Sample first, median, p99, last, cpu;
        void add(const FanoutTimes& times);
        void tell(Findings& findings, const std::string& section, const std::string& who);
    };

    Side ours_;
    Side floor_;
    Sample ratio_;
};

}  // namespace stentor::bench
