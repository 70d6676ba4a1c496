#include "api/http/query.h"

#include <gtest/gtest.h>

namespace stentor::api {
namespace {

TEST(Query, NamesAndValuesAreDecoded) {
    const Query query{"prefix=%E5%BC%A0+a%26b&count=20&empty&bad=%zz%4"};
    EXPECT_EQ(query.text("prefix"), "张 a&b");
    EXPECT_EQ(query.number("count", 50, 100), 20U);
    EXPECT_EQ(query.number("absent", 50, 100), 50U);
    EXPECT_EQ(query.text("empty"), "");
    EXPECT_EQ(query.text("bad"), "%zz%4");
}

TEST(Query, WhatIsNoNumberInItsBoundIsRefusedByName) {
    const Query query{"a=-1&b=1x&c=101&d=99999999999999999999999"};
    for (const char* name : {"a", "b", "c", "d"}) {
        const auto number = query.number(name, 0, 100);
        ASSERT_FALSE(number) << name;
        EXPECT_EQ(number.error(), (Error{.code = Code::bad_field, .where = name, .limit = 100}));
    }
}

}  // namespace
}  // namespace stentor::api
