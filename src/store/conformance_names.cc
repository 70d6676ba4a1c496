// Members and users by name; changes of an account; settings.

#include <gmock/gmock.h>

#include "base/limits.h"
#include "store/conformance.h"

namespace stentor::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names(const Result<std::vector<NamedMember>>& members) {
    std::vector<std::string> found;
    for (const NamedMember& member : members.value()) found.push_back(member.name);
    return found;
}

std::vector<std::string> names(const Result<std::vector<UserRow>>& users) {
    std::vector<std::string> found;
    for (const UserRow& user : users.value()) found.push_back(user.name);
    return found;
}

TEST_P(Conformance, MembersAreFoundByTheirNames) {
    for (const auto& [uid, name] : std::vector<std::pair<std::uint64_t, std::string>>{
             {1, "bo"}, {2, "anna"}, {3, "ann"}, {4, "an"}, {5, "anx"}, {6, "cy"}}) {
        ASSERT_TRUE(store().add_user({{uid}, "~" + name, name, "p", kNoon}));
    }
    Scribe scribe{kGroup};
    Commit next = scribe.next(1);
    for (const std::uint64_t uid : {1U, 2U, 3U, 4U, 9U}) next.members.push_back(member_row({uid}));
    MemberRow waiting = member_row({5});
    waiting.role = Role::none;
    waiting.pending = true;
    MemberRow banned = member_row({6});
    banned.role = Role::none;
    banned.banned = true;
    next.members.push_back(waiting);
    next.members.push_back(banned);
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);

    const auto found = [&](std::string_view prefix, const Members::NamePlace& after = {},
                           Listed whom = Listed::members, std::size_t count = 100) {
        return names(store().members_by_name(kGroup, prefix, after, whom, count));
    };
    EXPECT_THAT(found(""), ElementsAre("~an", "~ann", "~anna", "~bo"));
    EXPECT_THAT(found("ann"), ElementsAre("~ann", "~anna"));
    EXPECT_THAT(found("ann", {"ann", {3}}), ElementsAre("~anna"));
    EXPECT_THAT(found("ann", {"ann", {2}}), ElementsAre("~ann", "~anna"));
    EXPECT_THAT(found("ann", {"aaa", {9}}), ElementsAre("~ann", "~anna"));
    EXPECT_THAT(found("ann", {"b", {}}), IsEmpty());
    EXPECT_THAT(found("", {}, Listed::members, 2), ElementsAre("~an", "~ann"));
    EXPECT_THAT(found("c"), IsEmpty());
    EXPECT_THAT(found("", {}, Listed::waiting), ElementsAre("~anx"));
    EXPECT_EQ(store().members_by_name(kGroup, "", {}, Listed::waiting, 1)->front().row, waiting);
    EXPECT_THAT(found("", {}, Listed::banned), ElementsAre("~cy"));
    EXPECT_THAT(names(store().members_by_name({101}, "", {}, Listed::members, 9)), IsEmpty());

    // One is let in, one leaves, one becomes an admin.
    next = scribe.next(0);
    next.members = {member_row({5}, 2), member_row({2}, 2), member_row({4}, 2), banned};
    ++next.members[3].version;
    next.members[3].banned = false;
    next.members[1].left = scribe.head().seq;
    next.members[2].role = Role::admin;
    ASSERT_EQ(commit(next), Outcome::done);
    reopen();
    EXPECT_THAT(found(""), ElementsAre("~an", "~ann", "~anx", "~bo"));
    EXPECT_THAT(found("", {}, Listed::waiting), IsEmpty());
    EXPECT_THAT(found("", {}, Listed::banned), IsEmpty());
    EXPECT_EQ(store().members_by_name(kGroup, "an", {}, Listed::members, 1)->front().row.role,
              Role::admin);
}

// name_key folds ASCII alone, and may not change; lists fold all.
TEST_P(Conformance, MembersAreFoundByTheirNamesInAnyScript) {
    for (const auto& [uid, name] : std::vector<std::pair<std::uint64_t, std::string>>{
             {1, "Иван"}, {2, "иванна"}, {3, "Ärger"}, {4, "ＦＵＬＬ"}}) {
        ASSERT_TRUE(store().add_user({{uid}, name, name, "p", kNoon}));
    }
    Scribe scribe{kGroup};
    Commit next = scribe.next(1);
    for (const std::uint64_t uid : {1U, 2U, 3U, 4U}) next.members.push_back(member_row({uid}));
    ASSERT_EQ(commit(next), Outcome::done);
    const auto found = [&](std::string_view prefix, const Members::NamePlace& after = {}) {
        return names(store().members_by_name(kGroup, prefix, after, Listed::members, 100));
    };
    EXPECT_THAT(found("иВан"), ElementsAre("Иван", "иванна"));
    EXPECT_THAT(found("иван", {"Иван", {1}}), ElementsAre("иванна"));
    EXPECT_THAT(found("a\u0308r"), ElementsAre("Ärger"));
    EXPECT_THAT(found("full"), ElementsAre("ＦＵＬＬ"));
    EXPECT_THAT(found(""), ElementsAre("ＦＵＬＬ", "Ärger", "Иван", "иванна"));

    UserRow erased = store().user({1})->value();
    erased.name = erased.name_key = "closed";
    erased.erased = true;
    ASSERT_TRUE(put_user(store(), erased));
    EXPECT_THAT(found("иван"), ElementsAre("иванна"));
}

TEST_P(Conformance, AMemberKeepsEveryField) {
    Scribe scribe{kGroup};
    MemberRow row = member_row({3});
    row.muted_for_me = row.banned = row.pending = row.blocked = row.overlay = true;
    row.muted_until = kNoon;
    Commit next = scribe.next(1);
    next.members = {row};
    ASSERT_EQ(commit(next), Outcome::done);
    scribe.accept(next);
    EXPECT_EQ(store().member(kGroup, {3})->value(), row);
    next = scribe.next(0);
    row = member_row({3}, 2);
    row.blocked = true;
    next.members = {row};
    ASSERT_EQ(commit(next), Outcome::done);
    EXPECT_EQ(store().member(kGroup, {3})->value(), row);
}

TEST_P(Conformance, UsersAreListedByTheirNames) {
    std::uint64_t uid = 0;
    for (const char* name : {"bo", "ann", "", "anna", "an"}) {
        ASSERT_TRUE(store().add_user({{++uid}, "~" + std::string{name}, name, "p", kNoon}));
    }
    EXPECT_THAT(names(store().users_by_name("", "", 9)),
                ElementsAre("~", "~an", "~ann", "~anna", "~bo"));
    EXPECT_THAT(names(store().users_by_name("ann", "", 9)), ElementsAre("~ann", "~anna"));
    EXPECT_THAT(names(store().users_by_name("ann", "ann", 9)), ElementsAre("~anna"));
    EXPECT_THAT(names(store().users_by_name("ann", "a", 9)), ElementsAre("~ann", "~anna"));
    EXPECT_THAT(names(store().users_by_name("ann", "b", 9)), IsEmpty());
    EXPECT_THAT(names(store().users_by_name("", "an", 2)), ElementsAre("~ann", "~anna"));
}

TEST_P(Conformance, UsersInAnyScriptAreFoundByTheirFoldedNames) {
    std::uint64_t uid = 0;
    for (const char* name : {"Ян", "Иванна", "zoë", "Zoe", "Иван", "ＩＶＡＮ", "иван"}) {
        ASSERT_TRUE(store().add_user({{++uid}, name, name, "p", kNoon}));
    }
    EXPECT_THAT(names(store().users_by_name("иВаН", "", 9)), ElementsAre("Иван", "иван", "Иванна"));
    EXPECT_THAT(names(store().users_by_name("иван", "Иван", 9)), ElementsAre("иван", "Иванна"));
    EXPECT_THAT(names(store().users_by_name("иван", "иван", 1)), ElementsAre("Иванна"));
    EXPECT_THAT(names(store().users_by_name("ivan", "", 9)), ElementsAre("ＩＶＡＮ"));
    EXPECT_THAT(names(store().users_by_name("zoe\u0308", "", 9)), ElementsAre("zoë"));
    EXPECT_EQ(store().user_by_name("иван")->value().uid, UserId{7}) << "a name is itself alone";
    EXPECT_EQ(store().user_by_name("Иван")->value().uid, UserId{5});
    EXPECT_FALSE(store().user_by_name("иВан")->has_value());
    UserRow erased{{5}, "closed", "closed", "p", kNoon};
    erased.erased = true;
    ASSERT_TRUE(put_user(store(), erased));
    EXPECT_THAT(names(store().users_by_name("иван", "", 9)), ElementsAre("иван", "Иванна"));
}

TEST_P(Conformance, AnAccountTakesAnotherNameWhereverItIsListed) {
    const UserRow ann{{1}, "Ann", "ann", "old", kNoon};
    ASSERT_TRUE(store().add_user(ann));
    ASSERT_TRUE(store().add_user({{3}, "Cho", "cho", "", kNoon}));
    Scribe scribe{kGroup};
    Commit next = scribe.next(1);
    next.members = {member_row({1})};
    ASSERT_EQ(commit(next), Outcome::done);
    const auto listed = [&](std::string_view prefix) {
        std::vector<std::string> names;
        const auto page = store().members_by_name(kGroup, prefix, {}, Listed::members, 9);
        for (const NamedMember& each : page.value()) names.push_back(each.name);
        return names;
    };

    UserRow changed{{1}, "Bob", "bob", "new", {}, true, kNoon + Millis{5}};
    ASSERT_TRUE(put_user(store(), changed));
    changed.created = ann.created;
    reopen();
    EXPECT_EQ(store().user({1}).value(), changed);
    EXPECT_EQ(store().user_by_name("bob").value(), changed);
    EXPECT_EQ(store().user_by_name("ann").value(), std::nullopt);
    EXPECT_THAT(listed(""), ElementsAre("Bob"));
    EXPECT_THAT(listed("ann"), ElementsAre());

    UserRow taken = changed;
    taken.name = taken.name_key = "cho";
    EXPECT_EQ(put_user(store(), taken).error().code, Code::name_taken);
    changed.name = "BOB";  // Written otherwise, it is the same name.
    ASSERT_TRUE(put_user(store(), changed));
    EXPECT_EQ(store().user_by_name("bob").value(), changed);
    EXPECT_THAT(listed("b"), ElementsAre("BOB"));
    changed.uid = {2};
    EXPECT_EQ(put_user(store(), changed).error().code, Code::not_found);
}

TEST_P(Conformance, SettingsAreKeptByName) {
    EXPECT_EQ(store().setting("keys/a").value(), std::nullopt);
    ASSERT_TRUE(store().set_setting("keys/b", "2"));
    ASSERT_TRUE(store().set_setting("keys/a", "1"));
    ASSERT_TRUE(store().set_setting("keyz", std::string(limits::kSettingBytes, '\0')));
    ASSERT_TRUE(store().set_setting("keys/b", ""));
    reopen();
    EXPECT_EQ(store().setting("keys/a").value(), "1");
    EXPECT_EQ(store().setting("keys/b").value(), "");
    const auto found = store().settings("keys/").value();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].name, "keys/a");
    EXPECT_EQ(found[1].name, "keys/b");
    ASSERT_TRUE(store().set_setting("keys/a", std::nullopt));
    ASSERT_TRUE(store().set_setting("keys/a", std::nullopt));
    EXPECT_EQ(store().setting("keys/a").value(), std::nullopt);
    EXPECT_EQ(store().set_setting("", "x").error(), (Error{Code::bad_field, "name"}));
    EXPECT_EQ(store().set_setting("x", std::string(limits::kSettingBytes + 1, 'x')).error(),
              (Error{Code::bad_field, "value", limits::kSettingBytes}));
}

}  // namespace
}  // namespace stentor::store
