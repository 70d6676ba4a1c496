#include "api/public/api_keys.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/http/bearer.h"
#include "api/http/fields.h"
#include "api/http/json.h"
#include "api/http/secret_text.h"
#include "auth/admin_key.h"
#include "base/group_ids.h"
#include "base/limits.h"
#include "base/number_text.h"

namespace stentor::api {
namespace {

constexpr Error kInvalid{.code = Code::token_invalid, .where = "authorization"};
constexpr std::string_view kMark = "stk_";

}  // namespace

MadeKey make_key(std::string name, std::vector<Scope> scopes, UserId uid,
                 std::span<const std::uint8_t, 40> random, Time now) {
    SecretText secret = make_secret_text(kMark, random);
    ApiKey key{.id = std::move(secret.id),
               .name = std::move(name),
               .hash = std::move(secret.hash),
               .scopes = std::move(scopes),
               .uid = uid,
               .created = now};
    return {.key = std::move(key), .text = std::move(secret.text)};
}

std::optional<Scope> scope_named(std::string_view name) {
    const auto* const found = std::ranges::find(kScopeNames, name);
    if (found == std::end(kScopeNames)) return std::nullopt;
    return static_cast<Scope>(found - std::begin(kScopeNames));
}

bool allows(const ApiKey& key, Scope scope) {
    return std::ranges::find(key.scopes, scope) != key.scopes.end();
}

bool may_send_to(const ApiKey& key, GroupId gid) {
    return gid != kBroadcastGroup && !is_direct(gid) &&
           (key.groups.empty() || std::ranges::find(key.groups, gid) != key.groups.end());
}

std::string to_setting(const ApiKey& key) {
    // As texts: these fields have no lists of numbers.
    std::vector<std::string> groups;
    for (const GroupId gid : key.groups) groups.push_back(std::to_string(gid.value));
    std::vector<std::string> scopes;
    for (const Scope scope : key.scopes) {
        scopes.emplace_back(kScopeNames[static_cast<std::size_t>(scope)]);
    }
    return JsonObject{}
        .add("id", key.id)
        .add("name", key.name)
        .add("hash", key.hash)
        .add("scopes", scopes)
        .add("uid", key.uid.value)
        .add("created_ms", to_ms(key.created))
        .add("per_second", std::uint64_t{key.per_second})
        .add("groups", groups)
        .text();
}

std::optional<ApiKey> key_of_setting(std::string_view value) {
    const auto fields = Fields::parse(value);
    if (!fields) return std::nullopt;
    const auto id = fields->text("id");
    const auto name = fields->text("name");
    const auto hash = fields->text("hash");
    const auto scopes = fields->texts("scopes");
    const auto uid = fields->number("uid");
    const auto created = fields->number("created_ms");
    const auto per_second = fields->number("per_second");
    const auto groups = fields->texts("groups");
    if (!per_second || !groups) return std::nullopt;
    if (!id || !*id || !name || !hash || !*hash || !scopes || !uid || !created) return std::nullopt;
    ApiKey key{.id = **id,
               .name = name->value_or(""),
               .hash = **hash,
               .uid = {uid->value_or(0)},
               .created = from_ms(created->value_or(0)),
               .per_second = static_cast<std::uint32_t>(
                   std::clamp(per_second->value_or(limits::kKeyPerSecond), std::uint64_t{1},
                              std::uint64_t{limits::kKeyPerSecondMax}))};
    for (const std::string& each : groups->value_or(std::vector<std::string>{})) {
        // One that cannot be read must not make the key good for all groups.
        const auto gid = number_in(each);
        if (!gid) return std::nullopt;
        key.groups.push_back({*gid});
    }
    for (const std::string& each : scopes->value_or(std::vector<std::string>{})) {
        if (const auto scope = scope_named(each)) key.scopes.push_back(*scope);
    }
    return key;
}

void find_key(bus::Bus& bus, const account::SharedGate& gate, const net::http::Request& request,
              std::move_only_function<void(Result<ApiKey>)> done) {
    const auto secret = secret_text_of(kMark, bearer_of(request));
    if (!secret) return done(std::unexpected(kInvalid));
    if (!gate.known()) {
        return done(std::unexpected(
            Error{.code = Code::overloaded, .where = "accounts", .retry_after_ms = 1'000}));
    }
    auto found = [secret = *secret, &gate,
                  done = std::move(done)](Result<bus::Reply> reply) mutable {
        if (!reply) return done(std::unexpected(reply.error()));
        const auto* settings = std::get_if<std::vector<bus::Setting>>(&*reply);
        if (settings == nullptr || settings->empty()) return done(std::unexpected(kInvalid));
        auto key = key_of_setting(settings->front().value);
        if (!key || key->id != secret.id || !auth::same_key(secret.hash, key->hash)) {
            return done(std::unexpected(kInvalid));
        }
        if (key->uid && gate.is_closed(key->uid)) return done(std::unexpected(kInvalid));
        done(std::move(*key));
    };
    bus.ask(PartitionId{}, bus::AskSettings{.prefix = std::string{kKeySettings} + secret->id},
            std::move(found));
}

}  // namespace stentor::api
