#include "net/access/admission.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"

namespace stentor::net::access {
namespace {

// A half-open one is given up after this long, so there is room again.
Millis time_for_room(std::uint32_t random) {
    return Millis{1'000} + Millis{random % limits::kHandshakeWithin.count()};
}

}  // namespace

std::uint64_t network_of(const Address& address) {
    std::uint64_t network = 0;
    if (is_mapped(address)) {
        std::memcpy(&network, address.bytes.data() + 12, 4);
    } else {
        std::memcpy(&network, address.bytes.data(), sizeof network);
    }
    return network;
}

Admission::Admission(const Limits& limits, Time now, std::uint64_t secret)
    : limits_{limits},
      tokens_{std::max(limits.per_s, 1.0)},
      counted_at_{now},
      shares_{limits.per_s, now, secret} {}

std::expected<Admission::Place, Admission::Refusal> Admission::enter(
    const std::optional<Address>& from, Time now, std::uint32_t random) {
    // What bounds memory comes first: it takes nothing from the rate, which is shared by all.
    if (const auto refusal = no_room(from, random)) return std::unexpected{*refusal};
    if (from) {
        if (const auto refusal = take(*from, now, random)) return std::unexpected{*refusal};
    }
    return take_place(from);
}

std::expected<Admission::Place, Admission::Refusal> Admission::enter_again(const Address& from,
                                                                           bool counted, Time now,
                                                                           std::uint32_t random) {
    if (const auto refusal = no_room(from, random)) return std::unexpected{*refusal};
    if (!counted) {
        if (const auto refusal = take(from, now, random)) return std::unexpected{*refusal};
    }
    return take_place(from);
}

std::optional<Admission::Refusal> Admission::no_room(const std::optional<Address>& from,
                                                     std::uint32_t random) const {
    if (open_ >= limits_.open) {
        return Refusal{
            .bound = Bound::open, .limit = limits_.open, .retry_after = time_for_room(random)};
    }
    if (!from) return std::nullopt;
    const auto known = of_one_.find(network_of(*from));
    if (known == of_one_.end() || known->second < limits_.open_of_one) return std::nullopt;
    return Refusal{.bound = Bound::address,
                   .limit = limits_.open_of_one,
                   .retry_after = time_for_room(random)};
}

Admission::Place Admission::take_place(const std::optional<Address>& from) {
    if (free_.empty()) {
        free_.push_back(static_cast<Place>(places_.size()));
        places_.emplace_back();
    }
    const Place place = free_.back();
    free_.pop_back();
    const std::uint64_t network = from ? network_of(*from) : 0;
    if (from) ++of_one_[network];
    places_[place] = {.network = network, .located = from.has_value()};
    ++open_;
    return place;
}

std::expected<void, Admission::Refusal> Admission::locate(Place place, const Address& from,
                                                          Time now, std::uint32_t random) {
    Entry& entry = places_[place];
    if (entry.located) return {};
    const std::uint64_t network = network_of(from);
    // The entry still stands for nobody: leave() will take nothing from this network.
    const auto known = of_one_.find(network);
    if (known != of_one_.end() && known->second >= limits_.open_of_one) {
        return std::unexpected{Refusal{.bound = Bound::address,
                                       .limit = limits_.open_of_one,
                                       .retry_after = time_for_room(random)}};
    }
    if (const auto refusal = take(from, now, random)) return std::unexpected{*refusal};
    ++of_one_[network];
    entry = {.network = network, .located = true};
    return {};
}

void Admission::leave(Place place) {
    const Entry entry = places_[place];
    free_.push_back(place);
    --open_;
    if (!entry.located) return;
    const auto known = of_one_.find(entry.network);
    if (--known->second == 0) of_one_.erase(known);
}

void Admission::set_rate(double per_s) {
    limits_.per_s = per_s;
    tokens_ = std::min(tokens_, std::max(per_s, 1.0));
    shares_.set_rate(per_s);
}

std::optional<Admission::Refusal> Admission::take(const Address& from, Time now,
                                                  std::uint32_t random) {
    refill(now);
    const bool within = shares_.within(from, now);
    const double whole = std::max(limits_.per_s, 1.0);
    // A rate of less than two a second has nothing that could be left to others.
    const double left_to_others = within ? 0 : std::min(whole / 2, whole - 1);
    if (tokens_ >= left_to_others + 1) {
        tokens_ -= 1;
        if (within) shares_.count(from, now);
        return std::nullopt;
    }
    return Refusal{
        .bound = within ? Bound::rate : Bound::share,
        .limit = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(limits_.per_s)),
        .retry_after = time_for_one_more(within ? promised_ms_ : promised_beyond_ms_, random)};
}

void Admission::refill(Time now) {
    const auto passed_ms = static_cast<double>(std::max(now - counted_at_, Millis{0}).count());
    counted_at_ = std::max(counted_at_, now);
    promised_ms_ = std::max(0.0, promised_ms_ - passed_ms);
    promised_beyond_ms_ = std::max(0.0, promised_beyond_ms_ - passed_ms);
    // At least one: a rate below one a second would otherwise never gather a whole one.
    tokens_ = std::min(std::max(limits_.per_s, 1.0), tokens_ + passed_ms * limits_.per_s / 1'000);
}

Millis Admission::time_for_one_more(double& promised_ms, std::uint32_t random) const {
    const auto most = static_cast<double>(limits::kReturnWithin.count());
    promised_ms = std::min(most, promised_ms + 1'000 / limits_.per_s);
    // Beyond what can be promised the times are drawn, or all of the rest would come at once.
    if (promised_ms >= most)
        return limits::kReturnWithin / 2 + Millis{random} % (limits::kReturnWithin / 2);
    return Millis{1} + Millis{static_cast<Millis::rep>(promised_ms)};
}

}  // namespace stentor::net::access
