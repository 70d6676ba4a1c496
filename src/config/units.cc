#include "config/units.h"

#include <array>
#include <limits>
#include <span>

#include "base/number_text.h"

namespace stentor::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// Largest first.
constexpr std::array<Unit, 5> kTimes{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kSizes{
    {{"GiB", 1U << 30U}, {"MiB", 1U << 20U}, {"KiB", 1U << 10U}, {"B", 1}}};
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = number_in(text.substr(0, digits));
    if (!number) return std::nullopt;
    std::string_view name = text.substr(digits);
    if (name.starts_with(' ')) name.remove_prefix(1);
    for (const Unit& unit : units) {
        if (unit.name != name) continue;
        if (*number > kMost / unit.factor) return std::nullopt;
        return *number * unit.factor;
    }
    return std::nullopt;
}

std::string text_of(std::uint64_t value, std::span<const Unit> units, std::string_view zero) {
    if (value == 0) return std::string{zero};
    for (const Unit& unit : units) {
        if (value % unit.factor != 0) continue;
        return std::to_string(value / unit.factor) + " " + std::string{unit.name};
    }
    return {};
}

}  // namespace

std::optional<Millis> parse_time(std::string_view text) {
    const auto ms = parse(text, kTimes);
    if (!ms) return std::nullopt;
    return Millis{static_cast<std::int64_t>(*ms)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) { return parse(text, kSizes); }

std::string text_of_time(Millis time) {
    return text_of(static_cast<std::uint64_t>(time.count()), kTimes, "0 s");
}

std::string text_of_size(std::uint64_t bytes) { return text_of(bytes, kSizes, "0 B"); }

}  // namespace stentor::config
