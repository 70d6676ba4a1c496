#pragma once
// Whose token a request bears, and new tokens. Every handler that takes a token asks bearer().
//
// Thread: any. Cost: an HMAC and a look into the gate; a new token is one change of its account, so
// that it stands among the account's sign-ins and can be ended.

#include <functional>
#include <string>
#include <string_view>
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

    // What a page shows by its address, as a picture, bears no header: a ticket stands in the
    // address instead. It opens files and nothing else, ends with the token that it was given for,
    // and after kTicketFor to twice that at the latest. Within an hour it is the same one, so that
    // what a browser keeps under the address is found again.
    struct Ticket {
        std::string text;
        Time expires;
    };
    [[nodiscard]] Ticket ticket(const auth::Claims& claims) const;
    // As bearer().
    [[nodiscard]] Result<auth::Claims> ticket_bearer(std::string_view ticket) const;

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
    [[nodiscard]] Result<auth::Claims> admit(Result<auth::Claims> claims) const;

    const std::vector<auth::TokenKey> keys_;
    const std::vector<auth::TokenKey> ticket_keys_;  // Follow from those.
    const Millis lives_;
    const account::SharedGate& gate_;
    bus::Bus& bus_;
};

// What its client calls itself, cut to a bound, and its address.
[[nodiscard]] bus::SignIn place_of(const net::http::Request& request);

}  // namespace stentor::api
