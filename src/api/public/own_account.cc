#include "api/public/own_account.h"

#include <algorithm>
#include <boost/json.hpp>
#include <ranges>
#include <string>
#include <utility>

#include "api/http/fields.h"
#include "api/http/responses.h"
#include "api/public/accounts.h"
#include "auth/password_rules.h"
#include "base/text.h"

namespace stentor::api {

using net::http::Request;

namespace json = boost::json;

OwnAccount::OwnAccount(std::shared_ptr<Tokens> tokens, std::shared_ptr<PasswordTries> tries,
                       bus::Bus& bus)
    : tokens_{std::move(tokens)}, tries_{std::move(tries)}, bus_{bus} {}

Result<auth::Claims> OwnAccount::admit(const Request& request) {
    if (const auto admitted = tries_->admit(request); !admitted) {
        return std::unexpected(admitted.error());
    }
    return tokens_->bearer(request);
}

// A change without anything in it tells the account.
void OwnAccount::find(UserId uid, Found found) {
    bus_.ask(partition_of(uid), bus::AskChangeUser{.uid = uid},
             [found = std::move(found)](Result<bus::Reply> answer) mutable {
                 found(only<bus::Account>(std::move(answer)));
             });
}

void OwnAccount::change(bus::AskChangeUser change, Reply reply) {
    const PartitionId partition = partition_of(change.uid);
    bus_.ask(partition, std::move(change),
             [reply = std::move(reply)](const Result<bus::Reply>& answer) mutable {
                 reply(answer ? json_response(200, "{\"ok\":true}\n") : refusal(answer.error()));
             });
}

void OwnAccount::sign_out(const Request& request, Reply reply) {
    const auto claims = admit(request);
    if (!claims) return reply(refusal(claims.error()));
    const auto fields = Fields::parse(request.body);
    if (!fields) return reply(refusal(fields.error()));
    const auto everywhere = fields->flag("everywhere");
    if (!everywhere) return reply(refusal(everywhere.error()));
    bus::AskChangeUser ask{.uid = claims->uid};
    if (everywhere->value_or(false)) {
        ask.tokens_since = now();
    } else {
        ask.ended_token = claims->minted;
    }
    change(std::move(ask), std::move(reply));
}

void OwnAccount::set_password(const Request& request, Reply reply) {
    const auto claims = admit(request);
    if (!claims) return reply(refusal(claims.error()));
    const auto fields = Fields::parse(request.body);
    if (!fields) return reply(refusal(fields.error()));
    const auto given_old = fields->text("old");
    if (!given_old) return reply(refusal(given_old.error()));
    const auto given_new = fields->text("new");
    if (!given_new) return reply(refusal(given_new.error()));

    auto hashed = [self = shared_from_this(), from = place_of(request), reply = std::move(reply)](
                      bus::Account who, Result<std::string> hash) mutable {
        if (!hash) return reply(refusal(hash.error()));
        bus::AskChangeUser change{.password_hash = std::move(*hash), .tokens_since = now()};
        self->tokens_->give({.status = 200, .who = std::move(who), .from = std::move(from)},
                            std::move(change), std::move(reply));
    };
    auto found = [self = shared_from_this(), request, old_one = given_old->value_or(""),
                  new_one = given_new->value_or(""),
                  hashed = std::move(hashed)](Result<bus::Account> who) mutable {
        if (!who) return hashed({}, std::unexpected(who.error()));
        if (const auto good = auth::check_password(new_one, who->name, "new"); !good) {
            return hashed({}, std::unexpected(good.error()));
        }
        auto checked = [self, request, who = *who, new_one,
                        hashed = std::move(hashed)](Result<void> good) mutable {
            if (!good) return hashed({}, std::unexpected(good.error()));
            self->tries_->hash(
                request, std::move(new_one),
                [who = std::move(who), hashed = std::move(hashed)](
                    Result<std::string> hash) mutable { hashed(std::move(who), std::move(hash)); });
        };
        self->tries_->check(*who, name_key(who->name), request, std::move(old_one), "old",
                            std::move(checked));
    };
    find(claims->uid, std::move(found));
}

void OwnAccount::list_sessions(const Request& request, Reply reply) {
    const auto claims = tokens_->bearer(request);
    if (!claims) return reply(refusal(claims.error()));
    find(claims->uid, [self = shared_from_this(), claims = *claims,
                       reply = std::move(reply)](Result<bus::Account> who) mutable {
        if (!who) return reply(refusal(who.error()));
        json::array sessions;
        for (const bus::SignIn& one : std::views::reverse(who->sign_ins)) {
            if (self->tokens_->is_over(one.minted)) continue;
            sessions.push_back({{"id", to_ms(one.minted)},
                                {"client", one.client},
                                {"address", one.address},
                                {"current", one.minted == claims.minted}});
        }
        const json::object body{{"sessions", std::move(sessions)}};
        reply(json_response(200, json::serialize(body) + "\n"));
    });
}

void OwnAccount::end_session(const Request& request, Reply reply) {
    const auto claims = admit(request);
    if (!claims) return reply(refusal(claims.error()));
    const auto fields = Fields::parse(request.body);
    if (!fields) return reply(refusal(fields.error()));
    const auto id = fields->number("id");
    if (!id) return reply(refusal(id.error()));
    if (!*id) return reply(refusal({.code = Code::bad_field, .where = "id"}));
    find(claims->uid, [self = shared_from_this(), minted = from_ms(**id),
                       reply = std::move(reply)](Result<bus::Account> who) mutable {
        if (!who) return reply(refusal(who.error()));
        if (std::ranges::find(who->sign_ins, minted, &bus::SignIn::minted) == who->sign_ins.end()) {
            return reply(refusal({.code = Code::not_found, .where = "id"}));
        }
        self->change({.uid = who->uid, .ended_token = minted}, std::move(reply));
    });
}

}  // namespace stentor::api
