#include "api/public/tokens.h"

#include <algorithm>
#include <utility>

#include "api/http/bearer.h"
#include "api/http/json.h"
#include "api/http/responses.h"
#include "api/public/accounts.h"
#include "auth/derived_keys.h"
#include "base/media_limits.h"
#include "base/text.h"

namespace stentor::api {

using net::http::Request;
using net::http::Response;

namespace {

constexpr std::size_t kClientBytes = 120;

Response token_response(unsigned status, const bus::Account& account, std::string token,
                        Time expires) {
    JsonObject body;
    body.add("uid", account.uid.value)
        .add("name", account.name)
        .add("token", std::move(token))
        .add("expires_ms", to_ms(expires));
    return json_response(status, body.text());
}

}  // namespace

Tokens::Tokens(std::vector<auth::TokenKey> keys, Millis lives, const account::SharedGate& gate,
               bus::Bus& bus)
    : keys_{std::move(keys)},
      ticket_keys_{auth::keys_for(keys_, "media ticket")},
      lives_{lives},
      gate_{gate},
      bus_{bus} {}

Result<auth::Claims> Tokens::bearer(const Request& request) const {
    return admit(auth::verify(keys_, bearer_of(request), now()));
}

Tokens::Ticket Tokens::ticket(const auth::Claims& claims) const {
    static_assert(limits::kTicketFor == std::chrono::hours{1});
    const Time hour = std::chrono::floor<std::chrono::hours>(now());
    const Time expires = std::min(hour + 2 * limits::kTicketFor, claims.expires);
    return {.text = auth::mint(ticket_keys_.front(),
                               {.uid = claims.uid, .minted = claims.minted, .expires = expires}),
            .expires = expires};
}

Result<auth::Claims> Tokens::ticket_bearer(std::string_view ticket) const {
    return admit(auth::verify(ticket_keys_, ticket, now()));
}

Result<auth::Claims> Tokens::admit(Result<auth::Claims> claims) const {
    if (!claims) return claims;
    claims->expires = gate_.expires_of(claims->minted, claims->expires);
    if (now() >= claims->expires) {
        return std::unexpected(Error{.code = Code::token_expired, .where = "authorization"});
    }
    if (!gate_.known()) {
        return std::unexpected(
            Error{.code = Code::overloaded, .where = "accounts", .retry_after_ms = 1'000});
    }
    if (!gate_.passes(claims->uid, claims->minted)) {
        return std::unexpected(Error{.code = Code::token_invalid, .where = "authorization"});
    }
    return claims;
}

void Tokens::give(Gift gift, bus::AskChangeUser change, Reply reply) {
    change.uid = gift.who.uid;
    change.signed_in = std::move(gift.from);
    change.signed_in->minted = now();
    // The password that the account must have then: the one that was shown, or the new one.
    if (change.password_hash) gift.who.password_hash = *change.password_hash;
    auto signed_in = [key = keys_.front(), lives = lives_, gift = std::move(gift),
                      reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        const auto account = only<bus::Account>(std::move(answer));
        if (!account) return reply(refusal(account.error()));
        const bool same = account->password_hash == gift.who.password_hash;
        if (account->disabled || !same || account->sign_ins.empty()) {
            return reply(refusal({.code = Code::bad_credentials, .where = "password"}));
        }
        const Time minted = account->sign_ins.back().minted;
        const Time expires = std::min(minted + lives, gift.until);
        reply(token_response(
            gift.status, *account,
            auth::mint(key, {.uid = account->uid, .minted = minted, .expires = expires}), expires));
    };
    const PartitionId partition = partition_of(change.uid);
    bus_.ask(partition, std::move(change), std::move(signed_in));
}

bus::SignIn place_of(const Request& request) {
    std::string client{request.header("user-agent").substr(0, kClientBytes)};
    // Shown to a person: cut between two characters, and one plain line or nothing.
    while (!client.empty() && !valid_utf8(client)) client.pop_back();
    while (client.ends_with(' ')) client.pop_back();
    if (!plain_line(client)) client.clear();
    return {.client = std::move(client), .address = request.peer};
}

}  // namespace stentor::api
