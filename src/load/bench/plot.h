#pragma once
// Curves over time or over runs, drawn as SVG 1.1.

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stentor::bench {

struct Plot {
    struct Series {
        std::string name;
        std::vector<std::pair<double, double>> points;  // In the order of x.
    };
    std::string title;
    std::string x_label;
    std::string y_label;
    std::vector<Series> series;
    std::vector<std::pair<double, std::string>> marks{};  // Words at an x.
};

// As people write it: 12.3k, 4.56M.
[[nodiscard]] std::string short_number(double value);
// The plots below one another: as a part of a page, and as a file of its own.
[[nodiscard]] std::string drawn(std::span<const Plot> plots);
[[nodiscard]] std::string picture(std::span<const Plot> plots);

}  // namespace stentor::bench
