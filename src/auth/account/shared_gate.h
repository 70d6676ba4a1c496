#pragma once
// A gate that many threads look into: shards at each Hello, workers at each command, HTTP at each
// token. One writes now and then.
//
// Thread: any. Cost: while nobody is in the table one atomic load, else a shared lock beside the
// look.

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>

#include "auth/account/gate.h"
#include "base/code.h"
#include "bus/bus.h"

namespace stentor::account {

class SharedGate {
public:
    explicit SharedGate(Millis lives) : gate_{lives} {}

    // ---- By whoever keeps it like the record
    void apply(std::span<const bus::AccountState> states, Time now);
    void forget(Time now);
    // Everything that the record held has been applied once.
    void become_known() { known_ = true; }

    // ---- By whoever asks
    // Before that nobody may be answered: the table may lack somebody.
    [[nodiscard]] bool known() const { return known_; }
    [[nodiscard]] bool passes(UserId uid, Time minted) const;
    [[nodiscard]] bool is_closed(UserId uid) const;
    // token_invalid for what came with a token, not_permitted for what others do in that name.
    [[nodiscard]] std::optional<Error> objection_to(const bus::Command& command) const;
    [[nodiscard]] Time expires_of(Time minted, Time expires) const {
        return gate_.expires_of(minted, expires);
    }
    [[nodiscard]] UserRate rate_of(UserId uid) const;
    [[nodiscard]] std::size_t rates() const { return rates_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    mutable std::shared_mutex mutex_;
    Gate gate_;  // Under mutex_, but for expires_of(), which nothing changes.
    std::atomic<std::size_t> size_{};
    std::atomic<std::size_t> rates_{};
    std::atomic<bool> known_{};
};

}  // namespace stentor::account
