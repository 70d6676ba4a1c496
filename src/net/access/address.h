#pragma once
// Network addresses as numbers, and lists of networks.
//
// Pure. Cost: a look into a list is linear in it; operators list a few proxies.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stentor::net::access {

// IPv4 as mapped into IPv6 (RFC 4291 section 2.5.5.2), so that one form serves both.
struct Address {
    std::array<std::uint8_t, 16> bytes{};

    friend auto operator<=>(const Address&, const Address&) = default;
};

struct Network {
    Address address;
    unsigned prefix_bits{};  // Of 128: of an IPv4 network 96 more than are written.

    friend auto operator<=>(const Network&, const Network&) = default;
};

// `bytes` in network order.
[[nodiscard]] Address from_v4(const std::uint8_t* bytes);
[[nodiscard]] Address from_v6(const std::uint8_t* bytes);
// Numeric, IPv4 or IPv6; no port, no brackets, no zone.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] bool is_mapped(const Address& address);
// A mapped address is written as IPv4.
[[nodiscard]] std::string shown(const Address& address);
// The network of this size that it is in.
[[nodiscard]] Address masked(Address address, unsigned prefix_bits);
// "10.0.0.0/8", "fd00::/8", or one address. Nothing when `text` is none of them, or has bits set
// behind its prefix, which is nearly always a mistake.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text);
// The shortest form that parse_network() reads as the same one.
[[nodiscard]] std::string shown(const Network& network);

class Networks {
public:
    // False: parse_network() cannot read it.
    [[nodiscard]] bool add(std::string_view text);
    [[nodiscard]] bool contains(const Address& address) const;
    [[nodiscard]] bool empty() const { return networks_.empty(); }

private:
    std::vector<Network> networks_;
};

}  // namespace stentor::net::access
