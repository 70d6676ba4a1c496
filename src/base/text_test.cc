#include "base/text.h"

#include <gtest/gtest.h>

#include "base/group_ids.h"

namespace stentor {
namespace {

TEST(Text, ALineTurnsNothingAroundItAndHidesNothing) {
    for (const char* good : {"Ann", "广场", "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", "a <b> &amp;"}) {
        EXPECT_TRUE(plain_line(good)) << good;
    }
    for (const char* bad : {"", " a", "a ", "a\nb", "a\x7f",
                            "\xe2\x80\xae"
                            "a",
                            "\xe2\x81\xa6"
                            "a",
                            "a\xe2\x80\x8b", "\xc2\x85", "\xff"}) {
        EXPECT_FALSE(plain_line(bad)) << bad;
    }
}

TEST(Text, WellFormedAndNot) {
    for (const std::string_view good :
         {"", "a", "\xc3\xa9", "\xe4\xbd\xa0", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_TRUE(valid_utf8(good));
    }
    for (const std::string_view bad :
         {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xe4\xbd", "a\xff"}) {
        EXPECT_FALSE(valid_utf8(bad));
    }
}

TEST(GroupIds, ADirectChatIsOneGroupWhoeverOpensIt) {
    EXPECT_EQ(direct_gid({7}, {9}), direct_gid({9}, {7}));
    EXPECT_NE(direct_gid({7}, {9}), direct_gid({7}, {10}));
    EXPECT_LT(created_gid({7}, "0123456789abcdef").value, std::uint64_t{1} << 52U);
    EXPECT_GE(direct_gid({7}, {9}).value, std::uint64_t{1} << 52U);
    EXPECT_NE(created_gid({7}, "0123456789abcdef"), created_gid({8}, "0123456789abcdef"));
}

TEST(Text, ItsBeginningEndsBetweenTwoCharacters) {
    EXPECT_EQ(beginning_of("caf\xc3\xa9", 4), "caf");
    EXPECT_EQ(beginning_of("caf\xc3\xa9", 5), "caf\xc3\xa9");
    EXPECT_EQ(beginning_of("\xc3\xa9", 1), "");
}

}  // namespace
}  // namespace stentor
