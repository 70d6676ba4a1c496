#pragma once
// Of a rate that all share, what one address and one network may always have: a small token bucket
// for each, so that whoever goes beyond it is told apart from whoever does not.
//
// Pure. Owner: Admission. Cost: O(1), two looks into eight rows. Memory: kRows of 16 bytes, fixed.
// Where more networks are active than there are rows, the row that is nearest to being full makes
// room: an attacker with many addresses can make others' buckets full again, never make them empty.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "net/access/address.h"

namespace stentor::net::access {

class Shares {
public:
    // `secret` decides which rows an address may take, so nobody can choose addresses that meet.
    Shares(double per_s, Time now, std::uint64_t secret);

    // Whether one more is within the share of the address (IPv6: of its /64) and of its network
    // (IPv4: /24, IPv6: /48).
    [[nodiscard]] bool within(const Address& from, Time now) const;
    // One that was within has been let in.
    void count(const Address& from, Time now);

    // Of all; the shares follow from it.
    void set_rate(double per_s);

private:
    struct Row {
        std::uint64_t key;
        double full_at_ms;  // Since started_: when the bucket is full again (GCRA).
    };
    struct Bucket {
        double period_ms;
        double tolerance_ms;
    };
    static constexpr std::size_t kRows = 8'192;
    static constexpr std::size_t kWays = 4;

    [[nodiscard]] std::array<std::uint64_t, 2> keys_of(const Address& from) const;
    [[nodiscard]] std::size_t set_of(std::uint64_t key) const;
    [[nodiscard]] bool room(std::uint64_t key, const Bucket& bucket, double now_ms) const;
    void take(std::uint64_t key, const Bucket& bucket, double now_ms);
    [[nodiscard]] double since_start(Time now) const;

    Time started_;
    std::uint64_t secret_;
    std::array<Bucket, 2> buckets_{};  // Of an address, of a network.
    std::vector<Row> rows_;
};

}  // namespace stentor::net::access
