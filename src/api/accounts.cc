#include "api/accounts.h"

#include <utility>

#include "api/bearer.h"
#include "api/fields.h"
#include "api/names.h"
#include "api/responses.h"
#include "base/digest.h"
#include "base/limits.h"

namespace stentor::api {

using net::http::Request;
using net::http::Response;

namespace {

constexpr Error kDisabled{.code = Code::not_permitted, .where = "account"};
constexpr Error kBadCredentials{.code = Code::bad_credentials, .where = "password"};

}  // namespace

Result<void> check_password(std::string_view password) {
    const bool is_short = password.size() < limits::kPasswordBytesMin;
    if (!is_short && password.size() <= limits::kPasswordBytesMax) return {};
    return std::unexpected(
        Error{.code = Code::password_too_weak,
              .where = "password",
              .limit = is_short ? limits::kPasswordBytesMin : limits::kPasswordBytesMax});
}

PartitionId partition_of_name(std::string_view key) {
    return {static_cast<std::uint32_t>(number_of(hash_of(key)) % kPartitions)};
}

Accounts::Accounts(std::vector<auth::TokenKey> keys, Millis token_lives, auth::AddressRate rate,
                   bus::Bus& bus, auth::PasswordQueue& passwords,
                   std::vector<auth::JwtKey> outside_keys)
    : keys_(std::move(keys)),
      outside_keys_(std::move(outside_keys)),
      token_lives_(token_lives),
      bus_(bus),
      passwords_(passwords),
      limiter_(rate) {}

Result<void> Accounts::admit(const Request& request) {
    {
        const std::lock_guard lock{mutex_};
        const auto taken = limiter_.take(auth::address_key(request.peer), now());
        if (!taken) return std::unexpected(taken.error());
    }
    // A page of another site can send plain text or a form here without asking, but not this type.
    if (!request.header("content-type").starts_with("application/json")) {
        return std::unexpected(Error{.code = Code::bad_field, .where = "content-type"});
    }
    return {};
}

Result<Credentials> Accounts::credentials_of(const Request& request) {
    if (const auto admitted = admit(request); !admitted) return std::unexpected(admitted.error());
    return parse_credentials(request.body);
}

void Accounts::sign_up(const Request& request, Reply reply) {
    if (!sign_up_open_) {
        return reply(refusal({.code = Code::not_permitted, .where = "sign_up"}));
    }
    auto credentials = credentials_of(request);
    if (!credentials) return reply(refusal(credentials.error()));
    if (const auto name = check_name(credentials->name); !name) {
        return reply(refusal(name.error()));
    }
    if (const auto password = check_password(credentials->password); !password) {
        return reply(refusal(password.error()));
    }

    auto added = [self = shared_from_this(),
                  reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        const auto account = only<bus::Account>(std::move(answer));
        reply(account ? self->token_for(201, *account) : refusal(account.error()));
    };
    auto hashed = [self = shared_from_this(), name = std::move(credentials->name),
                   added = std::move(added)](Result<std::string> hash) mutable {
        if (!hash) return added(std::unexpected(hash.error()));
        std::string key = name_key(name);
        const PartitionId partition = partition_of_name(key);
        self->bus_.ask(partition,
                       bus::AskAddUser{.name = std::move(name),
                                       .name_key = std::move(key),
                                       .password_hash = std::move(*hash)},
                       std::move(added));
    };
    passwords_.hash(std::move(credentials->password), std::move(hashed));
}

// A name that nobody has, or that nobody can have, takes the same way as one with a wrong password:
// neither the answer nor its time says which names exist.
void Accounts::sign_in(const Request& request, Reply reply) {
    auto credentials = credentials_of(request);
    if (!credentials) return reply(refusal(credentials.error()));

    auto found = [self = shared_from_this(), password = std::move(credentials->password),
                  reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        auto account = only<bus::Account>(std::move(answer));
        if (!account && account.error().code != Code::not_found) {
            return reply(refusal(account.error()));
        }
        bus::Account who = account ? std::move(*account) : bus::Account{};
        std::string hash = std::exchange(who.password_hash, {});
        self->passwords_.check(
            std::move(hash), std::move(password),
            [self, who = std::move(who), reply = std::move(reply)](Result<bool> matches) mutable {
                if (!matches) return reply(refusal(matches.error()));
                // A disabled account is told apart to nobody: it would say that the password fits.
                if (!*matches || who.disabled) return reply(refusal(kBadCredentials));
                reply(self->token_for(200, who));
            });
    };
    const bool possible = check_name(credentials->name).has_value();
    std::string key = possible ? name_key(credentials->name) : std::string{};
    const PartitionId partition = partition_of_name(key);
    bus_.ask(partition, bus::AskUserByName{.name_key = std::move(key)}, std::move(found));
}

void Accounts::exchange(const Request& request, Reply reply) {
    if (const auto admitted = admit(request); !admitted) return reply(refusal(admitted.error()));
    const auto fields = Fields::parse(request.body);
    if (!fields) return reply(refusal(fields.error()));
    const auto token = fields->text("token");
    if (!token) return reply(refusal(token.error()));
    auto claims = auth::verify_jwt(outside_keys_, token->value_or(""), now());
    if (!claims) return reply(refusal(401, claims.error()));

    // A name that may not stand here is replaced, not refused: its bearer cannot change it.
    std::string name = check_name(claims->name) ? std::move(claims->name) : "user";
    std::string key = name_key(name);
    auto found = [self = shared_from_this(),
                  reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        const auto account = only<bus::Account>(std::move(answer));
        if (!account) return reply(refusal(account.error()));
        if (account->disabled) return reply(refusal(kDisabled));
        reply(self->token_for(200, *account));
    };
    bus_.ask(partition_of_name(claims->subject),
             bus::AskOutsideUser{.issuer = std::move(claims->issuer),
                                 .subject = std::move(claims->subject),
                                 .name = std::move(name),
                                 .name_key = std::move(key)},
             std::move(found));
}

void Accounts::me(const Request& request, Reply reply) {
    const auto claims = auth::verify(keys_, bearer_of(request), now());
    if (!claims) return reply(refusal(401, claims.error()));

    auto found = [claims = *claims, reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        const auto users = only<pb::Users>(std::move(answer));
        if (!users) return reply(refusal(users.error()));
        if (users->users_size() != 1) {
            return reply(refusal({.code = Code::not_found, .where = "uid"}));
        }
        JsonObject body;
        body.add("uid", claims.uid.value)
            .add("name", users->users(0).name())
            .add("expires_ms", to_ms(claims.expires));
        reply(json_response(200, body.text()));
    };
    bus_.ask(partition_of(claims->uid), bus::AskUsers{.uids = {claims->uid}}, std::move(found));
}

Response Accounts::token_for(unsigned status, const bus::Account& account) const {
    const Time minted = now();
    const Time expires = minted + token_lives_;
    JsonObject body;
    body.add("uid", account.uid.value)
        .add("name", account.name)
        .add("token",
             auth::mint(keys_.front(), {.uid = account.uid, .minted = minted, .expires = expires}))
        .add("expires_ms", to_ms(expires));
    return json_response(status, body.text());
}

}  // namespace stentor::api
