#include "api/http/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/http/path_pattern.h"

namespace stentor::api {
namespace {

using testing::ElementsAre;

TEST(Fields, GivesWhatIsThereByKind) {
    const auto fields = Fields::parse(R"({"a":"x","n":7,"f":true,"l":["b","c"],"z":null})");
    ASSERT_TRUE(fields);
    EXPECT_EQ(**fields->text("a"), "x");
    EXPECT_EQ(**fields->number("n"), 7U);
    EXPECT_TRUE(**fields->flag("f"));
    EXPECT_THAT(**fields->texts("l"), ElementsAre("b", "c"));
    EXPECT_FALSE(*fields->text("z"));
    EXPECT_FALSE(*fields->text("absent"));
}

TEST(Fields, NamesTheFieldThatIsOfAnotherKind) {
    const auto fields =
        Fields::parse(R"({"a":1,"n":"7","m":-1,"b":1.5,"h":9007199254740992,"l":["b",1],"o":{}})");
    ASSERT_TRUE(fields);
    EXPECT_EQ(fields->text("a").error(), (Error{.code = Code::bad_field, .where = "a"}));
    for (const std::string_view name : {"n", "m", "b", "h"}) {
        EXPECT_EQ(fields->number(name).error().where, name);
    }
    EXPECT_FALSE(fields->texts("l"));
    EXPECT_FALSE(fields->text("o"));
}

TEST(Fields, RefusesWhatIsNoObject) {
    for (const std::string_view body : {"", "[]", "{", "{}x", "\"a\"", "{\"a\":\"\xff\"}"}) {
        EXPECT_EQ(Fields::parse(body).error().code, Code::malformed) << body;
    }
}

TEST(PathPattern, FindsNumbersAtTheirPlaces) {
    EXPECT_THAT(*match("/g/{}/m/{}", "/g/12/m/3"), ElementsAre(12, 3));
    EXPECT_TRUE(match("/all", "/all")->empty());
    for (const std::string_view path :
         {"/g/12", "/g//m/3", "/g/x/m/3", "/g/-1/m/3", "/g/12/m/3/", "/g/9007199254740992/m/3"}) {
        EXPECT_FALSE(match("/g/{}/m/{}", path)) << path;
    }
}

}  // namespace
}  // namespace stentor::api
