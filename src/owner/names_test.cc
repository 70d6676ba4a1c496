#include "owner/names.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

class NamesTest : public testing::Test {
protected:
    static store::UserRow row(std::string name) {
        static std::uint64_t last = 100;
        store::UserRow row{.uid = {++last}, .name = std::move(name)};
        row.name_key = name_key(row.name);
        return row;
    }
    static Code add(Names& names, std::string name) {
        const auto added = names.add(row(std::move(name)));
        return added ? Code::ok : added.error().code;
    }

    store::MemoryStore store_;
    Names names_{store_};
};

TEST_F(NamesTest, ANameThatLooksLikeAnothersIsTaken) {
    EXPECT_EQ(add(names_, "Paypal"), Code::ok);
    for (const char* twin : {"PaypaI", "Paypa1", "\u0420\u0430\u0443\u0440\u0430l", "paypal",
                             "\uff30\uff41\uff59\uff50\uff41\uff4c"}) {
        EXPECT_EQ(add(names_, twin), Code::name_taken) << twin;
    }
    EXPECT_EQ(add(names_, "Paypan"), Code::ok);
    EXPECT_EQ(add(names_, "Andr\u00e9"), Code::ok);
    EXPECT_EQ(add(names_, "Andre\u0301"), Code::name_taken) << "decomposed";
}

TEST_F(NamesTest, AccountsFromBeforeAreLearntAndTwinsAmongThemStay) {
    ASSERT_TRUE(store_.add_user(row("Bob")));
    ASSERT_TRUE(store_.add_user(row("B0b")));
    for (int i = 0; i < 2'500; ++i) ASSERT_TRUE(store_.add_user(row("n" + std::to_string(i))));
    ASSERT_TRUE(names_.learn());
    EXPECT_EQ(add(names_, "Bob\u200d"), Code::name_taken);
    EXPECT_EQ(add(names_, "N2499"), Code::name_taken);
    EXPECT_EQ(add(names_, "n2500"), Code::ok);
    names_.forget("B0b");
    EXPECT_EQ(add(names_, "BOb"), Code::name_taken) << "the other one is still there";
}

TEST_F(NamesTest, WhoAddsTheFirstOneLearnsThemAll) {
    ASSERT_TRUE(store_.add_user(row("Ann")));
    EXPECT_EQ(add(names_, "\u0410nn"), Code::name_taken);
}

TEST_F(NamesTest, TheNameOfAnErasedAccountIsFree) {
    EXPECT_EQ(add(names_, "Cho"), Code::ok);
    const UserId cho = store_.user_by_name("cho").value()->uid;
    ASSERT_TRUE(store_.change_user(cho, [](store::UserRow row) -> Result<store::UserRow> {
        row.erased = true;
        row.name = row.name_key = "erased user 1";
        return row;
    }));
    names_.forget("Cho");
    EXPECT_EQ(add(names_, "cho"), Code::ok);
}

TEST_F(NamesTest, AListedWordIsNotPartOfAName) {
    EXPECT_TRUE(names_.check_words("Casino Joe"));
    names_.use_keywords(
        std::make_shared<const rules::Keywords>(rules::Keywords::from_list("casino\n").value()));
    const auto refused = names_.check_words("Casino Joe");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::filtered);
    EXPECT_EQ(refused.error().where, "name");
    EXPECT_EQ(refused.error().rule, "keywords");
    EXPECT_TRUE(names_.check_words("Joe"));
}

}  // namespace
}  // namespace stentor::owner
