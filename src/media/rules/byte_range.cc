#include "media/rules/byte_range.h"

#include <algorithm>
#include <limits>

#include "base/number_text.h"

namespace stentor::media {
namespace {

// More digits than a number holds are still a place: one behind the end of every file.
std::optional<std::uint64_t> place_in(std::string_view digits) {
    const bool good =
        !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!good) return std::nullopt;
    return number_in(digits).value_or(std::numeric_limits<std::uint64_t>::max());
}

bool is_unit(std::string_view unit) {
    constexpr std::string_view kBytes = "bytes";
    return std::ranges::equal(unit, kBytes, [](char given, char wanted) {
        return (given >= 'A' && given <= 'Z' ? given + ('a' - 'A') : given) == wanted;
    });
}

}  // namespace

Asked asked_bytes(std::string_view range, std::string_view if_range, std::string_view etag,
                  std::uint64_t size) {
    const Asked all{.what = Asked::What::all, .range = {.count = size}};
    const Asked outside{.what = Asked::What::outside};
    // A date or another version: the whole of what is there now (section 13.1.5).
    if (!if_range.empty() && if_range != etag) return all;
    const std::size_t equals = range.find('=');
    if (equals == std::string_view::npos || !is_unit(range.substr(0, equals))) return all;
    const std::string_view spec = range.substr(equals + 1);
    const std::size_t dash = spec.find('-');
    if (dash == std::string_view::npos || spec.contains(',')) return all;
    const std::string_view from = spec.substr(0, dash);
    const std::string_view to = spec.substr(dash + 1);

    if (from.empty()) {
        const auto suffix = place_in(to);
        if (!suffix) return all;
        if (*suffix == 0 || size == 0) return outside;
        const std::uint64_t count = std::min(*suffix, size);
        return {.what = Asked::What::part, .range = {.first = size - count, .count = count}};
    }
    const auto first = place_in(from);
    const auto last =
        to.empty() ? std::optional{std::numeric_limits<std::uint64_t>::max()} : place_in(to);
    if (!first || !last || *last < *first) return all;
    if (*first >= size) return outside;
    const std::uint64_t end = std::min(*last, size - 1);
    return {.what = Asked::What::part, .range = {.first = *first, .count = end - *first + 1}};
}

std::string content_range(const std::optional<ByteRange>& range, std::uint64_t size) {
    const std::string asked =
        range ? std::to_string(range->first) + '-' + std::to_string(range->first + range->count - 1)
              : "*";
    return "bytes " + asked + '/' + std::to_string(size);
}

}  // namespace stentor::media
