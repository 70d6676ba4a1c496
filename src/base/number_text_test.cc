#include "base/number_text.h"

#include <gtest/gtest.h>

#include <array>

namespace stentor {
namespace {

TEST(NumberText, TakesDigitsAndNothingElse) {
    EXPECT_EQ(number_in("0"), 0U);
    EXPECT_EQ(number_in("18446744073709551615"), 18'446'744'073'709'551'615U);
    for (const char* text : {"", " 1", "1 ", "+1", "-1", "1.5", "0x1", "18446744073709551616"}) {
        EXPECT_EQ(number_in(text), std::nullopt) << text;
    }
}

TEST(NumberText, BytesComeBackFromTheirDigits) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    EXPECT_EQ(hex_of(std::string_view{all}).substr(0, 8), "00010203");
    EXPECT_EQ(bytes_in(hex_of(std::string_view{all})), all);
    EXPECT_EQ(hex_of(std::array<std::uint8_t, 2>{0xab, 0xc}), "ab0c");
    EXPECT_EQ(bytes_in("AB0C"), "\xab\x0c");
    EXPECT_EQ(bytes_in(""), "");
    for (const char* text : {"a", "0g", "g0", " 0", "-1", "+1", "0x"}) {
        EXPECT_EQ(bytes_in(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace stentor
