#include "text/names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stentor::text {
namespace {

TEST(Names, WhatShowsNothingIsRefused) {
    for (const char* hidden :
         {"\u3164",    "Ann\u3164",     "\u115f",        "Ann\u1160",    "\uffa0",
          "\u2800",    "Ann\u2800",     "Ann\U000e0041", "Ann\u200dBob", "Ann\u200d",
          "Ann\u200c", "Ann\ufe0f",     "\u034fAnn",     "Ann\u00ad",    "\u0301Ann",
          "\ue000",    "Ann\U0010ffff", "Ann\u0378",     "Ann ",         ""}) {
        EXPECT_FALSE(shown_line(hidden)) << hidden;
    }
}

TEST(Names, WhatIsWrittenWithJoinersPasses) {
    for (const char* shown : {"Ann", "Иван", "王小明", "नेत्र", "ක්‍ෂ", "می‌خواهم",
                              "Ann 👨‍👩‍👧 Bob", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 Fans",
                              "❤️ Knitting", "Zoe\u0308", "O'Neil & Söhne #1"}) {
        EXPECT_TRUE(shown_line(shown)) << shown;
    }
}

TEST(Names, OneNameHasOneFormAndOneFold) {
    EXPECT_EQ(normal("Zoe\u0308"), "Zoë");
    EXPECT_EQ(folded("Zoe\u0308"), folded("ZOË"));
    EXPECT_EQ(folded("Ａｎｎ"), "ann");
    EXPECT_EQ(folded("ИВАН"), "иван");
    EXPECT_EQ(folded("Straße"), "strasse");
}

bool alike(std::string_view one, std::string_view other) {
    const auto looks_of_other = looks(other);
    return std::ranges::any_of(looks(one), [&](const std::string& look) {
        return std::ranges::find(looks_of_other, look) != looks_of_other.end();
    });
}

TEST(Names, ThoseThatLookAlikeShareALook) {
    for (const char* twin : {"\u0410nn", "Ａnn", "ANN", "\U0001d400nn", "Ann"}) {
        EXPECT_TRUE(alike(twin, "Ann")) << twin;
    }
    EXPECT_TRUE(alike("Paypal1", "PaypaI1"));  // An upper case i
    EXPECT_TRUE(alike("Zoe\u0308", "ZOË"));
    EXPECT_TRUE(alike("b0b", "bob"));
    EXPECT_FALSE(alike("Anna", "Ann"));
    EXPECT_FALSE(alike("Зоя", "Zoe"));
}

TEST(Names, AWordThatMixesScriptsIsRefusedAndAnAddressInTwoIsNot) {
    EXPECT_FALSE(scripts_fit("\u0410nn"));
    EXPECT_FALSE(scripts_fit("Bob \u0430dams"));
    for (const char* good :
         {"Ann", "Иван Smith", "山田taro", "김Lee", "王 Bob 3", "❤️ Ann", "Ωμέγα"}) {
        EXPECT_TRUE(scripts_fit(good)) << good;
    }
}

TEST(Names, NobodyIsTheServer) {
    for (const char* not_yours :
         {"The operator", "Admin", "ADMIN", "\u0410dmin", "Ａdmin", "admin1", "A d m i n",
          "-admin-", "Stentor", "Stentor support", "Stent0r", "Administrat\u043er", "System",
          "m o d", "管理员", "Official Support Team", "Everyone", "Announcements", "全体成员"}) {
        EXPECT_TRUE(is_reserved(not_yours)) << not_yours;
    }
    for (const char* free : {"Ann", "Team", "Adminah", "Modesty", "Operators of cranes",
                             "Stentorian", "Rooted", "The Bot", "1", "❤️"}) {
        EXPECT_FALSE(is_reserved(free)) << free;
    }
}

TEST(Names, NoGroupIsTakenForTheServersOwn) {
    for (const char* not_yours : {"Announcements", "ANN0UNCEMENTS", "Announcement\u0455",
                                  "The operator", "Stentor", "公告"}) {
        EXPECT_TRUE(is_reserved_of_groups(not_yours)) << not_yours;
    }
    for (const char* free : {"Support", "Moderators", "Announcements of the choir", "Chess"}) {
        EXPECT_FALSE(is_reserved_of_groups(free)) << free;
    }
}

}  // namespace
}  // namespace stentor::text
