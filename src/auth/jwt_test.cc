#include "auth/jwt.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>

#include <string>
#include <vector>

namespace stentor::auth {
namespace {

constexpr Time kNow{Millis{1'800'000'000'000}};
constexpr std::string_view kIssuer = "https://id.example";

std::string base64(std::string_view raw) {
    std::string text(
        sodium_base64_encoded_len(raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return text;
}

std::string with_hs256(std::string_view secret, const std::string& covered) {
    crypto_auth_hmacsha256_state state;
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()),
                                secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(covered.data()),
                                  covered.size());
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
    return covered + '.' + base64(mac);
}

std::string with_key(EVP_PKEY* key, const EVP_MD* hash, const std::string& covered) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, hash, nullptr, key);
    std::size_t length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(covered.data());
    EVP_DigestSign(context, nullptr, &length, bytes, covered.size());
    std::string signature(length, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length, bytes,
                   covered.size());
    EVP_MD_CTX_free(context);
    signature.resize(length);
    return covered + '.' + base64(signature);
}

std::string pem_of(EVP_PKEY* key) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key);
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio, &text);
    std::string pem(text, static_cast<std::size_t>(length));
    BIO_free(bio);
    return pem;
}

std::string covered_of(std::string_view algorithm, std::string_view claims) {
    return base64(R"({"typ":"JWT","alg":")" + std::string{algorithm} + "\"}") + '.' +
           base64(claims);
}

std::string claims_until(Time expires, std::string_view more = "") {
    return R"({"iss":"https://id.example","sub":"u-17","name":"Ann","exp":)" +
           std::to_string(to_ms(expires) / 1'000) + std::string{more} + "}";
}

class Jwt : public testing::Test {
protected:
    const std::string secret_ = std::string(32, 's');
    std::vector<JwtKey> keys_{
        {.algorithm = JwtAlgorithm::hs256, .issuer = std::string{kIssuer}, .key = secret_}};
    const std::string good_ = claims_until(kNow + Millis{60'000});

    Result<JwtClaims> verify(const std::string& token, Time now = kNow) {
        return verify_jwt(keys_, token, now);
    }
    Result<JwtClaims> verify_claims(const std::string& claims, Time now = kNow) {
        return verify(with_hs256(secret_, covered_of("HS256", claims)), now);
    }
    static std::string_view field(const Result<JwtClaims>& result) {
        return result ? "" : result.error().where;
    }
};

TEST_F(Jwt, TakesWhatItsKeySigned) {
    const auto claims = verify_claims(good_);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->issuer, kIssuer);
    EXPECT_EQ(claims->subject, "u-17");
    EXPECT_EQ(claims->name, "Ann");
    EXPECT_EQ(claims->expires, kNow + Millis{60'000});
}

// The example of RFC 7515 appendix A.1, which no longer lives but is signed right.
TEST_F(Jwt, ReadsTheExampleOfTheStandard) {
    std::string secret(64, '\0');
    std::size_t length = 0;
    const std::string_view text =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    ASSERT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(secret.data()), secret.size(),
                                text.data(), text.size(), nullptr, &length, nullptr,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              0);
    keys_ = {{.algorithm = JwtAlgorithm::hs256, .issuer = "joe", .key = secret}};
    const std::string token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    EXPECT_EQ(field(verify(token)), "sub");  // Past the signature: it bears no subject.
}

TEST_F(Jwt, TakesRs256AndEdDsaOfTheirOwnKeys) {
    EVP_PKEY* rsa = EVP_RSA_gen(2'048);
    EVP_PKEY* ed = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    const JwtKey rsa_key{
        .algorithm = JwtAlgorithm::rs256, .issuer = std::string{kIssuer}, .key = pem_of(rsa)};
    const JwtKey ed_key{
        .algorithm = JwtAlgorithm::eddsa, .issuer = std::string{kIssuer}, .key = pem_of(ed)};
    EXPECT_EQ(flaw_of(rsa_key), "");
    EXPECT_EQ(flaw_of(ed_key), "");
    keys_ = {rsa_key, ed_key};
    EXPECT_TRUE(verify(with_key(rsa, EVP_sha256(), covered_of("RS256", good_))));
    EXPECT_TRUE(verify(with_key(ed, nullptr, covered_of("EdDSA", good_))));
    EXPECT_EQ(field(verify(with_key(ed, nullptr, covered_of("RS256", good_)))), "signature");
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(ed);
}

// A public key is public: taken as the secret of an HMAC it would sign anything.
TEST_F(Jwt, AKeyIsOfOneAlgorithmOnly) {
    EVP_PKEY* rsa = EVP_RSA_gen(2'048);
    const std::string pem = pem_of(rsa);
    keys_ = {{.algorithm = JwtAlgorithm::rs256, .issuer = std::string{kIssuer}, .key = pem}};
    EXPECT_EQ(field(verify(with_hs256(pem, covered_of("HS256", good_)))), "signature");
    EVP_PKEY_free(rsa);
}

TEST_F(Jwt, RefusesNone) {
    EXPECT_FALSE(verify(covered_of("none", good_) + "."));
    EXPECT_FALSE(verify(covered_of("None", good_) + "."));
}

TEST_F(Jwt, RefusesAChangedByteAnywhere) {
    const std::string token = with_hs256(secret_, covered_of("HS256", good_));
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(verify(changed)) << i;
    }
    EXPECT_FALSE(verify(token.substr(0, token.size() - 1)));
    EXPECT_FALSE(verify(token + "."));
    EXPECT_FALSE(verify(""));
    EXPECT_FALSE(verify(std::string(kJwtBytes + 1, 'a')));
}

TEST_F(Jwt, AsksForAnEndAndASubject) {
    EXPECT_EQ(field(verify_claims(R"({"iss":"https://id.example","sub":"a"})")), "exp");
    EXPECT_EQ(field(verify_claims(R"({"iss":"https://id.example","sub":"a","exp":"soon"})")),
              "exp");
    EXPECT_EQ(field(verify_claims(R"({"iss":"https://id.example","exp":1900000000})")), "sub");
    EXPECT_EQ(field(verify_claims(R"({"iss":"https://id.example","sub":"","exp":1900000000})")),
              "sub");
}

// What is made from one ends with it, so one that ended is of no use to anybody.
TEST_F(Jwt, OnlyOnesOfTheFutureAreTakenWithinTheLeeway) {
    EXPECT_TRUE(verify_claims(claims_until(kNow + Millis{1'000})));
    const auto old = verify_claims(claims_until(kNow));
    ASSERT_FALSE(old);
    EXPECT_EQ(old.error().code, Code::token_expired);
    EXPECT_TRUE(verify_claims(claims_until(kNow + Millis{99'000}, R"(,"nbf":1800000060)")));
    EXPECT_EQ(field(verify_claims(claims_until(kNow + Millis{99'000}, R"(,"nbf":1800000061)"))),
              "nbf");
}

TEST_F(Jwt, AsksForItsAudience) {
    keys_[0].audience = "chat";
    const Time later = kNow + Millis{60'000};
    EXPECT_EQ(field(verify_claims(good_)), "aud");
    EXPECT_EQ(field(verify_claims(claims_until(later, R"(,"aud":"shop")"))), "aud");
    EXPECT_TRUE(verify_claims(claims_until(later, R"(,"aud":"chat")")));
    EXPECT_TRUE(verify_claims(claims_until(later, R"(,"aud":["shop","chat"])")));
}

TEST_F(Jwt, NamesWhatIsWrongWithAKey) {
    JwtKey key = keys_[0];
    EXPECT_EQ(flaw_of(key), "");
    key.key.pop_back();
    EXPECT_NE(flaw_of(key), "");
    EXPECT_NE(flaw_of({.algorithm = JwtAlgorithm::hs256, .key = secret_}), "");
    EXPECT_NE(flaw_of({.algorithm = JwtAlgorithm::rs256, .issuer = "a", .key = "no PEM"}), "");
    EVP_PKEY* small = EVP_RSA_gen(1'024);
    EXPECT_NE(flaw_of({.algorithm = JwtAlgorithm::rs256, .issuer = "a", .key = pem_of(small)}), "");
    EXPECT_NE(flaw_of({.algorithm = JwtAlgorithm::eddsa, .issuer = "a", .key = pem_of(small)}), "");
    EVP_PKEY_free(small);
}

}  // namespace
}  // namespace stentor::auth
