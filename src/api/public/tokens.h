#pragma once
// Whose token a request bears, and new tokens. Every handler that takes a token asks bearer().
//
// Thread: any. Cost: an HMAC and a look into the gate; a new token is one change of its account, so
// that it stands among the account's sign-ins and can be ended.

#include <functional>
#include <string>
#include <vector>

#include "auth/account/shared_gate.h"
#include "auth/token.h"
#include "base/code.h"
#include "base/time.h"
#include "bus/bus.h"
#include "net/http/message.h"

namespace stentor::api {

class Tokens {
public:
    using Reply = std::move_only_function<void(net::http::Response)>;

    // Tokens of `keys`, the first of which mints; of accounts that pass the gate. Both outlive this
    // and what it has under way.
    Tokens(std::vector<auth::TokenKey> keys, Millis lives, const account::SharedGate& gate,
           bus::Bus& bus);

    // token_invalid, token_expired; overloaded while it is not known yet which accounts are good.
    [[nodiscard]] Result<auth::Claims> bearer(const net::http::Request& request) const;

    // Whether a token that was minted then has lived as long as any may.
    [[nodiscard]] bool is_over(Time minted) const { return minted + lives_ <= now(); }

    // Answers with a new token; `change` is done beside it.
    struct Gift {
        unsigned status{};
        // As it was when its right to a token was shown: an account that was changed since gets
        // none.
        bus::Account who;
        bus::SignIn from;
        Time until{Time::max()};  // It ends then at the latest.
    };
    void give(Gift gift, bus::AskChangeUser change, Reply reply);

private:
    const std::vector<auth::TokenKey> keys_;
    const Millis lives_;
    const account::SharedGate& gate_;
    bus::Bus& bus_;
};

// What its client calls itself, cut to a bound, and its address.
[[nodiscard]] bus::SignIn place_of(const net::http::Request& request);

}  // namespace stentor::api
