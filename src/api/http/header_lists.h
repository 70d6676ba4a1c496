#pragma once
// Headers that are lists: elements between commas (RFC 9110 section 5.6.1).

#include <algorithm>
#include <string_view>

namespace stentor::api {

[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Calls `is` with each element of a comma-separated list until it says yes.
template <class Predicate>
bool any_of_list(std::string_view list, Predicate is) {
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(','), list.size());
        if (is(trimmed(list.substr(0, end)))) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

// RFC 9110 section 13.1.2: compared weakly.
[[nodiscard]] inline bool has_it(std::string_view if_none_match, std::string_view etag) {
    return any_of_list(if_none_match, [&](std::string_view each) {
        if (each.starts_with("W/")) each.remove_prefix(2);
        return each == "*" || each == etag;
    });
}

}  // namespace stentor::api
