#include "api/public/names.h"

#include <gtest/gtest.h>

namespace stentor::api {
namespace {

bool good(std::string_view name) {
    const auto result = check_name(name);
    if (!result) {
        EXPECT_EQ(result.error().code, Code::bad_name);
    }
    return result.has_value();
}

TEST(Name, WhatPeopleAreCalledIsTaken) {
    for (const std::string_view name :
         {"a", "Ann", "Jean-Luc O'Neil", "你好", "Ärzte", "محمد", "👩‍👩‍👧", "נועה",
          "می‌خواهم", "<b>x</b>"}) {
        EXPECT_TRUE(good(name)) << name;
    }
    EXPECT_TRUE(good(std::string(64, 'x')));
}

TEST(Name, WhatReadsAsTheServersOwnIsRefused) {
    for (const std::string_view name : {"The operator", "Admin", "Stentor", "\u0410dmin"}) {
        EXPECT_FALSE(good(name)) << name;
    }
}

TEST(Name, BlanksThatAreNoneAndMixedScriptsAreRefused) {
    for (const std::string_view name :
         {"x\u3164y", "\u115f", "a\u2800b", "a\U000E0041b", "a\u200db", "\u0410nn"}) {
        EXPECT_FALSE(good(name)) << name;
    }
}

TEST(Name, TooLongOrEmptySaysTheBound) {
    for (const std::string& name : {std::string{}, std::string(65, 'x')}) {
        const auto result = check_name(name);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error(), (Error{.code = Code::bad_name, .where = "name", .limit = 64}));
    }
}

TEST(Name, ControlsBidirectionalAndInvisibleOnesAreRefused) {
    for (const std::string_view name :
         {"a\nb", "a\tb", "a\x7f", "a\u0085b", "\u202eevil", "a\u2066b\u2069", "a\u200fb",
          "a\u061cb", "a\u200bb", "a\ufeffb", "a\u2028b", "a\u00adb", "a\u2060b"}) {
        EXPECT_FALSE(good(name)) << name;
    }
    EXPECT_FALSE(good(std::string_view{"a\0b", 3}));
}

TEST(Name, SpacesAtTheEndsAreRefusedOfAnyKind) {
    for (const std::string_view name : {" a", "a ", "\u00a0a", "a\u3000", " ", "\u2003"}) {
        EXPECT_FALSE(good(name)) << name;
    }
    EXPECT_TRUE(good("a b"));
}

TEST(Name, InvalidUtf8IsRefused) {
    for (const std::string_view name :
         {"\x80", "\xc3", "a\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe4\xbd", "\xff"}) {
        EXPECT_FALSE(good(name)) << name;
    }
    EXPECT_TRUE(good("\xf0\x9f\x98\x80"));
    EXPECT_TRUE(good("\xef\xbf\xbd"));
    EXPECT_FALSE(good("\xf4\x8f\xbf\xbf")) << "well-formed, and no character";
}

TEST(Name, TheKeyFoldsAsciiOnly) {
    EXPECT_EQ(name_key("Ann Z[@"), "ann z[@");
    EXPECT_EQ(name_key("ÄÖ"), "ÄÖ");
}

}  // namespace
}  // namespace stentor::api
