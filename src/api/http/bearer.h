#pragma once
// What a request bears as its right to ask (RFC 6750 section 2.1).

#include <algorithm>
#include <string_view>

#include "net/http/message.h"

namespace stentor::api {

// Empty: nothing of this scheme.
[[nodiscard]] inline std::string_view bearer_of(const net::http::Request& request) {
    constexpr std::string_view kScheme = "bearer ";
    const std::string_view header = request.header("authorization");
    // A scheme has no case (RFC 9110 section 11.1), and spaces may follow it.
    const auto same = [](char given, char wanted) {
        return (given >= 'A' && given <= 'Z' ? given + ('a' - 'A') : given) == wanted;
    };
    if (header.size() < kScheme.size() ||
        !std::ranges::equal(header.substr(0, kScheme.size()), kScheme, same)) {
        return {};
    }
    const std::size_t begin = header.find_first_not_of(' ', kScheme.size());
    return begin == std::string_view::npos ? std::string_view{} : header.substr(begin);
}

}  // namespace stentor::api
