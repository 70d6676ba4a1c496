#pragma once
// Paths with places for numbers, "/api/v1/groups/{}/messages", or for one text.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace stentor::api {

// The numbers at the places, each 0 to kIdMax and written without a sign; nothing when `path` is
// another one. Neither holds an escape.
[[nodiscard]] inline std::optional<std::vector<std::uint64_t>> match(std::string_view pattern,
                                                                     std::string_view path) {
    std::vector<std::uint64_t> numbers;
    while (!pattern.empty()) {
        const std::size_t place = pattern.find("{}");
        const std::string_view fixed = pattern.substr(0, place);
        if (!path.starts_with(fixed)) return std::nullopt;
        path.remove_prefix(fixed.size());
        if (place == std::string_view::npos) break;
        pattern.remove_prefix(place + 2);
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
        if (error != std::errc{} || number > limits::kIdMax) return std::nullopt;
        path.remove_prefix(static_cast<std::size_t>(end - path.data()));
        numbers.push_back(number);
    }
    if (!path.empty()) return std::nullopt;
    return numbers;
}

// The one text at the place of `pattern`, without a slash.
[[nodiscard]] inline std::optional<std::string_view> match_text(std::string_view pattern,
                                                                std::string_view path) {
    const std::size_t place = pattern.find("{}");
    const std::string_view behind = pattern.substr(place + 2);
    if (!path.starts_with(pattern.substr(0, place)) || !path.ends_with(behind) ||
        path.size() < place + behind.size()) {
        return std::nullopt;
    }
    const std::string_view text = path.substr(place, path.size() - place - behind.size());
    if (text.empty() || text.contains('/')) return std::nullopt;
    return text;
}

}  // namespace stentor::api
