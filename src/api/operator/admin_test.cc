#include "api/operator/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "api/http/settings_test_kit.h"
#include "api/operator/address_bans.h"
#include "api/operator/admin_test_kit.h"
#include "api/public/registration.h"
#include "auth/admin_key.h"
#include "base/group_ids.h"
#include "base/limits.h"
#include "base/time.h"

namespace stentor::api {
namespace {

using net::http::Response;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Owners with one group and two accounts, who answer on the asker's thread and keep what is posted.
class TestBus final : public bus::QuestionsBus {
public:
    Result<void> submit(PartitionId /*partition*/, bus::Command post) override {
        bus::Answer answer{.reply_to = post.reply_to, .frame = answer_with};
        posts.push_back(std::move(post));
        inbox->on_answers({std::move(answer)});
        return {};
    }

    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        if (const auto* change = std::get_if<bus::AskChangeUser>(&question)) {
            changes.push_back(*change);
            return reply(bus::Reply{bus::Account{.uid = change->uid,
                                                 .name = "Ann",
                                                 .disabled = change->disabled.value_or(false),
                                                 .rate = change->rate.value_or(UserRate{})}});
        }
        if (std::holds_alternative<bus::AskAccounts>(question)) {
            return reply(bus::Reply{std::vector<bus::Account>{{.uid = {7}, .name = "Ann \"A\""}}});
        }
        if (const auto* ask = std::get_if<bus::AskWritten>(&question)) {
            written.push_back(*ask);
            return reply(bus::Reply{written_answer});
        }
        if (auto kept = settings.answer(question)) return reply(*std::move(kept));
        if (const auto* list = std::get_if<bus::AskList>(&question)) return reply(page_of(*list));
        if (const auto* groups = std::get_if<bus::AskGroups>(&question)) {
            pb::Groups found;
            if (groups->after.value < 12) {
                pb::GroupSummary& group = *found.add_groups();
                group.set_gid(12);
                group.set_name("Twelve");
                group.set_epoch(3);
            } else if (groups->after == GroupId{20}) {
                found.add_groups()->set_gid(21);  // Deleted: its number alone is left.
            }
            return reply(bus::Reply{std::move(found)});
        }
        reply(std::unexpected(Error{.code = Code::unsupported, .where = "question"}));
    }

    // Of the groups that they did not leave yet; a cursor is the number of groups before it.
    bus::Reply page_of(const bus::AskList& ask) {
        pb::Groups page;
        std::size_t at = ask.cursor.empty() ? 0 : std::stoul(ask.cursor);
        std::vector<pb::GroupSummary> still;
        for (const pb::GroupSummary& group : lists[ask.uid]) {
            const bool left =
                answer_with.has_done() && std::ranges::any_of(posts, [&](const bus::Command& post) {
                    return post.frame.has_leave_group() && post.gid.value == group.gid();
                });
            if (!left) still.push_back(group);
        }
        for (; at < still.size() && page.groups_size() < 2; ++at) *page.add_groups() = still[at];
        if (at < still.size()) page.set_next(std::to_string(at));
        return page;
    }

    bus::AnswerInbox* inbox{};
    KeptSettings settings;
    std::map<UserId, std::vector<pb::GroupSummary>> lists;
    pb::ServerFrame answer_with;
    std::vector<bus::Command> posts;
    std::vector<bus::AskChangeUser> changes;
    std::vector<bus::AskWritten> written;
    bus::WrittenAnswer written_answer;
};

class AdminTest : public AdminFixture<TestBus> {
protected:
    AdminTest() {
        bus.inbox = &commands;
        bus.answer_with.mutable_done();
    }
    static std::string text(const Response& response) { return *response.body; }
};

TEST_F(AdminTest, AnOperatorComesInWithAKeyOfTheirOwnUntilItsTime) {
    const auto key = [](Millis from_now) {
        return auth::operator_key({.name = "maria", .expires = now() + from_now}, kAdminKey);
    };
    EXPECT_EQ(call("POST", "/admin/api/users/7/disable", "", key(Millis{60'000})).status, 200U);
    EXPECT_EQ(call("POST", "/admin/api/users/7/disable", "", key(Millis{-60'000})).status, 401U);
}

TEST_F(AdminTest, NothingIsDoneWithoutTheKey) {
    for (const char* key : {"", "0123456789abcdeF", "0123456789abcde", "0123456789abcdef0"}) {
        EXPECT_EQ(call("POST", "/admin/api/users/7/disable", "", key).status, 401U) << key;
        EXPECT_EQ(call("GET", "/admin/api/users", "", key).status, 401U) << key;
        EXPECT_EQ(call("GET", "/admin/api/nothing", "", key).status, 401U) << key;
    }
    EXPECT_EQ(admin.refusals().of(Code::bad_credentials), 12U);
    EXPECT_TRUE(bus.changes.empty());
    EXPECT_EQ(call("GET", "/metrics", "", "").status, 200U);
    EXPECT_EQ(call("GET", "/healthz", "", "").status, 200U);
    EXPECT_EQ(call("GET", "/readyz", "", "").status, 200U);
}

TEST_F(AdminTest, PathsAndMethodsAreExact) {
    EXPECT_EQ(call("GET", "/admin/api/users/7/disable").status, 405U);
    EXPECT_EQ(call("POST", "/admin/api/users/x/disable").status, 404U);
    EXPECT_EQ(call("POST", "/admin/api/users/7").status, 404U);
    EXPECT_EQ(call("POST", "/metrics").status, 405U);
}

TEST_F(AdminTest, AccountsAreListedDisabledAndSignedOut) {
    EXPECT_THAT(text(call("GET", "/admin/api/users?prefix=A&count=1")),
                HasSubstr(R"("uid":7,"name":"Ann \"A\"")"));
    EXPECT_EQ(call("GET", "/admin/api/users?count=101").status, 400U);
    EXPECT_THAT(text(call("POST", "/admin/api/users/7/disable")), HasSubstr(R"("disabled":true)"));
    call("POST", "/admin/api/users/7/enable");
    call("POST", "/admin/api/users/7/sign-out");
    ASSERT_EQ(bus.changes.size(), 3U);
    EXPECT_EQ(bus.changes[0].disabled, true);
    EXPECT_TRUE(bus.changes[0].tokens_since);
    EXPECT_EQ(bus.changes[1].disabled, false);
    EXPECT_FALSE(bus.changes[1].tokens_since);
    EXPECT_FALSE(bus.changes[2].disabled);
    EXPECT_TRUE(bus.changes[2].tokens_since);
}

TEST_F(AdminTest, AUserIsGivenARateWithinBoundsAndItIsTakenAway) {
    const std::string path = "/admin/api/users/7/rate";
    EXPECT_THAT(text(call("POST", path, R"({"per_second":3,"burst":9})")),
                HasSubstr(R"("rate":{"per_second":3,"burst":9})"));
    EXPECT_EQ(call("POST", path, R"({"per_second":3})").status, 200U);
    EXPECT_THAT(text(call("POST", path + "/end")), Not(HasSubstr("rate")));
    ASSERT_EQ(bus.changes.size(), 3U);
    EXPECT_EQ(bus.changes[0].rate, (UserRate{.per_s = 3, .burst = 9}));
    EXPECT_EQ(bus.changes[1].rate, (UserRate{.per_s = 3, .burst = limits::kSendsBurst}));
    EXPECT_EQ(bus.changes[2].rate, UserRate{});
    for (const char* bad :
         {R"({"per_second":0})", R"({"per_second":1001})", "{}", R"({"burst":5})"}) {
        const Response refused = call("POST", path, bad);
        EXPECT_EQ(refused.status, 400U) << bad;
        EXPECT_THAT(text(refused), HasSubstr(R"("field":"per_second","limit":1000)")) << bad;
    }
    for (const char* bad : {R"({"per_second":3,"burst":0})", R"({"per_second":3,"burst":1001})"}) {
        EXPECT_THAT(text(call("POST", path, bad)), HasSubstr(R"("field":"burst","limit":1000)"))
            << bad;
    }
    EXPECT_EQ(bus.changes.size(), 3U);
}

TEST_F(AdminTest, ANewPasswordIsHashedAndEndsOldTokens) {
    EXPECT_EQ(call("POST", "/admin/api/users/7/password", R"({"password":"short"})").status, 400U);
    EXPECT_EQ(call("POST", "/admin/api/users/7/password", R"({"password":"long enough"})").status,
              200U);
    ASSERT_EQ(bus.changes.size(), 1U);
    EXPECT_TRUE(hasher.matches(*bus.changes[0].password_hash, "long enough"));
    EXPECT_TRUE(bus.changes[0].tokens_since);
}

TEST_F(AdminTest, MembersAreChangedWithTheOperatorsRights) {
    EXPECT_EQ(call("POST", "/admin/api/groups/12/members/7/kick").status, 200U);
    EXPECT_EQ(call("POST", "/admin/api/groups/12/members/7/ban", R"({"reason":"spam"})").status,
              200U);
    EXPECT_EQ(call("POST", "/admin/api/groups/12/members/7/role", R"({"role":"admin"})").status,
              200U);
    EXPECT_EQ(call("POST", "/admin/api/groups/12/members/7/mute", R"({"minutes":5})").status, 200U);
    EXPECT_EQ(call("POST", "/admin/api/groups/12/members/7/role", R"({"role":"king"})").status,
              400U);
    EXPECT_EQ(call("POST", "/admin/api/groups/12/members/7/mute", "{}").status, 400U);
    ASSERT_EQ(bus.posts.size(), 4U);
    for (const bus::Command& post : bus.posts) {
        EXPECT_TRUE(post.operator_rights);
        EXPECT_EQ(post.gid, GroupId{12});
        EXPECT_EQ(post.frame.change_member().uid(), 7U);
    }
    EXPECT_TRUE(bus.posts[0].frame.change_member().kick());
    EXPECT_EQ(bus.posts[1].frame.change_member().reason(), "spam");
    EXPECT_EQ(bus.posts[2].frame.change_member().role(), pb::ROLE_ADMIN);
    EXPECT_GT(bus.posts[3].frame.change_member().mute_until_ms(), to_ms(now()));
}

TEST_F(AdminTest, ChangesOfAGroupNameItsEpoch) {
    EXPECT_EQ(call("POST", "/admin/api/groups/12/configure",
                   R"({"slow_mode_s":10,"name":"New","history_for_joiners":true,"hold_ms":500})")
                  .status,
              200U);
    EXPECT_EQ(call("POST", "/admin/api/groups/12/recall", R"({"seq":4})").status, 200U);
    EXPECT_EQ(call("POST", "/admin/api/groups/13/recall", R"({"seq":4})").status, 404U);
    ASSERT_EQ(bus.posts.size(), 2U);
    const pb::ConfigureGroup& change = bus.posts[0].frame.configure_group();
    EXPECT_EQ(change.epoch(), 3U);
    EXPECT_THAT(change.fields(), testing::UnorderedElementsAre("name", "slow_mode_s",
                                                               "history_for_joiners", "hold_ms"));
    EXPECT_EQ(change.settings().hold_ms(), 500U);
    EXPECT_EQ(change.settings().slow_mode_s(), 10U);
    EXPECT_EQ(bus.posts[1].frame.recall().epoch(), 3U);
    EXPECT_EQ(bus.posts[1].frame.recall().seq(), 4U);
}

TEST_F(AdminTest, WhatOwnersRefuseIsToldAsItIs) {
    pb::Refused& refused = *bus.answer_with.mutable_refused();
    refused.set_code(static_cast<pb::Code>(Code::not_a_member));
    refused.set_field("uid");
    refused.set_rule("members_max");
    refused.set_limit(2);
    const Response response = call("POST", "/admin/api/groups/12/members/7/kick");
    EXPECT_EQ(response.status, 400U);
    EXPECT_THAT(text(response), HasSubstr(R"("code":"NOT_A_MEMBER")"));
    EXPECT_THAT(text(response), HasSubstr(R"("field":"uid","limit":2)"));
    EXPECT_THAT(text(response), HasSubstr(R"("rule":"members_max")"));
}

TEST_F(AdminTest, AnAnnouncementGoesToTheGroupOfEverybody) {
    bus.answer_with.mutable_sent()->set_seq(9);
    EXPECT_THAT(text(call("POST", "/admin/api/broadcast", R"({"text":"hello"})")),
                HasSubstr(R"("seq":9)"));
    EXPECT_EQ(call("POST", "/admin/api/broadcast", R"({"text":""})").status, 400U);
    ASSERT_EQ(bus.posts.size(), 1U);
    EXPECT_EQ(bus.posts[0].gid, GroupId{1});
    EXPECT_EQ(bus.posts[0].uid, UserId{});
}

TEST_F(AdminTest, WhatAUserWroteIsRecalledPageByPage) {
    bus.written_answer = {.entries = {{.gid = {3}, .seq = {8}}, {.gid = {12}, .seq = {1}}},
                          .next = bus::EntryPlace{.gid = {12}, .seq = {5}}};
    EXPECT_EQ(text(call("POST", "/admin/api/users/7/erase", R"({"gid":3,"seq":2})")),
              R"({"erased":2,"left":0,"refused":0,"next_gid":12,"next_seq":5})"
              "\n");
    ASSERT_EQ(bus.written.size(), 1U);
    EXPECT_EQ(bus.written[0].uid, UserId{7});
    EXPECT_EQ(bus.written[0].from.gid, GroupId{3});
    EXPECT_EQ(bus.written[0].from.seq, Seq{2});
    ASSERT_EQ(bus.posts.size(), 2U);
    EXPECT_TRUE(bus.posts[1].operator_rights);
    EXPECT_EQ(bus.posts[1].gid, GroupId{12});
    EXPECT_EQ(bus.posts[1].frame.recall().seq(), 1U);

    bus.written_answer.next.reset();
    bus.answer_with.mutable_refused();
    EXPECT_EQ(text(call("POST", "/admin/api/users/7/erase", "{}")),
              R"({"erased":0,"left":0,"refused":2,"next_gid":0,"next_seq":0})"
              "\n");
    EXPECT_EQ(call("POST", "/admin/api/users/7/erase", R"({"gid":"x"})").status, 400U);
}

TEST_F(AdminTest, WhatAnErasedUserAddedIsClearedInTheirNameAndCountedOnlyWhenItFails) {
    bus.written_answer = {.entries = {{.gid = {3}}, {.gid = {3}, .seq = {8}}}};
    EXPECT_EQ(text(call("POST", "/admin/api/users/7/erase", "{}")),
              R"({"erased":1,"left":0,"refused":0,"next_gid":0,"next_seq":0})"
              "\n");
    ASSERT_EQ(bus.posts.size(), 2U);
    EXPECT_TRUE(bus.posts[0].frame.has_clear_reactions());
    EXPECT_TRUE(bus.posts[0].operator_rights);
    EXPECT_EQ(bus.posts[0].gid, GroupId{3});
    EXPECT_EQ(bus.posts[0].uid, UserId{7});

    bus.answer_with.mutable_refused();
    EXPECT_EQ(text(call("POST", "/admin/api/users/7/erase", "{}")),
              R"({"erased":0,"left":0,"refused":2,"next_gid":0,"next_seq":0})"
              "\n");
}

// A page of the list is skipped over when groups leave it meanwhile: the walk begins again.
TEST_F(AdminTest, AnErasedUserLeavesAllGroupsThatCanBeLeft) {
    for (const std::uint64_t gid : {1U, 30U, 31U, 32U, 33U, 34U}) {
        bus.lists[{7}].emplace_back().set_gid(gid);
    }
    bus.lists[{7}][2].set_kind(pb::GROUP_KIND_DIRECT);
    EXPECT_EQ(text(call("POST", "/admin/api/users/7/erase", "{}")),
              R"({"erased":0,"left":4,"refused":0,"next_gid":0,"next_seq":0})"
              "\n");
    std::vector<std::uint64_t> left;
    for (const bus::Command& post : bus.posts) {
        EXPECT_TRUE(post.frame.has_leave_group());
        EXPECT_TRUE(post.operator_rights);
        EXPECT_EQ(post.uid, UserId{7});
        left.push_back(post.gid.value);
    }
    EXPECT_THAT(left, testing::UnorderedElementsAre(30, 32, 33, 34));
}

TEST_F(AdminTest, AGroupThatAnErasedUserCouldNotLeaveIsTold) {
    bus.lists[{7}].emplace_back().set_gid(30);
    bus.answer_with.mutable_refused();
    EXPECT_EQ(text(call("POST", "/admin/api/users/7/erase", "{}")),
              R"({"erased":0,"left":0,"refused":1,"next_gid":0,"next_seq":0})"
              "\n");
}

TEST_F(AdminTest, RegistrationTokensAreMadeListedAndEnded) {
    const std::string made =
        text(call("POST", "/admin/api/registration", R"({"name":"May","uses_max":3,"hours":2})"));
    EXPECT_THAT(made, HasSubstr(R"("token":"str_)"));
    const auto tokens = registration_tokens_in(bus.settings.all());
    ASSERT_EQ(tokens.size(), 1U);
    EXPECT_EQ(tokens[0].uses_max, 3U);
    EXPECT_EQ(tokens[0].expires - tokens[0].created, Millis{2 * 3'600'000});

    const std::string listed = text(call("GET", "/admin/api/registration"));
    EXPECT_THAT(listed, HasSubstr(R"("name":"May","uses_max":3,"uses":0)"));
    EXPECT_THAT(listed, testing::Not(HasSubstr("str_"))) << "it is shown once";
    const std::string id = R"({"id":")" + tokens[0].id + "\"}";
    bus.settings.rows[used_setting(tokens[0].id)] = "1";
    EXPECT_EQ(call("POST", "/admin/api/registration/end", id).status, 200U);
    EXPECT_TRUE(bus.settings.rows.empty());
    EXPECT_EQ(call("POST", "/admin/api/registration/end", id).status, 404U);
}

TEST_F(AdminTest, RegistrationTokensAreBounded) {
    for (const char* body : {R"({"name":""})", R"({"name":"a","uses_max":0})",
                             R"({"name":"a","hours":0})", R"({"name":"a","hours":8785})", "{}"}) {
        EXPECT_EQ(call("POST", "/admin/api/registration", body).status, 400U) << body;
    }
    const auto of_uses = [&](std::uint64_t uses) {
        return text(call("POST", "/admin/api/registration",
                         R"({"name":"a","uses_max":)" + std::to_string(uses) + "}"));
    };
    EXPECT_THAT(
        of_uses(limits::kRegistrationsMax + 1),
        HasSubstr(R"("field":"uses_max","limit":)" + std::to_string(limits::kRegistrationsMax)));
    EXPECT_THAT(of_uses(limits::kRegistrationsMax), HasSubstr(R"("uses_max":)"));
    bus.settings.rows.clear();
    // Those that are over make room.
    std::array<std::uint8_t, kSecretTextBytes> random{};
    for (std::size_t i = 0; i <= limits::kRegistrationTokens; ++i) {
        random[0] = static_cast<std::uint8_t>(i);
        random[1] = static_cast<std::uint8_t>(i >> 8U);
        const Time end = i == 0 ? now() - Millis{1} : now() + Millis{600'000};
        const auto made = make_registration_token("t", 1, end, random, now());
        bus.settings.rows[token_setting(made.token.id)] = to_setting(made.token);
    }
    EXPECT_EQ(call("POST", "/admin/api/registration", R"({"name":"a"})").status, 403U);
    EXPECT_EQ(bus.settings.rows.size(), limits::kRegistrationTokens);
    bus.settings.rows.erase(bus.settings.rows.begin());
    EXPECT_EQ(call("POST", "/admin/api/registration", R"({"name":"a"})").status, 200U);
}

TEST_F(AdminTest, AddressesAreBannedListedAndLetIn) {
    const std::string made =
        text(call("POST", "/admin/api/bans",
                  R"({"network":"::ffff:192.0.2.0/120","reason":"floods","hours":2})"));
    EXPECT_THAT(made, HasSubstr(R"("network":"192.0.2.0/24","reason":"floods")"));
    auto bans = address_bans_in(bus.settings.all());
    ASSERT_EQ(bans.size(), 1U);
    EXPECT_EQ(bans[0].ends - bans[0].created, Millis{2 * 3'600'000});

    // Once more: the same ban with another end.
    call("POST", "/admin/api/bans", R"({"network":"192.0.2.0/24","reason":"still"})");
    bans = address_bans_in(bus.settings.all());
    ASSERT_EQ(bans.size(), 1U);
    EXPECT_EQ(bans[0].ends - bans[0].created, Millis{24 * 3'600'000});
    EXPECT_THAT(text(call("GET", "/admin/api/bans")), HasSubstr(R"("reason":"still")"));

    const std::string network = R"({"network":"192.0.2.0/24"})";
    EXPECT_EQ(call("POST", "/admin/api/bans/end", network).status, 200U);
    EXPECT_TRUE(bus.settings.rows.empty());
    EXPECT_EQ(call("POST", "/admin/api/bans/end", network).status, 404U);
}

TEST_F(AdminTest, AKeyIsBoundToGroupsThatTakeIt) {
    const auto added = [&](const std::string& groups) {
        return call("POST", "/admin/api/keys",
                    R"({"name":"crm","scopes":["group"],"groups":[)" + groups + "]}");
    };
    EXPECT_EQ(added(R"("12","12")").status, 200U);
    const std::size_t kept = bus.settings.rows.size();
    for (const auto& [groups, why] : {std::pair{R"("12","13")", "there is no group 13"},
                                      std::pair{R"("21")", "there is no group 21"}}) {
        const Response missing = added(groups);
        EXPECT_EQ(missing.status, 404U);
        EXPECT_THAT(text(missing), AllOf(HasSubstr(R"("field":"groups")"), HasSubstr(why)));
    }
    const std::uint64_t direct = direct_gid({7}, {8}).value;
    for (const auto& [gid, why] : {std::pair{std::uint64_t{1}, "group 1 takes no key"},
                                   std::pair{direct, "is a chat of two"}}) {
        const Response wrong = added('"' + std::to_string(gid) + '"');
        EXPECT_EQ(wrong.status, 403U);
        EXPECT_THAT(text(wrong), AllOf(HasSubstr(R"("field":"groups")"), HasSubstr(why)));
    }
    EXPECT_EQ(bus.settings.rows.size(), kept);
}

TEST_F(AdminTest, AKeyHasABoundedRateAndBoundedGroups) {
    const auto added = [&](std::uint64_t per_second, std::size_t groups) {
        std::string gids;
        for (std::size_t i = 0; i < groups; ++i) gids += i == 0 ? R"("12")" : R"(,"12")";
        return call("POST", "/admin/api/keys",
                    R"({"name":"crm","scopes":["group"],"per_second":)" +
                        std::to_string(per_second) + R"(,"groups":[)" + gids + "]}");
    };
    EXPECT_EQ(added(limits::kKeyPerSecondMax, limits::kKeyGroups).status, 200U);
    for (const auto& [refused, field, limit] :
         {std::tuple{added(limits::kKeyPerSecondMax + 1, 0), "per_second",
                     std::uint64_t{limits::kKeyPerSecondMax}},
          std::tuple{added(1, limits::kKeyGroups + 1), "groups",
                     std::uint64_t{limits::kKeyGroups}}}) {
        EXPECT_EQ(refused.status, 400U) << field;
        EXPECT_THAT(text(refused), HasSubstr(R"("field":")" + std::string{field} + R"(","limit":)" +
                                             std::to_string(limit)));
    }
}

TEST_F(AdminTest, ANetworkThatCannotBeBannedIsToldWhy) {
    const auto why = [&](const std::string& network) {
        return text(
            call("POST", "/admin/api/bans", R"({"reason":"a","network":")" + network + R"("})"));
    };
    EXPECT_THAT(why("192.0.2.1/24"),
                HasSubstr("bits are set behind the prefix; the network is 192.0.2.0/24\""));
    EXPECT_THAT(why("2001:db8::1/32"), HasSubstr("the network is 2001:db8::/32\""));
    EXPECT_THAT(why("10.0.0.0/7"), AllOf(HasSubstr(R"("field":"network","limit":8)"),
                                         HasSubstr("the shortest prefix is /8\"")));
    EXPECT_THAT(why("2000::/3"), HasSubstr("the shortest prefix is /16\""));
    EXPECT_THAT(why("::/32"), HasSubstr("holds all of IPv4 as well"));
    EXPECT_THAT(why("192.0.2.0/33"), HasSubstr("a number from 0 to 32\""));
    EXPECT_THAT(why("192.0.2.0/"), HasSubstr("a number from 0 to 32\""));
    EXPECT_THAT(why("here"), HasSubstr("neither an address nor a network"));
    EXPECT_THAT(why(""), HasSubstr(R"("field":"network")"));
    EXPECT_THAT(text(call("POST", "/admin/api/bans/end", R"({"network":"192.0.2.1/24"})")),
                HasSubstr("the network is 192.0.2.0/24\""));
}

TEST_F(AdminTest, AddressBansAreBounded) {
    for (const char* body :
         {R"({"network":"192.0.2.7"})", R"({"network":"192.0.2.7","reason":""})",
          R"({"network":"192.0.2.7","reason":"a","hours":0})",
          R"({"network":"192.0.2.7","reason":"a","hours":8785})",
          R"({"network":"192.0.2.7/24","reason":"a"})", R"({"network":"","reason":"a"})",
          R"({"network":"0.0.0.0/0","reason":"a"})", R"({"network":"::/0","reason":"a"})"}) {
        EXPECT_EQ(call("POST", "/admin/api/bans", body).status, 400U) << body;
    }
    // Those that are over make room; a ban that is there already may be made again.
    for (std::size_t i = 0; i <= limits::kAddressBans; ++i) {
        const std::string address =
            "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
        const AddressBan ban{.network = *net::access::parse_network(address),
                             .reason = "r",
                             .created = now(),
                             .ends = i == 0 ? now() - Millis{1} : now() + Millis{600'000}};
        bus.settings.rows[setting_of(ban.network)] = to_setting(ban);
    }
    const std::string other = R"({"network":"192.0.2.7","reason":"a"})";
    EXPECT_EQ(call("POST", "/admin/api/bans", other).status, 403U);
    EXPECT_EQ(bus.settings.rows.size(), limits::kAddressBans);
    EXPECT_EQ(call("POST", "/admin/api/bans", R"({"network":"10.0.0.1","reason":"a"})").status,
              200U);
    call("POST", "/admin/api/bans/end", R"({"network":"10.0.0.2"})");
    EXPECT_EQ(call("POST", "/admin/api/bans", other).status, 200U);
}

TEST_F(AdminTest, AStormLevelIsPinnedAndLetGoOf) {
    EXPECT_EQ(text(call("GET", "/admin/api/storm")), "{\"level\":1,\"pinned\":null}\n");
    EXPECT_EQ(call("POST", "/admin/api/storm", R"({"level": "3"})").status, 200);
    EXPECT_EQ(text(call("GET", "/admin/api/storm")), "{\"level\":3,\"pinned\":3}\n");
    for (const char* bad : {R"({"level": "4"})", R"({"level": 3})", "{}"}) {
        EXPECT_EQ(call("POST", "/admin/api/storm", bad).status, 400) << bad;
    }
    EXPECT_EQ(control.pinned, storm::Level{3});
    EXPECT_EQ(call("POST", "/admin/api/storm", R"({"level": "auto"})").status, 200);
    EXPECT_EQ(control.pinned, std::nullopt);
}

TEST_F(AdminTest, TheProcessReloadsAndBacksUp) {
    call("POST", "/admin/api/reload");
    EXPECT_EQ(control.reloads, 1);
    EXPECT_THAT(text(call("POST", "/admin/api/backup", R"({"folder":"/b"})")),
                HasSubstr("/b written"));
    EXPECT_EQ(call("POST", "/admin/api/backup", R"({"folder":"b"})").status, 400U);
    const Response failed = call("POST", "/admin/api/backup", R"({"folder":"/full"})");
    EXPECT_EQ(failed.status, 503U);
    EXPECT_THAT(text(failed), AllOf(HasSubstr("STORE_UNAVAILABLE"), HasSubstr("no room")));
    const Response wrong = call("POST", "/admin/api/backup", R"({"folder":"/there"})");
    EXPECT_EQ(wrong.status, 400U);
    EXPECT_THAT(text(wrong),
                AllOf(HasSubstr(R"("code":"BAD_FIELD")"), HasSubstr(R"("field":"folder")"),
                      HasSubstr(R"("why":"/there is there already")")));
}

}  // namespace
}  // namespace stentor::api
