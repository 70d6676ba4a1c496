#include "web_push/subscription.h"

#include <openssl/evp.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/base64.h"
#include "base/number_text.h"
#include "base/push_limits.h"
#include "base/text.h"
#include "web_push/endpoint.h"

namespace stentor::web_push {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kLevelWords{"all", "calls", "none"};
constexpr std::size_t kIdBytes = 16;

std::unexpected<Error> bad(std::string_view field, std::uint64_t limit = 0) {
    return std::unexpected(Error{.code = Code::bad_field, .where = field, .limit = limit});
}

json::string_view key_of(std::string_view name) { return {name.data(), name.size()}; }

std::string id_of(std::string_view endpoint) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(endpoint.data(), endpoint.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return hex_of(std::span{digest}.first(kIdBytes));
}

std::string text_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(key_of(name));
    return value != nullptr && value->is_string() ? std::string{value->get_string()}
                                                  : std::string{};
}

std::optional<std::uint64_t> number_of(const json::value* value) {
    if (value == nullptr) return 0;
    json::error_code problem;
    const auto number = value->to_number<std::uint64_t>(problem);
    if (problem || number > limits::kIdMax) return std::nullopt;
    return number;
}

std::optional<Level> level_in(const json::object& object) {
    const std::string word = text_in(object, "level");
    for (std::size_t i = 0; i < kLevelWords.size(); ++i) {
        if (word == kLevelWords[i]) return static_cast<Level>(i);
    }
    return std::nullopt;
}

Result<std::map<GroupId, LevelSet>> levels_in(const json::object& object) {
    std::map<GroupId, LevelSet> levels;
    const json::value* all = object.if_contains("levels");
    if (all == nullptr || all->is_null()) return levels;
    if (!all->is_array() || all->get_array().size() > limits::kPushLevels) {
        return bad("levels", limits::kPushLevels);
    }
    for (const json::value& each : all->get_array()) {
        if (!each.is_object()) return bad("levels");
        const json::object& one = each.get_object();
        const auto gid = number_of(one.if_contains("gid"));
        const auto until_ms = number_of(one.if_contains("until_ms"));
        const auto level = level_in(one);
        if (!gid || *gid == 0) return bad("levels.gid", limits::kIdMax);
        if (!until_ms) return bad("levels.until_ms", limits::kIdMax);
        if (!level) return bad("levels.level");
        levels[{*gid}] = {.level = *level, .until = from_ms(*until_ms)};
    }
    return levels;
}

Result<std::string> bytes_in(const json::object& object, std::string_view name, std::size_t size) {
    std::string text = text_in(object, name);
    while (text.ends_with('=')) text.pop_back();  // Some browsers write padding.
    auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != size) return bad(name, size);
    return *std::move(bytes);
}

Result<Subscription> subscription_of(const json::object& object,
                                     const net::access::Networks& allow) {
    auto endpoint = endpoint_of(text_in(object, "endpoint"), allow);
    if (!endpoint) return std::unexpected(endpoint.error());
    auto key = bytes_in(object, "p256dh", kPublicKeyBytes);
    if (!key) return std::unexpected(key.error());
    if (!public_key_of(*key)) return bad("p256dh", kPublicKeyBytes);
    auto auth = bytes_in(object, "auth", kAuthBytes);
    if (!auth) return std::unexpected(auth.error());
    std::string language = text_in(object, "language");
    if (language.size() > limits::kPushLanguageBytes ||
        (!language.empty() && !plain_line(language))) {
        return bad("language", limits::kPushLanguageBytes);
    }
    auto levels = levels_in(object);
    if (!levels) return std::unexpected(levels.error());
    const json::value* words = object.if_contains("words");
    if (words != nullptr && !words->is_bool()) return bad("words");
    return Subscription{.id = id_of(endpoint->url),
                        .uid = {},
                        .minted = {},
                        .expires = {},
                        .endpoint = std::move(endpoint->url),
                        .origin = std::move(endpoint->origin),
                        .receiver = {.public_key = *std::move(key), .auth = *std::move(auth)},
                        .words = words == nullptr || words->get_bool(),
                        .language = std::move(language),
                        .levels = *std::move(levels)};
}

std::optional<json::object> object_in(std::string_view text) {
    json::error_code problem;
    json::value value = json::parse(key_of(text), problem);
    if (problem || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

}  // namespace

Level Subscription::level_of(GroupId gid, Level otherwise, Time now) const {
    const auto set = levels.find(gid);
    if (set == levels.end()) return otherwise;
    const bool over = set->second.until != Time{} && set->second.until <= now;
    return over ? otherwise : set->second.level;
}

Result<Subscription> subscription_in(std::string_view body, const net::access::Networks& allow) {
    const auto object = object_in(body);
    if (!object || !valid_utf8(body)) {
        return std::unexpected(Error{.code = Code::malformed, .where = "body"});
    }
    return subscription_of(*object, allow);
}

std::string row_name(const Subscription& subscription) {
    return std::string{kRows} + std::to_string(subscription.uid.value) + '/' + subscription.id;
}

std::string row_of(const Subscription& subscription) {
    json::array levels;
    for (const auto& [gid, set] : subscription.levels) {
        levels.push_back({{"gid", gid.value},
                          {"level", kLevelWords[static_cast<std::size_t>(set.level)]},
                          {"until_ms", to_ms(set.until)}});
    }
    return json::serialize(json::object{{"minted_ms", to_ms(subscription.minted)},
                                        {"expires_ms", to_ms(subscription.expires)},
                                        {"endpoint", subscription.endpoint},
                                        {"origin", subscription.origin},
                                        {"p256dh", base64url(subscription.receiver.public_key)},
                                        {"auth", base64url(subscription.receiver.auth)},
                                        {"words", subscription.words},
                                        {"language", subscription.language},
                                        {"levels", std::move(levels)}});
}

std::optional<Subscription> subscription_of_row(std::string_view name, std::string_view row) {
    if (!name.starts_with(kRows)) return std::nullopt;
    name.remove_prefix(kRows.size());
    const std::size_t slash = name.find('/');
    const auto uid = number_in(name.substr(0, slash));
    const auto object = object_in(row);
    if (slash == std::string_view::npos || !uid || !object) return std::nullopt;
    const auto minted = number_of(object->if_contains("minted_ms"));
    const auto expires = number_of(object->if_contains("expires_ms"));
    auto key = bytes_in(*object, "p256dh", kPublicKeyBytes);
    auto auth = bytes_in(*object, "auth", kAuthBytes);
    auto levels = levels_in(*object);
    const json::value* words = object->if_contains("words");
    if (!minted || !expires || !key || !auth || !levels) return std::nullopt;
    return Subscription{.id = std::string{name.substr(slash + 1)},
                        .uid = {*uid},
                        .minted = from_ms(*minted),
                        .expires = from_ms(*expires),
                        .endpoint = text_in(*object, "endpoint"),
                        .origin = text_in(*object, "origin"),
                        .receiver = {.public_key = *std::move(key), .auth = *std::move(auth)},
                        .words = words == nullptr || !words->is_bool() || words->get_bool(),
                        .language = text_in(*object, "language"),
                        .levels = *std::move(levels)};
}

}  // namespace stentor::web_push
