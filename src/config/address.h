#pragma once
// ADDRESS:PORT or [V6]:PORT, numeric, or HOST:PORT. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stentor::config {

struct Address {
    std::string host;  // Without brackets.
    std::uint16_t port{};

    // As in a URL: with brackets where it is IPv6.
    [[nodiscard]] std::string text() const;
};

[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
// Where to go, not where to listen: the host may be a name as well, the port is not 0.
[[nodiscard]] std::optional<Address> parse_host(std::string_view text);

}  // namespace stentor::config
