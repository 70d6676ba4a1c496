// Which offers of permessage-deflate are met: RFC 6455 section 9.1, RFC 7692 sections 5 and 7.1.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/number_text.h"
#include "net/ws/handshake.h"
#include "wire/deflate/deflater.h"

namespace stentor::net::ws {
namespace {

constexpr std::string_view kName = "permessage-deflate";

// Takes what stands before `separator` off the front of `list`, without the blanks around it.
std::string_view take(std::string_view& list, char separator) {
    const std::size_t end = std::min(list.find(separator), list.size());
    std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!item.empty() && is_blank(item.front())) item.remove_prefix(1);
    while (!item.empty() && is_blank(item.back())) item.remove_suffix(1);
    return item;
}

// A token or the same in quotes: a number from 8 to 15, without leading zeros (section 7.1.2).
std::optional<int> window_bits(std::string_view value) {
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
        value = value.substr(1, value.size() - 2);
    }
    const auto number = number_in(value);
    if (value.starts_with('0') || !number || *number < 8 || *number > 15) return std::nullopt;
    return static_cast<int>(*number);
}

// What to answer to one offer; empty: it is declined.
std::string answer_to(std::string_view offer) {
    if (take(offer, ';') != kName) return {};
    std::string answer{kName};
    answer += "; server_no_context_takeover; client_no_context_takeover";
    constexpr std::array<std::string_view, 4> kParameters{
        "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
        "client_max_window_bits"};
    std::array<bool, kParameters.size()> seen{};
    while (!offer.empty()) {
        std::string_view value = take(offer, ';');
        const bool has_value = value.find('=') != std::string_view::npos;
        const std::string_view name = take(value, '=');
        const auto* known = std::ranges::find(kParameters, name);
        if (known == kParameters.end()) return {};
        const auto index = static_cast<std::size_t>(known - kParameters.begin());
        if (std::exchange(seen[index], true)) return {};
        if (index < 2) {
            if (has_value) return {};
        } else if (index == 2) {
            const auto bits = window_bits(value);
            if (!bits || *bits < deflate::kWindowBits) return {};
            answer += "; server_max_window_bits=" + std::to_string(deflate::kWindowBits);
        } else if (has_value && !window_bits(value)) {
            return {};
        }
    }
    return answer;
}

}  // namespace

std::string permessage_deflate(std::string_view offers) {
    while (!offers.empty()) {
        std::string answer = answer_to(take(offers, ','));
        if (!answer.empty()) return answer;
    }
    return {};
}

}  // namespace stentor::net::ws
