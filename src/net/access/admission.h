#pragma once
// Who may begin a connection on one shard: a rate of beginnings, and a bound on those that are
// half-open (begun, and neither a whole request nor a Hello has come), in all and from one network.
//
// Of the rate each address and each network has a share of its own (shares.h). Beyond it they take
// only what leaves half of a second's beginnings to the others: alone they get the whole rate, and
// however fast they knock, they keep nobody out who stays within a share.
//
// Each that is refused is told a time of its own: the n-th refused in a rush is told the moment at
// which the rate has room for an n-th one, so a million that return at once come back spread. Those
// beyond their shares queue apart, so that a flood does not send the others far away.
//
// Pure. Owner: a shard's loop. Cost: O(1); 16 bytes for each half-open connection, a row for each
// network that has one, and the shares' fixed table. Else nothing is kept of those that are
// through.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "net/access/address.h"
#include "net/access/shares.h"

namespace stentor::net::access {

// IPv4 whole; of IPv6 the first 64 bits, because one subscriber is handed that many addresses.
[[nodiscard]] std::uint64_t network_of(const Address& address);

// Which bound refused it.
enum class Bound : std::uint8_t {
    rate,
    share,  // The rate, for what is beyond the share of an address or its network.
    open,
    address,
};

class Admission {
public:
    struct Limits {
        double per_s = 1;  // In the long run; as many at once.
        std::uint32_t open = 1;
        std::uint32_t open_of_one = 1;  // From one network.
    };
    struct Refusal {
        Bound bound;
        std::uint64_t limit;  // What it was, of this shard; of a rate below one a second: 1.
        Millis retry_after;
    };
    using Place = std::uint32_t;
    static constexpr Place kNoPlace = 0xffffffff;

    // `secret`: random, of this process (shares.h).
    Admission(const Limits& limits, Time now, std::uint64_t secret = 0);

    // One begins. No `from`: it comes through a proxy that has not said for whom; the rate counts
    // it when the proxy does.
    [[nodiscard]] std::expected<Place, Refusal> enter(const std::optional<Address>& from, Time now,
                                                      std::uint32_t random);
    // It was through, and begins once more on the same connection. `counted`: the rate has counted
    // it before, because it was known who it is.
    [[nodiscard]] std::expected<Place, Refusal> enter_again(const Address& from, bool counted,
                                                            Time now, std::uint32_t random);
    // The proxy has said it.
    [[nodiscard]] std::expected<void, Refusal> locate(Place place, const Address& from, Time now,
                                                      std::uint32_t random);
    // It is through, or gone.
    void leave(Place place);

    void set_rate(double per_s);

private:
    struct Entry {
        std::uint64_t network{};
        bool located{};
    };

    [[nodiscard]] std::optional<Refusal> no_room(const std::optional<Address>& from,
                                                 std::uint32_t random) const;
    Place take_place(const std::optional<Address>& from);
    [[nodiscard]] std::optional<Refusal> take(const Address& from, Time now, std::uint32_t random);
    void refill(Time now);
    [[nodiscard]] Millis time_for_one_more(double& promised_ms, std::uint32_t random) const;

    Limits limits_;
    double tokens_;
    Time counted_at_;
    // From counted_at_ on: the moment told to the last one refused, within a share and beyond.
    double promised_ms_{};
    double promised_beyond_ms_{};
    Shares shares_;
    std::size_t open_{};
    std::vector<Entry> places_;
    std::vector<Place> free_;
    std::unordered_map<std::uint64_t, std::uint32_t> of_one_;
};

}  // namespace stentor::net::access
