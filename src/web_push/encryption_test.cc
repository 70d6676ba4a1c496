#include "web_push/encryption.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "web_push/openssl.h"
#include "web_push/vapid.h"

namespace stentor::web_push {
namespace {

std::string raw(std::string_view text) { return from_base64url(text).value(); }

// Of a JWT "header.payload.signature" by ES256 (RFC 7518 section 3.4).
bool is_signed_by(const Key& key, std::string_view jwt) {
    constexpr std::size_t kNumberBytes = 32;
    const std::size_t dot = jwt.rfind('.');
    if (dot == std::string_view::npos) return false;
    const auto numbers = from_base64url(jwt.substr(dot + 1));
    if (!numbers || numbers->size() != 2 * kNumberBytes) return false;
    const Held<ECDSA_SIG> parts{ECDSA_SIG_new()};
    EXPECT_TRUE(parts && ECDSA_SIG_set0(
                             parts.get(),
                             BN_bin2bn(bytes_of(std::string_view{*numbers}), kNumberBytes, nullptr),
                             BN_bin2bn(bytes_of(std::string_view{*numbers}) + kNumberBytes,
                                       kNumberBytes, nullptr)) == 1);
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(parts.get(), &der);
    const std::string_view covered = jwt.substr(0, dot);
    const Held<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    const bool good =
        context && size > 0 &&
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size), bytes_of(covered),
                         covered.size()) == 1;
    OPENSSL_free(der);
    return good;
}

// RFC 8291 section 5 and appendix A.
const std::string kPlaintext = "When I grow up, I want to be a watermelon";
const std::string kSenderPublic =
    raw("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
const std::string kSenderPrivate = raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
const Receiver kReceiver{
    .public_key = raw(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
    .auth = raw("BTBZMqHH6r4Tts7J_aSIgg")};

TEST(Encryption, MakesTheMessageOfTheStandard) {
    const Key sender = key_pair_of(kSenderPrivate, kSenderPublic);
    ASSERT_TRUE(sender);
    const auto message = encrypt(kPlaintext, kReceiver, sender, raw("DGv6ra1nlYgDCS1FRnbzlw"));
    ASSERT_TRUE(message);
    EXPECT_EQ(base64url(*message),
              "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
              "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV"
              "WGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(Encryption, TakesWhatEveryServiceTakesAndNoMore) {
    const Key sender = make_key_pair();
    const std::string salt(kSaltBytes, 's');
    const auto largest = encrypt(std::string(kPlaintextBytes, 'x'), kReceiver, sender, salt);
    ASSERT_TRUE(largest);
    EXPECT_EQ(largest->size(), 4'096U);
    const auto larger = encrypt(std::string(kPlaintextBytes + 1, 'x'), kReceiver, sender, salt);
    EXPECT_EQ(larger.error().code, Code::frame_too_large);
}

TEST(Encryption, RefusesWhatIsNoPointOfTheCurve) {
    Receiver wrong = kReceiver;
    wrong.public_key.back() = static_cast<char>(wrong.public_key.back() ^ 1);
    const auto message = encrypt(kPlaintext, wrong, make_key_pair(), std::string(kSaltBytes, 's'));
    EXPECT_EQ(message.error().where, "p256dh");
    EXPECT_FALSE(public_key_of("short"));
}

TEST(Encryption, AKeyPairIsWrittenAndReadBack) {
    const Key made = make_key_pair();
    const Key read = key_pair_of(private_bytes_of(made), point_of(made));
    ASSERT_TRUE(read);
    EXPECT_EQ(point_of(read), point_of(made));
    EXPECT_EQ(private_bytes_of(read), private_bytes_of(made));
}

// ---- RFC 8292 section 2.4

constexpr std::string_view kJwt =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9."
    "eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQG"
    "V4YW1wbGUuY29tIn0."
    "i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
constexpr std::string_view kPublic =
    "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

TEST(Vapid, SaysWhatTheStandardsExampleSaysAndSignsIt) {
    EXPECT_TRUE(is_signed_by(public_key_of(raw(kPublic)), kJwt));
    const Vapid vapid{std::nullopt, "mailto:push@example.com"};
    const std::string header =
        vapid.authorization("https://push.example.net", from_ms(1'453'523'768'000));
    ASSERT_TRUE(header.starts_with("vapid t="));
    const std::size_t end = header.find(", k=");
    ASSERT_NE(end, std::string::npos);
    const std::string jwt = header.substr(8, end - 8);
    EXPECT_EQ(header.substr(end + 4), vapid.public_key());
    EXPECT_EQ(jwt.substr(0, jwt.rfind('.')), kJwt.substr(0, kJwt.rfind('.')));
    EXPECT_TRUE(is_signed_by(public_key_of(raw(vapid.public_key())), jwt));
    EXPECT_FALSE(is_signed_by(public_key_of(raw(kPublic)), jwt));
}

TEST(Vapid, ItsKeyIsKeptAsText) {
    const Vapid made{std::nullopt, ""};
    EXPECT_EQ((Vapid{made.key_text(), ""}.public_key()), made.public_key());
    EXPECT_THROW((Vapid{"no key", ""}), std::runtime_error);
}

}  // namespace
}  // namespace stentor::web_push
