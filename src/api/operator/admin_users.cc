// What the operator does with accounts.
#include <boost/json/array.hpp>
#include <utility>

#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "api/public/accounts.h"
#include "api/public/names.h"
#include "auth/password_rules.h"
#include "base/limits.h"
#include "base/user_rate.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

json::object object_of(const bus::Account& account) {
    json::object object{{"uid", account.uid.value},
                        {"name", account.name},
                        {"disabled", account.disabled},
                        {"erased", account.erased},
                        {"created_ms", to_ms(account.created)},
                        {"tokens_since_ms", to_ms(account.tokens_since)}};
    if (const UserRate& rate = account.rate) {
        object["rate"] = {{"per_second", rate.per_s}, {"burst", rate.burst}};
    }
    return object;
}

// Answers with the account as it is afterwards.
bus::ReplyHandler account_to(Admin::Reply reply) {
    return [reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        const auto account = only<bus::Account>(std::move(answer));
        reply(account ? object_response(object_of(*account)) : refusal(account.error()));
    };
}

void change(AdminCall call, bus::AskChangeUser ask) {
    const UserId uid{call.numbers[0]};
    ask.uid = uid;
    call.parts.bus.ask(partition_of(uid), std::move(ask), account_to(std::move(call.reply)));
}

// Hashes the password of the request's body and hands it on.
template <class Hashed>
void hash_password(const Fields& fields, std::string_view name, AdminCall call, Hashed hashed) {
    const auto password = fields.text("password");
    if (!password) return call.reply(refusal(password.error()));
    if (const auto good = auth::check_password(password->value_or(""), name, "password"); !good) {
        return call.reply(refusal(good.error()));
    }
    call.parts.passwords.hash({.known = true}, **password,
                              [reply = std::move(call.reply),
                               hashed = std::move(hashed)](Result<std::string> hash) mutable {
                                  if (!hash) return reply(refusal(hash.error()));
                                  hashed(std::move(*hash), std::move(reply));
                              });
}

}  // namespace

void list_users(AdminCall call) {
    const Query query{call.request.query};
    const auto count = query.number("count", 50, limits::kListPage);
    if (!count) return call.reply(refusal(count.error()));
    bus::AskAccounts ask{.prefix = query.text("prefix"),
                         .after_key = name_key(query.text("after")),
                         .count = static_cast<std::uint32_t>(*count)};
    const PartitionId any = partition_of_name(ask.prefix);
    call.parts.bus.ask(
        any, std::move(ask), [count = *count, reply = std::move(call.reply)](auto answer) mutable {
            const auto accounts = only<std::vector<bus::Account>>(std::move(answer));
            if (!accounts) return reply(refusal(accounts.error()));
            json::array users;
            for (const bus::Account& account : *accounts) {
                users.push_back(object_of(account));
            }
            const bool more = accounts->size() == count && count > 0;
            reply(object_response({{"users", std::move(users)},
                                   {"next", more ? accounts->back().name : std::string{}}}));
        });
}

void add_user(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto given = fields->text("name");
    if (!given) return call.reply(refusal(given.error()));
    const std::string name = given->value_or("");
    if (const auto good = check_name(name); !good) return call.reply(refusal(good.error()));
    bus::Bus& bus = call.parts.bus;
    hash_password(*fields, name, std::move(call),
                  [&bus, name](std::string hash, Admin::Reply reply) {
                      const std::string key = name_key(name);
                      bus.ask(partition_of_name(key),
                              bus::AskAddUser{.operator_rights = true,
                                              .name = name,
                                              .name_key = key,
                                              .password_hash = std::move(hash)},
                              account_to(std::move(reply)));
                  });
}

// What they hold ends with it.
void disable_user(AdminCall call) {
    change(std::move(call), {.disabled = true, .tokens_since = now()});
}

void enable_user(AdminCall call) { change(std::move(call), {.disabled = false}); }

// The command line mints it, with the secrets that it can read; the account knows it as a sign-in.
void note_token(AdminCall call) {
    const UserId uid{call.numbers[0]};
    bus::AskChangeUser ask{.uid = uid,
                           .signed_in = bus::SignIn{.minted = now(), .client = "stentor token"}};
    call.parts.bus.ask(
        partition_of(uid), std::move(ask),
        [reply = std::move(call.reply)](Result<bus::Reply> answer) mutable {
            const auto account = only<bus::Account>(std::move(answer));
            if (!account) return reply(refusal(account.error()));
            if (account->disabled || account->sign_ins.empty()) {
                return reply(refusal({.code = Code::not_permitted, .where = "account"}));
            }
            reply(object_response({{"minted_ms", to_ms(account->sign_ins.back().minted)}}));
        });
}

void sign_user_out(AdminCall call) { change(std::move(call), {.tokens_since = now()}); }

void set_password(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const UserId uid{call.numbers[0]};
    bus::Bus& bus = call.parts.bus;
    hash_password(*fields, {}, std::move(call), [&bus, uid](std::string hash, Admin::Reply reply) {
        bus.ask(
            partition_of(uid),
            bus::AskChangeUser{.uid = uid, .password_hash = std::move(hash), .tokens_since = now()},
            account_to(std::move(reply)));
    });
}

void set_user_rate(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto per_s = number_within(*fields, "per_second", 0, kSendsPerSecondMax);
    if (!per_s) return call.reply(refusal(per_s.error()));
    const auto burst = number_within(*fields, "burst", limits::kSendsBurst, kSendsBurstMax);
    if (!burst) return call.reply(refusal(burst.error()));
    change(std::move(call), {.rate = UserRate{.per_s = static_cast<std::uint32_t>(*per_s),
                                              .burst = static_cast<std::uint32_t>(*burst)}});
}

void end_user_rate(AdminCall call) { change(std::move(call), {.rate = UserRate{}}); }

}  // namespace stentor::api
