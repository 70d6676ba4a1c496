#include "auth/token.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace stentor::auth {
namespace {

constexpr Time kNow = from_ms(1'800'000'000'000);
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

TokenKey key_with(std::uint32_t id, std::uint8_t first) {
    TokenKey key{.id = id};
    for (std::size_t i = 0; i < key.secret.size(); ++i) {
        key.secret[i] = static_cast<std::uint8_t>(first + i);
    }
    return key;
}

const TokenKey kKey = key_with(1, 0);
const Claims kClaims{.uid = {0x12'3456'789a}, .minted = kNow, .expires = kNow + Millis{1000}};

Result<Claims> verified(std::string_view text, Time now = kNow) {
    return verify(std::array{kKey}, text, now);
}

Code code_of(const Result<Claims>& result) { return result ? Code::ok : result.error().code; }

TEST(Token, ComesBackAsItWasMinted) {
    for (const bool bench : {false, true}) {
        Claims claims = kClaims;
        claims.bench = bench;
        const auto result = verified(mint(kKey, claims));
        ASSERT_TRUE(result);
        EXPECT_EQ(*result, claims);
    }
}

// Computed with Python's hmac and base64 modules from the layout in the header.
TEST(Token, HasTheDocumentedBytes) {
    EXPECT_EQ(mint(kKey, kClaims),
              "AgAAAAABAAAAEjRWeJoBoxhcUAAAAAGjGFxT6Jcsusyjk_Vg93UyfcJR6BmInoosMvHV8Q4hCPxZVyfW");
    EXPECT_LE(kTokenTextBytes, limits::kTokenBytes);
}

TEST(Token, EndsAtItsExpiry) {
    const std::string text = mint(kKey, kClaims);
    EXPECT_EQ(code_of(verified(text, kClaims.expires - Millis{1})), Code::ok);
    EXPECT_EQ(code_of(verified(text, kClaims.expires)), Code::token_expired);
}

TEST(Token, AForgedOneIsInvalidEvenWhenItIsExpired) {
    std::string text = mint(kKey, kClaims);
    text.back() = text.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(code_of(verified(text, kClaims.expires + Millis{1})), Code::token_invalid);
}

TEST(Token, NoOtherCharacterAnywhereIsTaken) {
    const std::string text = mint(kKey, kClaims);
    for (std::size_t place = 0; place < text.size(); ++place) {
        for (int c = 0; c < 256; ++c) {
            std::string changed = text;
            changed[place] = static_cast<char>(c);
            if (changed == text) continue;
            ASSERT_EQ(code_of(verified(changed)), Code::token_invalid) << place << ' ' << c;
        }
    }
}

TEST(Token, TruncatedExtendedPaddedOrWrappedOnesAreInvalid) {
    const std::string text = mint(kKey, kClaims);
    for (std::size_t length = 0; length < text.size(); ++length) {
        ASSERT_EQ(code_of(verified(text.substr(0, length))), Code::token_invalid) << length;
    }
    for (const std::string& other :
         {text + "A", text + "AAAA", text + "=", text + "\n", " " + text, text + text,
          text + std::string(1, '\0'), text.substr(0, 36) + "\n" + text.substr(36)}) {
        EXPECT_EQ(code_of(verified(other)), Code::token_invalid) << other;
    }
    EXPECT_EQ(code_of(verified(std::string(100'000, 'A'))), Code::token_invalid);
}

TEST(Token, OnlyItsOwnKeyVerifiesIt) {
    const std::string text = mint(kKey, kClaims);
    const TokenKey newer = key_with(2, 7);
    const TokenKey impostor = key_with(1, 7);
    EXPECT_TRUE(verify(std::array{newer, kKey}, text, kNow));
    EXPECT_EQ(code_of(verify(std::array{newer}, text, kNow)), Code::token_invalid);
    EXPECT_EQ(code_of(verify(std::array{impostor}, text, kNow)), Code::token_invalid);
    EXPECT_EQ(code_of(verify({}, text, kNow)), Code::token_invalid);
}

TEST(Token, EachTokenHasOneSpelling) {
    EXPECT_EQ(mint(kKey, kClaims).find_first_not_of(kAlphabet), std::string::npos);
}

}  // namespace
}  // namespace stentor::auth
