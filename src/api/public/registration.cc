#include "api/public/registration.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "api/http/fields.h"
#include "api/http/json.h"
#include "api/public/accounts.h"
#include "auth/admin_key.h"
#include "base/limits.h"
#include "base/number_text.h"

namespace stentor::api {
namespace {

constexpr std::string_view kMark = "str_";
constexpr std::string_view kToken = "/token";
constexpr std::string_view kUsed = "/used";
constexpr Error kNoSuchToken{.code = Code::bad_field, .where = "token"};

std::string settings_of(std::string_view id) {
    return std::string{kRegistrationSettings} + std::string{id};
}

std::optional<RegistrationToken> token_of(std::string_view id, std::string_view value) {
    const auto fields = Fields::parse(value);
    if (!fields) return std::nullopt;
    const auto name = fields->text("name");
    const auto hash = fields->text("hash");
    const auto uses_max = fields->number("uses_max");
    const auto created = fields->number("created_ms");
    const auto expires = fields->number("expires_ms");
    if (!name || !hash || !*hash || !uses_max || !created || !expires) return std::nullopt;
    const std::uint64_t uses =
        std::min<std::uint64_t>(uses_max->value_or(0), limits::kRegistrationsMax);
    return RegistrationToken{.id = std::string{id},
                             .name = name->value_or(""),
                             .hash = **hash,
                             .uses_max = static_cast<std::uint32_t>(uses),
                             .created = from_ms(created->value_or(0)),
                             .expires = from_ms(expires->value_or(0))};
}

}  // namespace

std::string token_setting(std::string_view id) { return settings_of(id) + std::string{kToken}; }
std::string used_setting(std::string_view id) { return settings_of(id) + std::string{kUsed}; }

MadeRegistrationToken make_registration_token(
    std::string name, std::uint32_t uses_max, Time expires,
    std::span<const std::uint8_t, kSecretTextBytes> random, Time now) {
    SecretText secret = make_secret_text(kMark, random);
    return {.token = {.id = std::move(secret.id),
                      .name = std::move(name),
                      .hash = std::move(secret.hash),
                      .uses_max = uses_max,
                      .created = now,
                      .expires = expires},
            .text = std::move(secret.text)};
}

std::string to_setting(const RegistrationToken& token) {
    return JsonObject{}
        .add("name", token.name)
        .add("hash", token.hash)
        .add("uses_max", std::uint64_t{token.uses_max})
        .add("created_ms", to_ms(token.created))
        .add("expires_ms", to_ms(token.expires))
        .text();
}

// A token's row stands right ahead of that of its uses, in the order of names.
std::vector<RegistrationToken> registration_tokens_in(const std::vector<bus::Setting>& settings) {
    std::vector<RegistrationToken> tokens;
    for (const bus::Setting& each : settings) {
        std::string_view id = each.name;
        if (!id.starts_with(kRegistrationSettings)) continue;
        id.remove_prefix(kRegistrationSettings.size());
        if (id.ends_with(kToken)) {
            id.remove_suffix(kToken.size());
            if (auto token = token_of(id, each.value)) tokens.push_back(*std::move(token));
        } else if (id.ends_with(kUsed)) {
            id.remove_suffix(kUsed.size());
            if (tokens.empty() || tokens.back().id != id) continue;
            // What cannot be read must not make the token good again.
            const std::uint64_t all = std::numeric_limits<std::uint32_t>::max();
            tokens.back().uses =
                static_cast<std::uint32_t>(std::min(number_in(each.value).value_or(all), all));
        }
    }
    return tokens;
}

bool is_over(const RegistrationToken& token, Time now) {
    return token.uses >= token.uses_max || token.expires <= now;
}

void Registration::take(std::string_view text, Taken taken) {
    auto secret = secret_text_of(kMark, text);
    if (!secret) return taken(std::unexpected(kNoSuchToken));
    put({.secret = *std::move(secret), .taken = std::move(taken)});
}

void Registration::give_back(std::string id) {
    put({.secret = {.id = std::move(id), .text = {}, .hash = {}}, .taken = {}});
}

void Registration::put(Use use) {
    {
        const std::scoped_lock lock{mutex_};
        // What is given back is at most as much as was taken, and waits whatever else does.
        if (use.taken == nullptr || waiting_.size() < limits::kOutgoingWaiting) {
            waiting_.push_back(std::move(use));
            if (waiting_.size() > 1) return;
        } else {
            constexpr Error kFull{
                .code = Code::overloaded, .where = "registration", .retry_after_ms = 1'000};
            return use.taken(std::unexpected(kFull));
        }
    }
    begin_next();
}

void Registration::begin_next() {
    Use use;
    {
        const std::scoped_lock lock{mutex_};
        if (waiting_.empty()) return;
        use = std::move(waiting_.front());
    }
    std::string like = settings_of(use.secret.id) + '/';
    auto found = [self = shared_from_this(),
                  use = std::move(use)](const Result<bus::Reply>& answer) mutable {
        self->count(std::move(use), answer);
    };
    bus_.ask(PartitionId{}, bus::AskSettings{.prefix = std::move(like)}, std::move(found));
}

void Registration::count(Use use, const Result<bus::Reply>& found) {
    if (!found) return end(std::move(use), std::unexpected(found.error()));
    const auto* settings = std::get_if<std::vector<bus::Setting>>(&*found);
    const auto tokens =
        settings != nullptr ? registration_tokens_in(*settings) : std::vector<RegistrationToken>{};
    const bool taken = use.taken != nullptr;
    const bool known =
        tokens.size() == 1 && tokens[0].id == use.secret.id &&
        (!taken || (auth::same_key(use.secret.hash, tokens[0].hash) && !is_over(tokens[0], now())));
    if (!known) return end(std::move(use), std::unexpected(kNoSuchToken));
    const std::uint32_t uses = taken                ? tokens[0].uses + 1
                               : tokens[0].uses > 0 ? tokens[0].uses - 1
                                                    : 0;
    const std::string name = used_setting(use.secret.id);
    const auto kept = std::ranges::find(*settings, name, &bus::Setting::name);
    bus::AskSetSetting ask{.name = name,
                           .value = std::to_string(uses),
                           .former = kept == settings->end() ? std::string{} : kept->value};
    auto counted = [self = shared_from_this(),
                    use = std::move(use)](const Result<bus::Reply>& answer) mutable {
        // Another process has counted meanwhile.
        if (!answer && answer.error().code == Code::revision_changed) {
            return self->again(std::move(use));
        }
        if (!answer) return self->end(std::move(use), std::unexpected(answer.error()));
        std::string id = use.secret.id;
        self->end(std::move(use), std::move(id));
    };
    bus_.ask(PartitionId{}, std::move(ask), std::move(counted));
}

void Registration::again(Use use) {
    {
        const std::scoped_lock lock{mutex_};
        waiting_.front() = std::move(use);
    }
    begin_next();
}

void Registration::end(Use use, Result<std::string> outcome) {
    bool more = false;
    {
        const std::scoped_lock lock{mutex_};
        waiting_.pop_front();
        more = !waiting_.empty();
    }
    if (more) begin_next();
    if (use.taken != nullptr) use.taken(std::move(outcome));
}

}  // namespace stentor::api
