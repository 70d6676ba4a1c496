#include "auth/address_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>

namespace stentor::auth {

std::uint64_t address_key(std::string_view address) {
    const std::string text{address};
    std::array<std::uint8_t, 16> raw{};
    if (inet_pton(AF_INET6, text.c_str(), raw.data()) == 1) {
        constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        // An IPv4 address as a two-family listener shows it: 64 bits of it would be all zero.
        const bool mapped = std::ranges::equal(kMapped, std::span{raw}.first<12>());
        std::uint64_t key = 0;
        std::memcpy(&key, raw.data() + (mapped ? 12 : 0), mapped ? 4 : 8);
        return key;
    }
    std::uint32_t four = 0;
    return inet_pton(AF_INET, text.c_str(), &four) == 1 ? four : ~std::uint64_t{0};
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
