#include "net/access/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

namespace stentor::net::access {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

Address masked(Address address, unsigned prefix_bits) {
    for (unsigned i = 0; i < address.bytes.size(); ++i) {
        const unsigned kept = prefix_bits > 8 * i ? std::min(prefix_bits - 8 * i, 8U) : 0;
        address.bytes[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
    }
    return address;
}

bool is_mapped(const Address& address) {
    return std::ranges::equal(kMapped, std::span{address.bytes}.first<kMapped.size()>());
}

Address from_v4(const std::uint8_t* bytes) {
    Address address;
    std::ranges::copy(kMapped, address.bytes.begin());
    std::memcpy(address.bytes.data() + kMapped.size(), bytes, 4);
    return address;
}

Address from_v6(const std::uint8_t* bytes) {
    Address address;
    std::memcpy(address.bytes.data(), bytes, address.bytes.size());
    return address;
}

std::optional<Address> parse_address(std::string_view text) {
    if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
    const std::string terminated{text};
    std::array<std::uint8_t, 16> raw{};
    if (inet_pton(AF_INET, terminated.c_str(), raw.data()) == 1) return from_v4(raw.data());
    if (inet_pton(AF_INET6, terminated.c_str(), raw.data()) == 1) return from_v6(raw.data());
    return std::nullopt;
}

std::string shown(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_mapped(address)) {
        inet_ntop(AF_INET, address.bytes.data() + kMapped.size(), text.data(), text.size());
    } else {
        inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
    }
    return text.data();
}

std::optional<Network> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::optional<Address> address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
    const unsigned bits_max = v4 ? 32 : 128;
    unsigned bits = bits_max;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        const bool whole = error == std::errc{} && end == digits.data() + digits.size();
        if (!whole || bits > bits_max) return std::nullopt;
    }
    const unsigned prefix = bits + (128 - bits_max);
    if (masked(*address, prefix) != *address) return std::nullopt;
    return Network{.address = *address, .prefix_bits = prefix};
}

std::string shown(const Network& network) {
    std::string text = shown(network.address);
    if (network.prefix_bits == 128) return text;
    const bool v4 = network.prefix_bits >= 96 && is_mapped(network.address);
    return text + '/' + std::to_string(network.prefix_bits - (v4 ? 96 : 0));
}

bool Networks::add(std::string_view text) {
    const auto network = parse_network(text);
    if (network) networks_.push_back(*network);
    return network.has_value();
}

bool Networks::contains(const Address& address) const {
    return std::ranges::any_of(networks_, [&](const Network& network) {
        return masked(address, network.prefix_bits) == network.address;
    });
}

}  // namespace stentor::net::access
