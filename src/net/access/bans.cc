#include "net/access/bans.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

namespace stentor::net::access {
namespace {

constexpr unsigned kMappedBits = 96;  // In front of an IPv4 address (address.h).

}  // namespace

bool too_wide(const Network& network) {
    if (network.prefix_bits < kBanBitsV6) return true;
    if (network.prefix_bits >= kMappedBits + kBanBitsV4) return false;
    // One of IPv6, or so much of IPv4; "::/32" is all of IPv4, too.
    constexpr std::array<std::uint8_t, 4> kNone{};
    const Address mapped = from_v4(kNone.data());
    const unsigned shared = std::min(network.prefix_bits, kMappedBits);
    return masked(network.address, shared) == masked(mapped, shared);
}

Bans::Bans(std::vector<Ban> bans) : bans_{std::move(bans)} {
    std::ranges::sort(bans_, {}, [](const Ban& ban) {
        return std::tuple{ban.network.prefix_bits, ban.network.address};
    });
}

bool Bans::hold(const Address& address, Time now) const {
    const auto bits_of = [](const Ban& ban) { return ban.network.prefix_bits; };
    for (auto from = bans_.begin(); from != bans_.end();) {
        const unsigned bits = from->network.prefix_bits;
        const auto to = std::ranges::upper_bound(from, bans_.end(), bits, {}, bits_of);
        const auto same =
            std::ranges::equal_range(from, to, masked(address, bits), {},
                                     [](const Ban& ban) { return ban.network.address; });
        if (std::ranges::any_of(same, [now](const Ban& ban) { return ban.ends > now; }))
            return true;
        from = to;
    }
    return false;
}

}  // namespace stentor::net::access
