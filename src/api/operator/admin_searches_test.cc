// What the operator looks for in all groups.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "api/operator/admin_test_kit.h"
#include "base/limits.h"

namespace stentor::api {
namespace {

using net::http::Response;
using testing::AllOf;
using testing::HasSubstr;

// Owners of the groups 1 to `groups`, and of a moderation log for the last of them.
class SearchedBus final : public bus::QuestionsBus {
public:
    Result<void> submit(PartitionId /*partition*/, bus::Command /*post*/) override { return {}; }

    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        if (const auto* page = std::get_if<bus::AskGroups>(&question)) {
            return reply(bus::Reply{groups_after(page->after.value, page->count)});
        }
        if (const auto* page = std::get_if<bus::AskModeration>(&question)) {
            const bool last = page->fetch.gid() == groups;
            return reply(bus::Reply{last ? log_below(page->fetch.before()) : pb::Moderation{}});
        }
        if (const auto* asked = std::get_if<bus::AskUsers>(&question)) {
            pb::Users users;
            for (const UserId uid : asked->uids) {
                pb::User& user = *users.add_users();
                user.set_uid(uid.value);
                user.set_name("U" + std::to_string(uid.value));
            }
            return reply(bus::Reply{std::move(users)});
        }
        if (std::holds_alternative<bus::AskMembers>(question)) {
            pb::Members members;
            if (owner.value != 0) members.add_members()->set_uid(owner.value);
            return reply(bus::Reply{std::move(members)});
        }
        if (const auto* open = std::get_if<bus::AskOpen>(&question)) {
            bus::OpenAnswer answer;
            if (open->uid == owner) answer.view.emplace().settings.set_slow_mode_s(30);
            return reply(bus::Reply{std::move(answer)});
        }
        reply(std::unexpected(Error{.code = Code::unsupported, .where = "question"}));
    }

    std::uint64_t groups{1};
    UserId owner{7};
    std::vector<pb::ModerationRow> log;  // Newest first.

private:
    pb::Groups groups_after(std::uint64_t after, std::uint32_t count) const {
        pb::Groups page;
        for (std::uint64_t gid = after + 1; gid <= groups; ++gid) {
            if (std::cmp_equal(page.groups_size(), count)) break;
            pb::GroupSummary& group = *page.add_groups();
            group.set_gid(gid);
            group.set_name("Group " + std::to_string(gid));
        }
        return page;
    }

    // Two rows a page.
    pb::Moderation log_below(std::uint64_t before) const {
        pb::Moderation page;
        for (const pb::ModerationRow& row : log) {
            if (before != 0 && row.number() >= before) continue;
            if (page.rows_size() == 2) {
                page.set_next(page.rows(1).number());
                break;
            }
            *page.add_rows() = row;
        }
        return page;
    }
};

class AdminSearchesTest : public AdminFixture<SearchedBus> {
protected:
    Response get(std::string path) { return call("GET", std::move(path)); }
    std::string text(std::string path) { return *get(std::move(path)).body; }
};

pb::ModerationRow row_of(std::uint64_t number, pb::ModerationKind kind, std::uint64_t seq,
                         const std::string& reason = "") {
    pb::ModerationRow row;
    row.set_number(number);
    row.set_time_ms(number * 1'000);
    row.set_kind(kind);
    row.set_uid(8);
    row.set_epoch(3);
    row.set_seq(seq);
    row.set_reason(reason);
    return row;
}

TEST_F(AdminSearchesTest, ReportsThatNobodyHasDecided) {
    EXPECT_EQ(text("/admin/api/reports"), "{\"reports\":[],\"next\":0}\n");
    bus.log = {row_of(9, pb::MODERATION_KIND_REPORT, 4, "spam again"),
               row_of(8, pb::MODERATION_KIND_DISMISS, 5),
               row_of(7, pb::MODERATION_KIND_REPORT, 5, "rude"),
               row_of(6, pb::MODERATION_KIND_RECALL, 6),
               row_of(5, pb::MODERATION_KIND_REPORT, 6, "very rude"),
               row_of(4, pb::MODERATION_KIND_REPORT, 4, "spam")};
    EXPECT_EQ(text("/admin/api/reports"),
              R"({"reports":[{"gid":1,"group":"Group 1","epoch":3,"seq":4,"uid":8,"author":"U8",)"
              R"("reports":2,"time_ms":9000,"reasons":["spam again","spam"]}],"next":0})"
              "\n");
    EXPECT_EQ(get("/admin/api/reports?after=x").status, 400U);
}

TEST_F(AdminSearchesTest, ReportsArePagedByGroups) {
    bus.groups = limits::kListPage + 1;
    bus.log = {row_of(1, pb::MODERATION_KIND_REPORT, 2)};
    EXPECT_EQ(text("/admin/api/reports"), "{\"reports\":[],\"next\":100}\n");
    EXPECT_THAT(text("/admin/api/reports?after=100"),
                AllOf(HasSubstr(R"("gid":101)"), HasSubstr(R"("next":0)")));
}

TEST_F(AdminSearchesTest, GroupsAreFoundByAPartOfTheirName) {
    bus.groups = 230;
    EXPECT_THAT(text("/admin/api/groups?name=OUP%20222"),
                AllOf(HasSubstr(R"("gid":222)"), HasSubstr(R"("next":0,"searched":230)")));
    EXPECT_THAT(text("/admin/api/groups?name=club"), HasSubstr(R"("groups":[],"next":0)"));
    EXPECT_THAT(text("/admin/api/groups?name=22&count=1"),
                AllOf(HasSubstr(R"("gid":22,)"), HasSubstr(R"("next":22)")));
    EXPECT_THAT(text("/admin/api/groups?after=228"),
                AllOf(HasSubstr(R"("gid":229)"), HasSubstr(R"("gid":230)")));
    EXPECT_EQ(get("/admin/api/groups?count=0").status, 400U);
    EXPECT_EQ(get("/admin/api/groups?name=%ff").status, 400U);
    EXPECT_EQ(get("/admin/api/groups?name=" + std::string(200, 'a')).status, 400U);
}

// A request looks at 2,000 of them.
TEST_F(AdminSearchesTest, ASearchGoesOnWhereItEnded) {
    bus.groups = 2'500;
    EXPECT_THAT(text("/admin/api/groups?name=2345"),
                HasSubstr(R"("groups":[],"next":2000,"searched":2000)"));
    EXPECT_THAT(text("/admin/api/groups?name=2345&after=2000"),
                AllOf(HasSubstr(R"("gid":2345)"), HasSubstr(R"("next":0)")));
}

TEST_F(AdminSearchesTest, AGroupsSettingsAreToldAsItsOwnerHasThem) {
    EXPECT_THAT(text("/admin/api/groups/1/settings"), HasSubstr(R"("slow_mode_s":30)"));
    bus.owner = {};
    EXPECT_EQ(get("/admin/api/groups/1/settings").status, 404U);
}

}  // namespace
}  // namespace stentor::api
