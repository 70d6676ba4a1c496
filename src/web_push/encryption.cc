#include "web_push/encryption.h"

#include <openssl/core_names.h>

#include <array>
#include <stdexcept>

#include "web_push/openssl.h"

namespace stentor::web_push {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kContentKeyBytes = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kSecretBytes = 32;
constexpr char kLastRecord = 2;  // RFC 8188 section 2.

// What OpenSSL refuses here is a fault of this program or of its memory.
void require(bool good) {
    if (!good) throw std::runtime_error{"OpenSSL cannot encrypt"};
}

Key key_from(std::string_view point, std::string_view private_key) {
    const Held<OSSL_PARAM_BLD> builder{OSSL_PARAM_BLD_new()};
    require(builder != nullptr);
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    Held<BIGNUM> number;
    if (!private_key.empty()) {
        number.reset(
            BN_bin2bn(bytes_of(private_key), static_cast<int>(private_key.size()), nullptr));
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
    }
    const Held<OSSL_PARAM> params{OSSL_PARAM_BLD_to_param(builder.get())};
    const Held<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
    require(params != nullptr && context != nullptr);
    EVP_PKEY* key = nullptr;
    const int selection = private_key.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
        return nullptr;
    }
    return Key{key};
}

std::string shared_secret(const Key& mine, const Key& theirs) {
    const Held<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new(mine.get(), nullptr)};
    std::string secret(kSecretBytes, '\0');
    std::size_t size = secret.size();
    require(context && EVP_PKEY_derive_init(context.get()) == 1 &&
            EVP_PKEY_derive_set_peer(context.get(), theirs.get()) == 1 &&
            EVP_PKEY_derive(context.get(), bytes_of(secret), &size) == 1 && size == secret.size());
    return secret;
}

// HKDF with SHA-256 (RFC 5869).
std::string derived(std::string_view secret, std::string_view salt, std::string_view info,
                    std::size_t size) {
    const Held<EVP_KDF> kdf{EVP_KDF_fetch(nullptr, "HKDF", nullptr)};
    require(kdf != nullptr);
    const Held<EVP_KDF_CTX> context{EVP_KDF_CTX_new(kdf.get())};
    std::string hash = "SHA256";
    // The library only reads them.
    std::string key{secret};
    std::string salted{salt};
    std::string told{info};
    const std::array params{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salted.data(), salted.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, told.data(), told.size()),
        OSSL_PARAM_construct_end()};
    std::string out(size, '\0');
    require(context != nullptr &&
            EVP_KDF_derive(context.get(), bytes_of(out), out.size(), params.data()) == 1);
    return out;
}

std::string sealed(std::string_view plaintext, std::string_view key, std::string_view nonce) {
    const Held<EVP_CIPHER_CTX> context{EVP_CIPHER_CTX_new()};
    std::string out(plaintext.size() + kTagBytes, '\0');
    int size = 0;
    int last = 0;
    require(context &&
            EVP_EncryptInit_ex2(context.get(), EVP_aes_128_gcm(), bytes_of(key), bytes_of(nonce),
                                nullptr) == 1 &&
            EVP_EncryptUpdate(context.get(), bytes_of(out), &size, bytes_of(plaintext),
                              static_cast<int>(plaintext.size())) == 1 &&
            EVP_EncryptFinal_ex(context.get(), bytes_of(out) + size, &last) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                bytes_of(out) + plaintext.size()) == 1);
    return out;
}

}  // namespace

void KeyEnd::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Key make_key_pair() {
    Key key{EVP_EC_gen("P-256")};
    require(key != nullptr);
    return key;
}

Key public_key_of(std::string_view point) {
    return point.size() == kPublicKeyBytes ? key_from(point, {}) : nullptr;
}

Key key_pair_of(std::string_view private_key, std::string_view point) {
    if (private_key.size() != kPrivateKeyBytes || point.size() != kPublicKeyBytes) return nullptr;
    return key_from(point, private_key);
}

std::string point_of(const Key& key) {
    std::string point(kPublicKeyBytes, '\0');
    std::size_t size = 0;
    require(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes_of(point),
                                            point.size(), &size) == 1 &&
            size == point.size());
    return point;
}

std::string private_bytes_of(const Key& key) {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1);
    const Held<BIGNUM> held{number};
    std::string bytes(kPrivateKeyBytes, '\0');
    require(BN_bn2binpad(number, bytes_of(bytes), static_cast<int>(bytes.size())) ==
            static_cast<int>(bytes.size()));
    return bytes;
}

Result<std::string> encrypt(std::string_view plaintext, const Receiver& receiver, const Key& sender,
                            std::string_view salt) {
    using namespace std::string_view_literals;
    if (plaintext.size() > kPlaintextBytes) {
        return std::unexpected(
            Error{.code = Code::frame_too_large, .where = "plaintext", .limit = kPlaintextBytes});
    }
    const Key theirs = public_key_of(receiver.public_key);
    if (!theirs) {
        return std::unexpected(
            Error{.code = Code::bad_field, .where = "p256dh", .limit = kPublicKeyBytes});
    }
    const std::string mine = point_of(sender);
    const std::string info = std::string{"WebPush: info\0"sv} + receiver.public_key + mine;
    const std::string keying =
        derived(shared_secret(sender, theirs), receiver.auth, info, kSecretBytes);
    const std::string key =
        derived(keying, salt, "Content-Encoding: aes128gcm\0"sv, kContentKeyBytes);
    const std::string nonce = derived(keying, salt, "Content-Encoding: nonce\0"sv, kNonceBytes);
    // Salt, size of a record (4,096), and the sender's key as the id of the key.
    std::string message{salt};
    message += "\0\0\x10\0"sv;
    message += static_cast<char>(mine.size());
    message += mine;
    message += sealed(std::string{plaintext} + kLastRecord, key, nonce);
    return message;
}

}  // namespace stentor::web_push
