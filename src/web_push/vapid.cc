#include "web_push/vapid.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <utility>

#include "base/base64.h"
#include "web_push/openssl.h"

namespace stentor::web_push {
namespace {

constexpr std::size_t kNumberBytes = 32;  // Each half of a signature.

void demand(bool good) {
    if (!good) throw std::runtime_error{"OpenSSL cannot sign"};
}

// OpenSSL speaks DER, a JWT the two numbers side by side.
std::string signature_of(const Key& key, std::string_view text) {
    const Held<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    std::size_t size = 0;
    demand(context &&
           EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestSign(context.get(), nullptr, &size, bytes_of(text), text.size()) == 1);
    std::string der(size, '\0');
    demand(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                          bytes_of(text), text.size()) == 1);
    const unsigned char* at = bytes_of(der);
    const Held<ECDSA_SIG> parts{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size))};
    demand(parts != nullptr);
    std::string raw(2 * kNumberBytes, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(raw.data());
    demand(BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out, kNumberBytes) > 0 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out + kNumberBytes, kNumberBytes) > 0);
    return raw;
}

}  // namespace

Vapid::Vapid(std::optional<std::string_view> key_text, std::string contact)
    : contact_{std::move(contact)} {
    if (key_text) {
        const auto bytes = from_base64url(*key_text);
        if (bytes && bytes->size() == kPrivateKeyBytes + kPublicKeyBytes) {
            const std::string_view all{*bytes};
            key_ = key_pair_of(all.substr(0, kPrivateKeyBytes), all.substr(kPrivateKeyBytes));
        }
        if (!key_) throw std::runtime_error{"the key of web push in the record is none"};
    } else {
        key_ = make_key_pair();
    }
    public_key_ = base64url(point_of(key_));
}

std::string Vapid::key_text() const { return base64url(private_bytes_of(key_) + point_of(key_)); }

std::string Vapid::authorization(std::string_view audience, Time expires) const {
    const boost::json::object claims{
        {"aud", std::string{audience}}, {"exp", to_ms(expires) / 1'000}, {"sub", contact_}};
    const std::string covered = base64url(R"({"typ":"JWT","alg":"ES256"})") + '.' +
                                base64url(boost::json::serialize(claims));
    return "vapid t=" + covered + '.' + base64url(signature_of(key_, covered)) +
           ", k=" + public_key_;
}

}  // namespace stentor::web_push
