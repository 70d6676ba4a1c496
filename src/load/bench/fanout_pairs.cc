#include "load/bench/fanout_pairs.h"

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

void FanoutPairs::add(const FanoutTimes& ours, const std::optional<FanoutTimes>& floor) {
    ours_.add(ours);
    if (!floor) return;
    floor_.add(*floor);
    ratio_.values.push_back(static_cast<double>(floor->cpu) / static_cast<double>(ours.cpu));
}

std::optional<double> FanoutPairs::ratio_at(double part) const {
    if (ratio_.values.empty()) return std::nullopt;
    return ratio_.at(part);
}

// The ratio is 1 where we are as cheap as bare send(); below 1 it is the part of our CPU time that
// the floor would have needed.
void FanoutPairs::tell(Findings& findings, const std::string& section, const std::string& words) {
    Plot plot{"Last of " + words + " has it", "run", "ms", {}};
    for (const auto& [name, side] : {std::pair{"stentor", &ours_}, {"raw floor", &floor_}}) {
        if (side->last.values.empty()) continue;
        Plot::Series& series = plot.series.emplace_back(name);
        for (const double ms : side->last.values) {
            series.points.emplace_back(static_cast<double>(series.points.size() + 1), ms);
        }
    }
    findings.plot(section, plot);
    ours_.tell(findings, section, words + ", stentor");
    if (ratio_.values.empty()) return;
    floor_.tell(findings, section, words + ", raw floor");
    for (auto [name, part] : {std::pair{"median", 0.5}, std::pair{"lower quartile", 0.25},
                              std::pair{"upper quartile", 0.75}}) {
        findings.figure(section, words + ": raw floor's CPU over stentor's, " + name,
                        ratio_.at(part), "");
    }
}

}  // namespace stentor::bench
