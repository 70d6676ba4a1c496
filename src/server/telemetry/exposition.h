#pragma once
// Prometheus' text exposition format 0.0.4, written from front to back: each family once, with its
// help and type, then its samples.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration_counts.h"

namespace stentor::server {

class Exposition {
public:
    using Label = std::pair<std::string_view, std::string_view>;
    struct Sample {
        std::vector<Label> labels;
        double value{};
    };

    Exposition& counter(std::string_view name, std::string_view help, double value);
    Exposition& counters(std::string_view name, std::string_view help,
                         const std::vector<Sample>& samples);
    Exposition& gauge(std::string_view name, std::string_view help, double value);
    Exposition& gauges(std::string_view name, std::string_view help,
                       const std::vector<Sample>& samples);
    // Sums of several, in seconds.
    Exposition& histogram(std::string_view name, std::string_view help,
                          const std::vector<const DurationCounts*>& parts);

    [[nodiscard]] std::string text() const { return text_; }

private:
    void head(std::string_view name, std::string_view help, std::string_view type);
    void sample(std::string_view name, const std::vector<Label>& labels, double value);

    std::string text_;
};

}  // namespace stentor::server
