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

}  // namespace
}  // namespace stentor::auth
