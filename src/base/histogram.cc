#include "base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace stentor {

// Below 2^kBits each value has a step of its own; above, the highest kBits + 1 bits choose it.
std::size_t Histogram::index_of(std::uint64_t value) {
    if (value < kSteps) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kBits - 1;
    return (shift + 1) * kSteps + static_cast<std::size_t>((value >> shift) - kSteps);
}

std::uint64_t Histogram::top_of(std::size_t index) {
    if (index < kSteps) return index;
    const auto shift = static_cast<unsigned>(index / kSteps - 1);
    const std::uint64_t lowest = (kSteps + index % kSteps) << shift;
    return lowest + ((std::uint64_t{1} << shift) - 1);
}

void Histogram::add(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
    min_ = std::min(min_, other.min_);
}

std::uint64_t Histogram::at(double fraction) const {
    if (count_ == 0) return 0;
    const auto wanted = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= wanted) return std::clamp(top_of(i), min_, max_);
    }
    return max_;
}

}  // namespace stentor
