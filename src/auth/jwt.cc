#include "auth/jwt.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>

#include <boost/json.hpp>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "base/base64.h"

namespace stentor::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kSecretBytesMin = 32;
constexpr int kRsaBitsMin = 2'048;

struct KeyFree {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <class T>
using Held = std::unique_ptr<T, KeyFree>;

std::unexpected<Error> invalid(std::string_view where) {
    return std::unexpected(Error{.code = Code::token_invalid, .where = where});
}

// The parts of "header.payload.signature", and what the signature covers.
struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view covered;
};

std::optional<Parts> parts_of(std::string_view text) {
    const std::size_t first = text.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = text.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    if (text.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return Parts{.header = text.substr(0, first),
                 .payload = text.substr(first + 1, second - first - 1),
                 .signature = text.substr(second + 1),
                 .covered = text.substr(0, second)};
}

std::optional<json::object> object_of(std::string_view part) {
    const auto text = from_base64url(part);
    if (!text) return std::nullopt;
    json::error_code problem;
    json::value value = json::parse(*text, problem);
    if (problem || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string text_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return {};
    return std::string{value->get_string()};
}

// NumericDate of RFC 7519 section 2: seconds, perhaps with a fraction.
std::optional<Time> time_at(const json::object& object, std::string_view name) {
    constexpr double kSecondsMax = 253'402'300'800.0;  // The year 10,000
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    json::error_code problem;
    const auto seconds = value->to_number<double>(problem);
    if (problem || !std::isfinite(seconds) || seconds < 0 || seconds > kSecondsMax) {
        return std::nullopt;
    }
    return from_ms(static_cast<std::uint64_t>(seconds * 1'000));
}

bool holds(const json::object& claims, std::string_view audience) {
    const json::value* value = claims.if_contains("aud");
    if (value == nullptr) return false;
    if (value->is_string()) return std::string_view{value->get_string()} == audience;
    if (!value->is_array()) return false;
    for (const json::value& each : value->get_array()) {
        if (each.is_string() && std::string_view{each.get_string()} == audience) return true;
    }
    return false;
}

Held<EVP_PKEY> public_key(const std::string& pem) {
    const Held<BIO> bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    return Held<EVP_PKEY>{PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)};
}

std::string_view name_of(JwtAlgorithm algorithm) {
    switch (algorithm) {
        case JwtAlgorithm::hs256: return "HS256";
        case JwtAlgorithm::rs256: return "RS256";
        case JwtAlgorithm::eddsa: return "EdDSA";
    }
    return {};
}

const unsigned char* bytes_of(std::string_view text) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the libraries' bytes
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_signed_by(const JwtKey& key, std::string_view covered, std::string_view signature) {
    if (key.algorithm == JwtAlgorithm::hs256) {
        if (signature.size() != crypto_auth_hmacsha256_BYTES) return false;
        crypto_auth_hmacsha256_state state;
        unsigned char mac[crypto_auth_hmacsha256_BYTES];
        crypto_auth_hmacsha256_init(&state, bytes_of(key.key), key.key.size());
        crypto_auth_hmacsha256_update(&state, bytes_of(covered), covered.size());
        crypto_auth_hmacsha256_final(&state, mac);
        return sodium_memcmp(mac, signature.data(), sizeof mac) == 0;
    }
    const Held<EVP_PKEY> pkey = public_key(key.key);
    const Held<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    if (!pkey || !context) return false;
    // Ed25519 hashes by itself.
    const EVP_MD* hash = key.algorithm == JwtAlgorithm::rs256 ? EVP_sha256() : nullptr;
    if (EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, pkey.get()) != 1) return false;
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(covered),
                            covered.size()) == 1;
}

Result<JwtClaims> claims_of(const JwtKey& key, const json::object& claims, Time now) {
    if (!key.audience.empty() && !holds(claims, key.audience)) return invalid("aud");
    JwtClaims out{.issuer = key.issuer,
                  .subject = text_at(claims, "sub"),
                  .name = text_at(claims, key.name_claim)};
    if (out.subject.empty() || out.subject.size() > kSubjectBytes) return invalid("sub");
    const auto expires = time_at(claims, "exp");
    if (!expires) return invalid("exp");
    out.expires = *expires;
    if (claims.contains("nbf")) {
        const auto since = time_at(claims, "nbf");
        if (!since || *since > now + kJwtLeeway) return invalid("nbf");
    }
    if (now >= out.expires) {
        return std::unexpected(Error{.code = Code::token_expired, .where = "exp"});
    }
    return out;
}

}  // namespace

std::string flaw_of(const JwtKey& key) {
    if (key.issuer.empty()) return "it needs an issuer";
    if (key.algorithm == JwtAlgorithm::hs256) {
        if (key.key.size() >= kSecretBytesMin) return {};
        return "an HS256 secret has at least 32 bytes";
    }
    const Held<EVP_PKEY> pkey = public_key(key.key);
    if (!pkey) return "the key is no public key in PEM";
    if (key.algorithm == JwtAlgorithm::eddsa) {
        return EVP_PKEY_get_base_id(pkey.get()) == EVP_PKEY_ED25519 ? "" : "the key is no Ed25519";
    }
    if (EVP_PKEY_get_base_id(pkey.get()) != EVP_PKEY_RSA) return "the key is no RSA";
    return EVP_PKEY_get_bits(pkey.get()) >= kRsaBitsMin ? "" : "an RSA key has at least 2048 bits";
}

Result<JwtClaims> verify_jwt(std::span<const JwtKey> keys, std::string_view text, Time now) {
    if (text.size() > kJwtBytes) return invalid("token");
    const auto parts = parts_of(text);
    if (!parts) return invalid("token");
    const auto header = object_of(parts->header);
    const auto signature = from_base64url(parts->signature);
    if (!header || !signature) return invalid("token");
    // Extensions that must be understood: there is none that we know (RFC 7515 section 4.1.11).
    if (header->contains("crit")) return invalid("crit");
    const std::string algorithm = text_at(*header, "alg");
    const std::string key_id = text_at(*header, "kid");

    const auto claims = object_of(parts->payload);
    if (!claims) return invalid("token");
    const std::string issuer = text_at(*claims, "iss");
    for (const JwtKey& key : keys) {
        // What is compared before the signature only chooses the key.
        if (key.issuer != issuer || name_of(key.algorithm) != algorithm) continue;
        if (!key.key_id.empty() && key.key_id != key_id) continue;
        if (is_signed_by(key, parts->covered, *signature)) return claims_of(key, *claims, now);
    }
    return invalid("signature");
}

}  // namespace stentor::auth
