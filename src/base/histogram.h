#pragma once
// Counts values by size, exact to one part in 64, for any 64-bit value; 30 KB. In the manner of HDR
// histograms: 64 even steps for each power of two.

#include <array>
#include <cstddef>
#include <cstdint>

namespace stentor {

class Histogram {
public:
    void add(std::uint64_t value, std::uint64_t times = 1) {
        counts_[index_of(value)] += times;
        count_ += times;
        sum_ += value * times;
        if (value > max_) max_ = value;
        if (value < min_) min_ = value;
    }
    void add(const Histogram& other);

    // The least value that `fraction` of all are not above, up to a part in 64. 0 when empty.
    [[nodiscard]] std::uint64_t at(double fraction) const;
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t max() const { return max_; }
    [[nodiscard]] std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
    [[nodiscard]] double mean() const {
        return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
    }

private:
    static constexpr unsigned kBits = 6;
    static constexpr std::size_t kSteps = std::size_t{1} << kBits;

    [[nodiscard]] static std::size_t index_of(std::uint64_t value);
    [[nodiscard]] static std::uint64_t top_of(std::size_t index);

    std::array<std::uint64_t, (64 - kBits + 1) * kSteps> counts_{};
    std::uint64_t count_{};
    std::uint64_t sum_{};
    std::uint64_t max_{};
    std::uint64_t min_{~std::uint64_t{0}};
};

}  // namespace stentor
