#include "config/address.h"

#include "base/number_text.h"
#include "config/units.h"

namespace stentor::config {

std::optional<Address> parse_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    const auto port = number_in(text.substr(colon + 1));
    if (!port || *port > 65'535) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    const bool v6 = host.find(':') != std::string_view::npos;
    if (host.empty() || v6 != bracketed) return std::nullopt;
    constexpr std::string_view kFour = "0123456789.";
    constexpr std::string_view kSix = "0123456789abcdefABCDEF:.%";
    if (host.find_first_not_of(v6 ? kSix : kFour) != std::string_view::npos) return std::nullopt;
    return Address{.host = std::string{host}, .port = static_cast<std::uint16_t>(*port)};
}

std::optional<Address> parse_host(std::string_view text) {
    constexpr std::string_view kName =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    std::optional<Address> found = parse_address(text);
    const std::size_t colon = text.rfind(':');
    if (!found && colon != std::string_view::npos && colon > 0) {
        const std::string_view name = text.substr(0, colon);
        const auto port = number_in(text.substr(colon + 1));
        if (!port || *port > 65'535) return std::nullopt;
        if (name.find_first_not_of(kName) != std::string_view::npos) return std::nullopt;
        found = Address{.host = std::string{name}, .port = static_cast<std::uint16_t>(*port)};
    }
    return found && found->port != 0 ? found : std::nullopt;
}

std::string Address::text() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace stentor::config
