#pragma once
// A few values of one figure, from as many rounds.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace stentor::bench {

struct Sample {
    std::vector<double> values;

    // 0 when empty; 0.5 is the median.
    [[nodiscard]] double at(double part) const {
        if (values.empty()) return 0;
        std::vector<double> sorted = values;
        std::ranges::sort(sorted);
        const auto last = static_cast<double>(sorted.size() - 1);
        return sorted[static_cast<std::size_t>(part * last + 0.5)];
    }
    // The median; `form` as in "{:.1f}".
    [[nodiscard]] std::string told(const char* form) const {
        return fmt::format(fmt::runtime(form), at(0.5));
    }
    // With the least and the largest one, when there are several.
    [[nodiscard]] std::string with_spread(const char* form) const {
        if (values.size() < 2) return told(form);
        return fmt::format("{} ({} to {})", told(form), fmt::format(fmt::runtime(form), at(0)),
                           fmt::format(fmt::runtime(form), at(1)));
    }
};

}  // namespace stentor::bench
