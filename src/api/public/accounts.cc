#include "api/public/accounts.h"

#include <utility>

#include "api/http/fields.h"
#include "api/http/responses.h"
#include "api/public/names.h"
#include "api/public/registration.h"
#include "auth/password_rules.h"
#include "base/digest.h"
#include "base/limits.h"

namespace stentor::api {

using net::http::Request;

namespace {

constexpr Error kClosed{.code = Code::not_permitted, .where = "account"};

}  // namespace

PartitionId partition_of_name(std::string_view key) {
    return {static_cast<std::uint32_t>(number_of(hash_of(key)) % kPartitions)};
}

Accounts::Accounts(std::shared_ptr<Tokens> tokens, std::shared_ptr<PasswordTries> tries,
                   bus::Bus& bus, std::vector<auth::JwtKey> outside_keys)
    : tokens_(std::move(tokens)),
      tries_(std::move(tries)),
      registration_(std::make_shared<Registration>(bus)),
      outside_keys_(std::move(outside_keys)),
      bus_(bus) {}

Result<Credentials> Accounts::credentials_of(const Request& request) {
    if (const auto admitted = tries_->admit(request); !admitted) {
        return std::unexpected(admitted.error());
    }
    return parse_credentials(request.body);
}

Result<Accounts::Wish> Accounts::wish_of(const Request& request) {
    auto credentials = credentials_of(request);
    if (!credentials) return std::unexpected(credentials.error());
    std::string token;
    if (!sign_up_open_) {
        const auto fields = Fields::parse(request.body);
        if (!fields) return std::unexpected(fields.error());
        const auto given = fields->text("token");
        if (!given) return std::unexpected(given.error());
        token = given->value_or("");
        if (token.empty()) {
            return std::unexpected(Error{.code = Code::not_permitted, .where = "sign_up"});
        }
    }
    if (const auto name = check_name(credentials->name); !name) {
        return std::unexpected(name.error());
    }
    if (const auto password =
            auth::check_password(credentials->password, credentials->name, "password");
        !password) {
        return std::unexpected(password.error());
    }
    return Wish{.credentials = *std::move(credentials), .token = std::move(token)};
}

void Accounts::sign_up(const Request& request, Reply reply) {
    auto wish = wish_of(request);
    if (!wish) return reply(refusal(wish.error()));
    if (wish->token.empty()) {
        return make_account(request, std::move(wish->credentials), {}, std::move(reply));
    }
    auto taken = [self = shared_from_this(), request, credentials = std::move(wish->credentials),
                  reply = std::move(reply)](Result<std::string> id) mutable {
        if (!id) return reply(refusal(id.error()));
        self->make_account(request, std::move(credentials), *std::move(id), std::move(reply));
    };
    registration_->take(wish->token, std::move(taken));
}

void Accounts::make_account(const Request& request, Credentials credentials, std::string taken,
                            Reply reply) {
    auto added = [self = shared_from_this(), from = place_of(request), taken = std::move(taken),
                  reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        auto account = only<bus::Account>(std::move(answer));
        if (!account) {
            // Unless it may have been made all the same.
            const bool unknown = account.error().code == Code::timeout;
            if (!taken.empty() && !unknown) self->registration_->give_back(std::move(taken));
            return reply(refusal(account.error()));
        }
        self->tokens_->give({.status = 201, .who = std::move(*account), .from = std::move(from)},
                            {}, std::move(reply));
    };
    auto hashed = [self = shared_from_this(), name = std::move(credentials.name),
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
    tries_->hash(request, std::move(credentials.password), std::move(hashed));
}

// A name that nobody has, or that nobody can have, takes the same way as one with a wrong password:
// neither the answer nor its time says which names exist. Which ones may be made is not asked: an
// account from before a rule for names keeps its own.
void Accounts::sign_in(const Request& request, Reply reply) {
    auto credentials = credentials_of(request);
    if (!credentials) return reply(refusal(credentials.error()));

    const bool possible =
        !credentials->name.empty() && credentials->name.size() <= limits::kNameBytes;
    std::string key = possible ? name_key(credentials->name) : std::string{};
    const PartitionId partition = partition_of_name(key);
    auto found = [self = shared_from_this(), request, key,
                  password = std::move(credentials->password),
                  reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        auto account = only<bus::Account>(std::move(answer));
        if (!account && account.error().code != Code::not_found) {
            return reply(refusal(account.error()));
        }
        bus::Account who = account ? std::move(*account) : bus::Account{};
        auto checked = [self, who, from = place_of(request),
                        reply = std::move(reply)](Result<void> good) mutable {
            if (!good) return reply(refusal(good.error()));
            self->tokens_->give({.status = 200, .who = std::move(who), .from = std::move(from)}, {},
                                std::move(reply));
        };
        self->tries_->check(who, key, request, std::move(password), "password", std::move(checked));
    };
    bus_.ask(partition, bus::AskUserByName{.name_key = std::move(key)}, std::move(found));
}

void Accounts::exchange(const Request& request, Reply reply) {
    if (const auto admitted = tries_->admit(request); !admitted) {
        return reply(refusal(admitted.error()));
    }
    const auto fields = Fields::parse(request.body);
    if (!fields) return reply(refusal(fields.error()));
    const auto token = fields->text("token");
    if (!token) return reply(refusal(token.error()));
    auto claims = auth::verify_jwt(outside_keys_, token->value_or(""), now());
    if (!claims) return reply(refusal(401, claims.error()));

    // A name that may not stand here is replaced, not refused: its bearer cannot change it.
    std::string name = check_name(claims->name) ? std::move(claims->name) : "user";
    std::string key = name_key(name);
    auto found = [self = shared_from_this(), from = place_of(request), until = claims->expires,
                  reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        auto account = only<bus::Account>(std::move(answer));
        if (!account) return reply(refusal(account.error()));
        if (account->disabled) return reply(refusal(kClosed));
        self->tokens_->give(
            {.status = 200, .who = std::move(*account), .from = std::move(from), .until = until},
            {}, std::move(reply));
    };
    bus_.ask(partition_of_name(claims->subject),
             bus::AskOutsideUser{.issuer = std::move(claims->issuer),
                                 .subject = std::move(claims->subject),
                                 .name = std::move(name),
                                 .name_key = std::move(key)},
             std::move(found));
}

void Accounts::me(const Request& request, Reply reply) {
    const auto claims = tokens_->bearer(request);
    if (!claims) return reply(refusal(claims.error()));

    auto found = [claims = *claims, reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        const auto users = only<pb::Users>(std::move(answer));
        if (!users) return reply(refusal(users.error()));
        if (users->users_size() != 1) {
            return reply(refusal({.code = Code::not_found, .where = "uid"}));
        }
        JsonObject body;
        body.add("uid", claims.uid.value)
            .add("name", users->users(0).name())
            .add("picture", users->users(0).picture())
            .add("expires_ms", to_ms(claims.expires));
        reply(json_response(200, body.text()));
    };
    bus_.ask(partition_of(claims->uid), bus::AskUsers{.uids = {claims->uid}}, std::move(found));
}

}  // namespace stentor::api
