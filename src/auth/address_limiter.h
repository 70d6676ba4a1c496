#pragma once
// A token bucket for each network address, in a table that never grows beyond its bound. Pure.
//
// Thread: none of its own, no lock; whoever shares one guards it. Cost: O(1). When the table is
// full the address that was quiet longest makes room: an attacker with many addresses can make
// others' buckets full again, never make them empty.

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string_view>
#include <unordered_map>

#include "base/code.h"
#include "base/time.h"

namespace stentor::auth {

// IPv4 as it is; of IPv6 the first 64 bits, because one subscriber is handed that many addresses.
// Anything else shares one key.
[[nodiscard]] std::uint64_t address_key(std::string_view address);

// The address and the networks around it, from the narrowest on: IPv4 itself, /24 and /16; IPv6
// /64, /48 and /32. Hashes that differ by kind, never 0.
[[nodiscard]] std::array<std::uint64_t, 3> network_keys(std::string_view address);

struct AddressRate {
    std::uint32_t per_minute = 60;
    std::uint32_t burst = 20;
    std::size_t addresses_max = 65'536;
};

class AddressLimiter {
public:
    explicit AddressLimiter(AddressRate rate);

    // rate_limited, with the time until one more is taken.
    [[nodiscard]] Result<void> take(std::uint64_t key, Time now);
    [[nodiscard]] std::size_t size() const { return places_.size(); }

private:
    // A bucket as one number: the time at which it will be full again (GCRA).
    struct Bucket {
        std::uint64_t key;
        Time full_at;
    };

    Millis interval_;
    Millis tolerance_;
    std::size_t addresses_max_;
    std::list<Bucket> newest_first_;
    std::unordered_map<std::uint64_t, std::list<Bucket>::iterator> places_;
};

}  // namespace stentor::auth
