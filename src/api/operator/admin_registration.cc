// What the operator does with registration tokens (registration.h).
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <chrono>
#include <utility>

#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "api/public/registration.h"
#include "auth/random.h"
#include "base/limits.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kHours = 7 * 24;
constexpr std::uint64_t kHoursMax = 366 * 24;

json::object object_of(const RegistrationToken& token) {
    return {{"id", token.id},
            {"name", token.name},
            {"uses_max", token.uses_max},
            {"uses", token.uses},
            {"created_ms", to_ms(token.created)},
            {"expires_ms", to_ms(token.expires)},
            {"over", is_over(token, now())}};
}

Result<MadeRegistrationToken> token_of(const Fields& fields) {
    const auto name = name_for_operator(fields);
    if (!name) return std::unexpected(name.error());
    const auto uses = number_within(fields, "uses_max", 1, limits::kRegistrationsMax);
    if (!uses) return std::unexpected(uses.error());
    const auto hours = number_within(fields, "hours", kHours, kHoursMax);
    if (!hours) return std::unexpected(hours.error());
    std::array<std::uint8_t, kSecretTextBytes> random{};
    auth::fill_random(random);
    const Time made = now();
    return make_registration_token(*name, static_cast<std::uint32_t>(*uses),
                                   made + Millis{*hours * 3'600'000}, random, made);
}

// Tokens that are over go when the next one is made. False: there is no room for it.
bool make_room(bus::Bus& bus, const std::vector<RegistrationToken>& tokens) {
    std::size_t good = 0;
    for (const RegistrationToken& token : tokens) {
        if (!is_over(token, now())) {
            ++good;
            continue;
        }
        for (std::string name : {token_setting(token.id), used_setting(token.id)}) {
            bus.ask(PartitionId{}, bus::AskSetSetting{.name = std::move(name)}, [](auto) {});
        }
    }
    return good < limits::kRegistrationTokens;
}

void ask_tokens(bus::Bus& bus,
                std::move_only_function<void(Result<std::vector<RegistrationToken>>)> done) {
    auto found = [done = std::move(done)](auto settings) mutable {
        if (!settings) return done(std::unexpected(settings.error()));
        done(registration_tokens_in(*settings));
    };
    ask_settings(bus, kRegistrationSettings, std::move(found));
}

}  // namespace

void list_registration_tokens(AdminCall call) {
    ask_tokens(call.parts.bus, [reply = std::move(call.reply)](auto tokens) mutable {
        if (!tokens) return reply(refusal(tokens.error()));
        json::array rows;
        for (const RegistrationToken& token : *tokens) rows.push_back(object_of(token));
        reply(object_response({{"tokens", std::move(rows)}}));
    });
}

// The token itself is in this answer, and nowhere else ever.
void add_registration_token(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    auto made = token_of(*fields);
    if (!made) return call.reply(refusal(made.error()));
    auto known = [&bus = call.parts.bus, made = *std::move(made),
                  reply = std::move(call.reply)](auto tokens) mutable {
        if (!tokens) return reply(refusal(tokens.error()));
        if (!make_room(bus, *tokens)) {
            return reply(refusal({.code = Code::not_permitted,
                                  .where = "tokens",
                                  .limit = limits::kRegistrationTokens}));
        }
        json::object object = object_of(made.token);
        object["token"] = made.text;
        keep_setting(bus, {.name = token_setting(made.token.id), .value = to_setting(made.token)},
                     std::move(object), std::move(reply));
    };
    ask_tokens(call.parts.bus, std::move(known));
}

void end_registration_token(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto id = fields->text("id");
    if (!id) return call.reply(refusal(id.error()));
    std::string token = token_setting(id->value_or(""));
    auto removed = [&bus = call.parts.bus, used = used_setting(id->value_or("")),
                    reply = std::move(call.reply)](const Result<bus::Reply>& answer) mutable {
        if (!answer) return reply(refusal(answer.error()));
        auto forgotten = [reply = std::move(reply)](const Result<bus::Reply>& done) mutable {
            reply(done ? object_response({{"ok", true}}) : refusal(done.error()));
        };
        bus.ask(PartitionId{}, bus::AskSetSetting{.name = std::move(used)}, std::move(forgotten));
    };
    remove_setting(call.parts.bus, std::move(token), "id", std::move(removed));
}

}  // namespace stentor::api
