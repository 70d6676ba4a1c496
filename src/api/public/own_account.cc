#include "api/public/own_account.h"

#include <algorithm>
#include <boost/json.hpp>
#include <ranges>
#include <string>
#include <utility>

#include "api/http/entry_json.h"
#include "api/http/fields.h"
#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/public/accounts.h"
#include "auth/password_rules.h"
#include "base/limits.h"
#include "base/text.h"

namespace stentor::api {

using net::http::Request;

namespace json = boost::json;

namespace {

std::string_view role_word(pb::Role role) {
    switch (role) {
        case pb::ROLE_OWNER: return "owner";
        case pb::ROLE_ADMIN: return "admin";
        default: return "member";
    }
}

json::object group_json(const bus::WrittenAnswer::Stay& stay) {
    return {{"gid", stay.gid.value},
            {"name", stay.name},
            {"role", role_word(stay.role)},
            {"joined_ms", to_ms(stay.joined)}};
}

json::object own_json(const bus::Account& who, const bus::WrittenAnswer& written) {
    json::array groups;
    for (const auto& stay : written.groups) groups.push_back(group_json(stay));
    json::array entries;
    for (const auto& one : written.words)
        entries.push_back(json::parse(entry_json(one.gid, one.entry)));
    json::array sessions;
    for (const bus::SignIn& one : who.sign_ins) {
        sessions.push_back(
            {{"id", to_ms(one.minted)}, {"client", one.client}, {"address", one.address}});
    }
    json::object own{{"uid", who.uid.value},
                     {"name", who.name},
                     {"created_ms", to_ms(who.created)},
                     {"sessions", std::move(sessions)},
                     {"groups", std::move(groups)},
                     {"entries", std::move(entries)}};
    if (written.next) {
        own["next"] =
            json::object{{"gid", written.next->gid.value}, {"seq", written.next->seq.value}};
    }
    return own;
}

}  // namespace

OwnAccount::OwnAccount(std::shared_ptr<Tokens> tokens, std::shared_ptr<PasswordTries> tries,
                       bus::Bus& bus, Erase erase)
    : tokens_{std::move(tokens)}, tries_{std::move(tries)}, bus_{bus}, erase_{std::move(erase)} {}

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

void OwnAccount::show_own(const Request& request, Reply reply) {
    const auto claims = admit(request);
    if (!claims) return reply(refusal(claims.error()));
    const Query query{request.query};
    const auto gid = query.number("gid", 0, limits::kIdMax);
    if (!gid) return reply(refusal(gid.error()));
    const auto seq = query.number("seq", 0, limits::kIdMax);
    if (!seq) return reply(refusal(seq.error()));
    const bus::AskWritten ask{
        .uid = claims->uid, .from = {.gid = {*gid}, .seq = {*seq}}, .with_words = true};
    find(claims->uid, [self = shared_from_this(), ask,
                       reply = std::move(reply)](Result<bus::Account> who) mutable {
        if (!who) return reply(refusal(who.error()));
        auto found = [who = std::move(*who),
                      reply = std::move(reply)](Result<bus::Reply> answer) mutable {
            const auto written = only<bus::WrittenAnswer>(std::move(answer));
            if (!written) return reply(refusal(written.error()));
            reply(json_response(200, json::serialize(own_json(who, *written)) + "\n"));
        };
        self->bus_.ask(partition_of(ask.uid), ask, std::move(found));
    });
}

void OwnAccount::erase(const Request& request, Reply reply) {
    const auto claims = admit(request);
    if (!claims) return reply(refusal(claims.error()));
    if (!erase_) return reply(refusal({.code = Code::unsupported, .where = "erase"}));
    const auto fields = Fields::parse(request.body);
    if (!fields) return reply(refusal(fields.error()));
    const auto password = fields->text("password");
    if (!password) return reply(refusal(password.error()));
    find(claims->uid, [self = shared_from_this(), request, password = password->value_or(""),
                       reply = std::move(reply)](Result<bus::Account> who) mutable {
        if (!who) return reply(refusal(who.error()));
        auto checked = [self, uid = who->uid, reply = std::move(reply)](Result<void> good) mutable {
            if (!good) return reply(refusal(good.error()));
            self->erase_(uid, [reply = std::move(reply)](const Result<void>& begun) mutable {
                reply(begun ? json_response(200, "{\"ok\":true}\n") : refusal(begun.error()));
            });
        };
        self->tries_->check(*who, name_key(who->name), request, std::move(password), "password",
                            std::move(checked));
    });
}

}  // namespace stentor::api
