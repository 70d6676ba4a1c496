#include "net/access/shares.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace stentor::net::access {
namespace {

// Of the whole rate. At a low one a share is still one a second, or half of the rate.
constexpr std::array<double, 2> kParts{64, 16};
constexpr std::array<double, 2> kLeast{1, 2};

// Steele, Lea, Flood 2014 (splitmix64): a bijection.
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

std::uint64_t first_bytes(const Address& address, std::size_t from, std::size_t count) {
    std::uint64_t prefix = 0;
    std::memcpy(&prefix, address.bytes.data() + from, count);
    return prefix;
}

}  // namespace

Shares::Shares(double per_s, Time now, std::uint64_t secret)
    : started_{now}, secret_{secret}, rows_(kRows) {
    set_rate(per_s);
}

void Shares::set_rate(double per_s) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        const double share_per_s = std::max(per_s / kParts[i], std::min(per_s / 2, kLeast[i]));
        const double burst = std::max(share_per_s, 1.0);
        buckets_[i] = {.period_ms = 1'000 / share_per_s,
                       .tolerance_ms = 1'000 / share_per_s * (burst - 1)};
    }
}

bool Shares::within(const Address& from, Time now) const {
    const auto keys = keys_of(from);
    const double now_ms = since_start(now);
    return room(keys[0], buckets_[0], now_ms) && room(keys[1], buckets_[1], now_ms);
}

void Shares::count(const Address& from, Time now) {
    const auto keys = keys_of(from);
    for (std::size_t i = 0; i < keys.size(); ++i) take(keys[i], buckets_[i], since_start(now));
}

std::array<std::uint64_t, 2> Shares::keys_of(const Address& from) const {
    const bool v4 = is_mapped(from);
    const std::uint64_t address = v4 ? first_bytes(from, 12, 4) : first_bytes(from, 0, 8);
    const std::uint64_t network = v4 ? first_bytes(from, 12, 3) : first_bytes(from, 0, 6);
    // An address and a network of the same bytes, and the two families, have keys of their own.
    const std::uint64_t family = v4 ? 4 : 6;
    return {mix(mix(address ^ secret_) + 2 * family), mix(mix(network ^ secret_) + 2 * family + 1)};
}

std::size_t Shares::set_of(std::uint64_t key) const { return key % (kRows / kWays) * kWays; }

bool Shares::room(std::uint64_t key, const Bucket& bucket, double now_ms) const {
    const auto set = std::span{rows_}.subspan(set_of(key), kWays);
    const auto row = std::ranges::find(set, key, &Row::key);
    return row == set.end() || row->full_at_ms - now_ms <= bucket.tolerance_ms;
}

void Shares::take(std::uint64_t key, const Bucket& bucket, double now_ms) {
    const auto set = std::span{rows_}.subspan(set_of(key), kWays);
    auto row = std::ranges::find(set, key, &Row::key);
    if (row == set.end()) {
        row = std::ranges::min_element(set, {}, &Row::full_at_ms);
        *row = {.key = key, .full_at_ms = now_ms};
    }
    row->full_at_ms = std::max(row->full_at_ms, now_ms) + bucket.period_ms;
}

double Shares::since_start(Time now) const { return static_cast<double>((now - started_).count()); }

}  // namespace stentor::net::access
