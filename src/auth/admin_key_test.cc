#include "auth/admin_key.h"

#include <gtest/gtest.h>

namespace stentor::auth {
namespace {

TEST(AdminKey, FollowsFromTheMintingKeyAndShowsNothingOfIt) {
    TokenKey key{.id = 1};
    key.secret.fill(7);
    const std::string first = admin_key(key);
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(first, admin_key(key));
    EXPECT_EQ(first.find("0707"), std::string::npos);
    key.secret[31] = 8;
    EXPECT_NE(admin_key(key), first);
}

TEST(AdminKey, OnlyTheWholeKeyIsTheSame) {
    const std::string key = admin_key({.id = 1});
    EXPECT_TRUE(same_key(key, key));
    EXPECT_FALSE(same_key("", key));
    EXPECT_FALSE(same_key(key.substr(1), key));
    EXPECT_FALSE(same_key(std::string(64, '0'), key));
}

TEST(AdminKey, AnOperatorsOwnTellsWhoTheyAreUntilItsTime) {
    const std::string admin = admin_key({.id = 1});
    const Time end = from_ms(1'800'000'000'000);
    const std::string key = operator_key({.name = "maria", .expires = end}, admin);
    EXPECT_EQ(key.substr(0, 17), "maria.1800000000.");
    EXPECT_EQ(operator_of(key, admin, end - Millis{1'000}), "maria");
    EXPECT_EQ(operator_of(key, admin, end), std::nullopt);
}

TEST(AdminKey, NobodyMakesAnotherOutOfTheirs) {
    const Time now = from_ms(1'700'000'000'000);
    const std::string admin = admin_key({.id = 1});
    const std::string key = operator_key({.name = "maria", .expires = now + Millis{5'000}}, admin);
    const std::string mac = key.substr(key.rfind('.'));
    for (const std::string& other :
         {"jonas.1700000005" + mac, "maria.1900000000" + mac, "maria" + mac, "1700000005" + mac,
          mac, mac.substr(1), std::string{}, std::string{"."}, key.substr(0, key.size() - 1),
          key + "0", admin, "maria.1700000005." + admin}) {
        EXPECT_EQ(operator_of(other, admin, now), std::nullopt) << other;
    }
    TokenKey another{.id = 1};
    another.secret.fill(9);
    EXPECT_EQ(operator_of(key, admin_key(another), now), std::nullopt);
}

TEST(AdminKey, AnOperatorsNameIsPlain) {
    EXPECT_TRUE(is_operator_name("maria-2_x"));
    for (const char* name : {"", "Maria", "ma ria", "ma.ria", "märia", "a\n"}) {
        EXPECT_FALSE(is_operator_name(name)) << name;
    }
    EXPECT_FALSE(is_operator_name(std::string(41, 'a')));
}

}  // namespace
}  // namespace stentor::auth
