#pragma once
// What a request bears as its right to ask (RFC 6750 section 2.1).

#include <string_view>

#include "net/http/message.h"

namespace stentor::api {

// Empty: nothing of this scheme.
[[nodiscard]] inline std::string_view bearer_of(const net::http::Request& request) {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view header = request.header("authorization");
    return header.starts_with(kScheme) ? header.substr(kScheme.size()) : std::string_view{};
}

}  // namespace stentor::api
