#pragma once
// How long an account waits before the next password is tried on it, after some were wrong. A name
// that nobody has waits likewise. Pure.
//
// Thread: none of its own, no lock; whoever shares one guards it. Cost: O(1); bounded by
// `accounts_max`: beyond that what was tried longest ago is forgotten.
//
// A try counts as failed from its beginning, so that many at once are no way around it; the right
// password clears it.

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "base/code.h"
#include "base/time.h"

namespace stentor::auth {

class FailedSignIns {
public:
    explicit FailedSignIns(std::size_t accounts_max = 65'536) : accounts_max_{accounts_max} {}

    // rate_limited, with the time until the next try.
    [[nodiscard]] Result<void> take(std::uint64_t account, Time now);
    void succeeded(std::uint64_t account);
    [[nodiscard]] std::size_t size() const { return places_.size(); }

private:
    struct Tries {
        std::uint64_t account;
        int failed{};
        Time next;  // Not before.
    };

    std::size_t accounts_max_;
    std::list<Tries> newest_first_;
    std::unordered_map<std::uint64_t, std::list<Tries>::iterator> places_;
};

}  // namespace stentor::auth
