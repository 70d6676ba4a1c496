#include "bench/fanout_pairs.h"

#include <utility>

namespace stentor::bench {

void FanoutPairs::Side::add(const FanoutTimes& times) {
    for (auto [sample, ns] :
         {std::pair{&first, times.first}, std::pair{&median, times.median},
          std::pair{&p99, times.p99}, std::pair{&last, times.last}, std::pair{&cpu, times.cpu}}) {
        sample->values.push_back(static_cast<double>(ns) / 1e6);
    }
}

void FanoutPairs::Side::tell(Findings& findings, const std::string& section,
                             const std::string& who) {
    for (auto [what, sample] :
         {std::pair{"first", &first}, std::pair{"median", &median}, std::pair{"p99", &p99},
          std::pair{"last", &last}, std::pair{"CPU of sending threads", &cpu}}) {
        findings.figure(section, who + ": " + what + ", median of the runs", sample->at(0.5), "ms");
        findings.figure(section, who + ": " + what + ", spread (10% to 90%)",
                        sample->at(0.9) - sample->at(0.1), "ms");
    }
}

void FanoutPairs::add(const FanoutTimes& ours, const FanoutTimes& floor) {
    ours_.add(ours);
    floor_.add(floor);
    ratio_.values.push_back(static_cast<double>(floor.cpu) / static_cast<double>(ours.cpu));
}

// The ratio is 1 where we are as cheap as bare send(); below 1 it is the part of our CPU time that
// the floor would have needed.
void FanoutPairs::tell(Findings& findings, const std::string& section, const std::string& words) {
    Plot plot{"Last of " + words + " has it", "run", "ms", {{"stentor", {}}, {"raw floor", {}}}};
    for (std::size_t i = 0; i < ours_.last.values.size(); ++i) {
        plot.series[0].points.emplace_back(static_cast<double>(i + 1), ours_.last.values[i]);
        plot.series[1].points.emplace_back(static_cast<double>(i + 1), floor_.last.values[i]);
    }
    findings.plot(section, plot);
    ours_.tell(findings, section, words + ", stentor");
    floor_.tell(findings, section, words + ", raw floor");
    for (auto [name, part] : {std::pair{"median", 0.5}, std::pair{"lower quartile", 0.25},
                              std::pair{"upper quartile", 0.75}}) {
        findings.figure(section, words + ": raw floor's CPU over stentor's, " + name,
                        ratio_.at(part), "");
    }
}

}  // namespace stentor::bench
