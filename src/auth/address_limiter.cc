#include "auth/address_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>

#include "base/ids.h"

namespace stentor::auth {

namespace {

// The bytes that name the subscriber: 4 of IPv4, 8 of IPv6. Empty: it is no address.
struct Subscriber {
    std::array<std::uint8_t, 8> bytes{};
    std::size_t size{};
};

Subscriber subscriber_of(std::string_view address) {
    const std::string text{address};
    std::array<std::uint8_t, 16> raw{};
    Subscriber found;
    if (inet_pton(AF_INET6, text.c_str(), raw.data()) == 1) {
        constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        // An IPv4 address as a two-family listener shows it: 64 bits of it would be all zero.
        const bool mapped = std::ranges::equal(kMapped, std::span{raw}.first<12>());
        found.size = mapped ? 4 : 8;
        std::copy_n(raw.begin() + (mapped ? 12 : 0), found.size, found.bytes.begin());
    } else if (inet_pton(AF_INET, text.c_str(), raw.data()) == 1) {
        found.size = 4;
        std::copy_n(raw.begin(), found.size, found.bytes.begin());
    }
    return found;
}

}  // namespace

std::uint64_t address_key(std::string_view address) {
    const Subscriber subscriber = subscriber_of(address);
    if (subscriber.size == 0) return ~std::uint64_t{0};
    std::uint64_t key = 0;
    std::memcpy(&key, subscriber.bytes.data(), subscriber.size);
    return key;
}

std::array<std::uint64_t, 3> network_keys(std::string_view address) {
    const Subscriber subscriber = subscriber_of(address);
    const std::size_t wide = subscriber.size / 2;
    const std::array<std::size_t, 3> sizes{subscriber.size, wide + wide / 2, wide};
    std::array<std::uint64_t, 3> keys{};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::uint64_t key = 0;
        std::memcpy(&key, subscriber.bytes.data(), sizes[i]);
        keys[i] = spread(key + i + subscriber.size * std::uint64_t{0x9e3779b97f4a7c15}) | 1U;
    }
    return keys;
}

AddressLimiter::AddressLimiter(AddressRate rate)
    : interval_(Millis{60'000} / std::max(rate.per_minute, 1U)),
      tolerance_(interval_ * (std::max(rate.burst, 1U) - 1)),
      addresses_max_(std::max<std::size_t>(rate.addresses_max, 1)) {}

Result<void> AddressLimiter::take(std::uint64_t key, Time now) {
    const auto known = places_.find(key);
    if (known == places_.end()) {
        if (places_.size() == addresses_max_) {
            places_.erase(newest_first_.back().key);
            newest_first_.pop_back();
        }
        newest_first_.push_front({.key = key, .full_at = now + interval_});
        places_.emplace(key, newest_first_.begin());
        return {};
    }

    Bucket& bucket = *known->second;
    newest_first_.splice(newest_first_.begin(), newest_first_, known->second);
    const Time full_at = std::max(bucket.full_at, now);
    if (full_at - now > tolerance_) {
        const auto wait_ms = static_cast<std::uint32_t>((full_at - now - tolerance_).count());
        return std::unexpected(
            Error{.code = Code::rate_limited, .where = "address", .retry_after_ms = wait_ms});
    }
    bucket.full_at = full_at + interval_;
    return {};
}

}  // namespace stentor::auth
