#pragma once
// Networks that may not come in, each until its end.
//
// Pure, and never changed once it is made: shards share one. Cost of a look: for each length of
// prefix that there is, one search in its sorted networks; under a microsecond with kAddressBans.

#include <vector>

#include "base/time.h"
#include "net/access/address.h"

namespace stentor::net::access {

struct Ban {
    Network network;
    Time ends;
};

// The widest that may be banned; a wider network is a slip of the pen that keeps everybody out.
inline constexpr unsigned kBanBitsV4 = 8;
inline constexpr unsigned kBanBitsV6 = 16;
[[nodiscard]] bool too_wide(const Network& network);

class Bans {
public:
    Bans() = default;
    explicit Bans(std::vector<Ban> bans);

    [[nodiscard]] bool hold(const Address& address, Time now) const;

private:
    std::vector<Ban> bans_;  // By length of prefix, then by address.
};

}  // namespace stentor::net::access
