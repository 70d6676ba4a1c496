#pragma once
// The owner's own gate, kept like the record: what closes here lets nothing more of that user be
// ordered, whatever a node that has not heard of it still sends.
//
// Thread: any; blocks on the store, so only loaders and the start call it.

#include <cstdint>
#include <mutex>

#include "auth/account/shared_gate.h"
#include "base/code.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "store/accounts.h"

namespace stentor::owner {

class Accounts {
public:
    // Reads all that is not simply good. Throws std::runtime_error when the store cannot tell.
    Accounts(store::Accounts& store, Millis token_lives);

    [[nodiscard]] const account::SharedGate& gate() const { return gate_; }
    // Takes what changed in the record since. Number of the newest change.
    Result<std::uint64_t> catch_up();

    // Held by whoever gives a user a rate, from the look for room to the next catch_up().
    [[nodiscard]] std::mutex& rates_turn() { return rates_turn_; }
    [[nodiscard]] bool has_room_for_rate(UserId uid) const {
        return gate_.rates() < limits::kUserRates || gate_.rate_of(uid);
    }

private:
    store::Accounts& store_;
    account::SharedGate gate_;
    std::mutex mutex_;
    std::uint64_t after_{};  // Under mutex_: every change up to here is in the gate.
    std::mutex rates_turn_;
};

}  // namespace stentor::owner
