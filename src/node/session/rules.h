#pragma once
// What all sessions of a shard share: who may come in, how fast they send, how often they are told
// that the server lives.
//
// Owner: the gateway of a node. Thread: each shard has a copy; the gate, the table of misses and
// the budgets are one for the node and have locks of their own.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

#include "auth/account/budgets.h"
#include "auth/account/shared_gate.h"
#include "base/code.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/rate.h"
#include "base/storm.h"
#include "base/time.h"
#include "base/user_rate.h"
#include "node/session/miss_table.h"

namespace stentor::session {

// The account is closed, or the token was ended.
inline constexpr Error kVoidToken{.code = Code::token_invalid, .where = "hello.token"};

struct Identity {
    UserId uid;
    Time minted;  // Before the account's tokens_since: not taken any more.
    Time expires;
    bool bench{};  // A load generator's: its sends are not held back by rates.
};

// What a token says. token_invalid, token_expired.
class Verifier {
public:
    Verifier() = default;
    Verifier(const Verifier&) = delete;
    Verifier& operator=(const Verifier&) = delete;
    virtual ~Verifier() = default;

    [[nodiscard]] virtual Result<Identity> verify(std::string_view token, Time now) const = 0;
};

// What all sessions of a shard share.
struct Rules {
    const Verifier& verifier;
    const account::SharedGate& gate;
    std::uint32_t sends_per_s{limits::kSendsPerSecond};
    std::uint32_t sends_burst{limits::kSendsBurst};
    Millis pulse{limits::kPulseEvery};
    storm::Level level{};  // Told in Welcome.
    // Of the node: copies of these rules share it.
    std::shared_ptr<MissTable> misses = std::make_shared<MissTable>();
    std::shared_ptr<account::Budgets> budgets = std::make_shared<account::Budgets>();
};

// Of this user: their own, where the operator gave them one. A look into the gate.
[[nodiscard]] inline UserRate rate_of(const Rules& rules, UserId uid) {
    const UserRate own = rules.gate.rate_of(uid);
    return own ? own : UserRate{.per_s = rules.sends_per_s, .burst = rules.sends_burst};
}

// After how many pulses without a word from its client nobody is taken to be at a connection.
[[nodiscard]] constexpr std::uint32_t silent_pulses(Millis pulse) {
    const auto pulse_s =
        std::max<std::uint64_t>(static_cast<std::uint64_t>(pulse.count()) / 1'000, 1);
    return std::max(static_cast<std::uint32_t>((limits::kHereS + pulse_s - 1) / pulse_s),
                    limits::kHerePulses);
}
[[nodiscard]] constexpr std::uint32_t here_s(Millis pulse) {
    const auto pulse_s =
        std::max<std::uint64_t>(static_cast<std::uint64_t>(pulse.count()) / 1'000, 1);
    return silent_pulses(pulse) * static_cast<std::uint32_t>(pulse_s);
}

}  // namespace stentor::session
