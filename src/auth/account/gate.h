#pragma once
// The accounts that are not simply good: closed ones, those of which a token that has not expired
// may be void, and those with a rate of their own. Pure.
//
// Thread: none of its own, no lock; see SharedGate. Cost: a look is one look into a table; about
// 80 bytes for each account in it, none for all others.
//
// A token lives `lives` at the longest, whatever it says (expires_of()), so what voids older ones
// is forgotten after that time. Limits: kEndedTokens of one account, by its owner.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "base/user_rate.h"
#include "bus/questions.h"

namespace stentor::account {

// What the operator's setting says unless it says otherwise.
inline constexpr Millis kTokenLives = std::chrono::hours{24 * 30};

class Gate {
public:
    explicit Gate(Millis lives) : lives_{lives} {}

    // As the record tells it; a later state takes the place of an earlier one.
    void apply(const bus::AccountState& state, Time now);
    // What concerns expired tokens alone.
    void forget(Time now);

    // Whether the account is good, and its token that was minted then. 0: no token was shown, so
    // only the account is asked for.
    [[nodiscard]] bool passes(UserId uid, Time minted) const;
    [[nodiscard]] bool is_closed(UserId uid) const;
    // Of their sends; none of their own: everybody's.
    [[nodiscard]] UserRate rate_of(UserId uid) const;
    [[nodiscard]] std::size_t size() const { return accounts_.size(); }
    // Of those with a rate of their own.
    [[nodiscard]] std::size_t rates() const { return rates_; }
    // When a token ends that says it ends at `expires`.
    [[nodiscard]] Time expires_of(Time minted, Time expires) const {
        return std::min(expires, minted + lives_);
    }

private:
    struct State {
        bool closed{};
        Time tokens_since;
        std::vector<Time> ended_tokens;
        UserRate rate;
    };

    // False: it is as good as any other.
    [[nodiscard]] bool trim(State& state, Time now) const;

    Millis lives_;
    std::unordered_map<UserId, State> accounts_;
    std::size_t rates_{};
};

}  // namespace stentor::account
