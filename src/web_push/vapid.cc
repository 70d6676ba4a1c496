#include "web_push/vapid.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <sodium/utils.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <utility>

namespace stentor::web_push {
namespace {

constexpr std::size_t kNumberBytes = 32;  // Each half of a signature.

struct SignatureEnd {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <class T>
using Owned = std::unique_ptr<T, SignatureEnd>;

const unsigned char* data_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void demand(bool good) {
    if (!good) throw std::runtime_error{"OpenSSL cannot sign"};
}

// OpenSSL speaks DER, a JWT the two numbers side by side.
std::string signature_of(const Key& key, std::string_view text) {
    const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    std::size_t size = 0;
    demand(context &&
           EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestSign(context.get(), nullptr, &size, data_of(text), text.size()) == 1);
    std::string der(size, '\0');
    demand(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                          data_of(text), text.size()) == 1);
    const unsigned char* at = data_of(der);
    const Owned<ECDSA_SIG> parts{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size))};
    demand(parts != nullptr);
    std::string raw(2 * kNumberBytes, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(raw.data());
    demand(BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out, kNumberBytes) > 0 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out + kNumberBytes, kNumberBytes) > 0);
    return raw;
}

}  // namespace

std::string base64url(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), data_of(bytes), bytes.size(), kVariant);
    text.pop_back();  // The zero behind it.
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, nullptr,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return std::nullopt;
    }
    bytes.resize(size);
    return bytes;
}

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

bool is_signed_by(const Key& key, std::string_view jwt) {
    const std::size_t dot = jwt.rfind('.');
    if (dot == std::string_view::npos) return false;
    const auto raw = from_base64url(jwt.substr(dot + 1));
    if (!raw || raw->size() != 2 * kNumberBytes) return false;
    const Owned<ECDSA_SIG> parts{ECDSA_SIG_new()};
    demand(parts &&
           ECDSA_SIG_set0(parts.get(), BN_bin2bn(data_of(*raw), kNumberBytes, nullptr),
                          BN_bin2bn(data_of(*raw) + kNumberBytes, kNumberBytes, nullptr)) == 1);
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(parts.get(), &der);
    const std::string_view covered = jwt.substr(0, dot);
    const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    const bool good =
        context && size > 0 &&
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size), data_of(covered),
                         covered.size()) == 1;
    OPENSSL_free(der);
    return good;
}

}  // namespace stentor::web_push
