#include "auth/admin_key.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/number_text.h"

namespace stentor::auth {
namespace {

std::string mac_of(std::string_view text, std::string_view admin_key) {
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(admin_key.data()),
                                admin_key.size());
    constexpr std::string_view kPurpose = "stentor operator 1 ";
    for (const std::string_view part : {kPurpose, text}) {
        crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                                      part.size());
    }
    crypto_auth_hmacsha256_final(&state, mac.data());
    return hex_of(mac);
}

}  // namespace

std::string admin_key(const TokenKey& key) {
    constexpr std::string_view kPurpose = "stentor admin 1";
    static_assert(sizeof key.secret == crypto_auth_hmacsha256_KEYBYTES);
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256(mac.data(), reinterpret_cast<const unsigned char*>(kPurpose.data()),
                           kPurpose.size(), key.secret.data());
    return hex_of(mac);
}

bool same_key(std::string_view given, std::string_view key) {
    return given.size() == key.size() && sodium_memcmp(given.data(), key.data(), key.size()) == 0;
}

bool is_operator_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= kOperatorNameBytes && std::ranges::all_of(name, fits);
}

std::string operator_key(const Operator& who, std::string_view admin_key) {
    const std::string text = fmt::format("{}.{}", who.name, to_ms(who.expires) / 1'000);
    return fmt::format("{}.{}", text, mac_of(text, admin_key));
}

std::optional<std::string> operator_of(std::string_view given, std::string_view admin_key,
                                       Time now) {
    const std::size_t mac = given.rfind('.');
    if (mac == std::string_view::npos) return std::nullopt;
    const std::string_view text = given.substr(0, mac);
    if (!same_key(given.substr(mac + 1), mac_of(text, admin_key))) return std::nullopt;
    const std::size_t end = text.find('.');
    const std::string_view name = text.substr(0, end);
    if (end == std::string_view::npos || !is_operator_name(name)) return std::nullopt;
    const auto seconds = number_in(text.substr(end + 1));
    if (!seconds || *seconds <= to_ms(now) / 1'000) return std::nullopt;
    return std::string{name};
}

}  // namespace stentor::auth
