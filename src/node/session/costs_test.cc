#include "node/session/costs.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "node/session/session_test_kit.h"

namespace stentor::session {
namespace {

TEST(Costs, EachCommandHasOneRowAndEachBudgetWords) {
    std::set<std::string_view> names;
    for (const CommandCost& cost : kCommands) {
        EXPECT_TRUE(names.insert(cost.name).second) << cost.name;
        EXPECT_EQ(cost_of(cost.command), &cost);
        EXPECT_FALSE(terms_of(cost.budget).name.empty());
        EXPECT_FALSE(name_of(cost.needs).empty());
        // What asks for rows costs something.
        EXPECT_TRUE(cost.budget != Budget::questions || cost.units > 0) << cost.name;
    }
    EXPECT_EQ(cost_of(pb::ClientFrame::COMMAND_NOT_SET), nullptr);
}

TEST(Costs, APageCostsByWhatIsAskedForOfIt) {
    pb::ClientFrame frame;
    const auto units = [&] { return units_of(*cost_of(frame.command_case()), frame); };
    frame.mutable_list()->set_count(1);
    const std::uint32_t one = units();
    frame.mutable_list()->set_count(100);
    EXPECT_EQ(units(), one + 100 / kItemsAUnit);
    frame.mutable_list()->set_count(0);
    EXPECT_EQ(units(), one + 50 / kItemsAUnit);
    for (std::uint64_t uid = 1; uid <= 100; ++uid) frame.mutable_fetch_users()->add_uids(uid);
    EXPECT_EQ(units(), 1 + 100 / kItemsAUnit);
}

TEST(Costs, APageOfNoNamedLengthCostsAsTheUsualOne) {
    pb::ClientFrame frame;
    const auto units = [&] { return units_of(*cost_of(frame.command_case()), frame); };
    frame.mutable_fetch_members();
    EXPECT_EQ(units(), 2 + kPageDefault / kItemsAUnit);
    frame.mutable_fetch_moderation();
    EXPECT_EQ(units(), 2 + kPageDefault / kItemsAUnit);
    frame.mutable_list_invites();
    EXPECT_EQ(units(), 2 + kPageDefault / kItemsAUnit);
}

// A person comes back with all that a client may resume, lists all their groups, and does so on
// three devices at once.
TEST(Costs, ALawfulReturnIsFarFromTheEndOfABudget) {
    const CommandCost& open = *cost_of(pb::ClientFrame::kOpen);
    const std::uint32_t resumes =
        limits::kResumes * (open.units + units_of_bytes(limits::kRangeBytes) / 4);
    pb::ClientFrame page;
    page.mutable_list()->set_count(limits::kListPage);
    const std::uint32_t list = units_of(*cost_of(pb::ClientFrame::kList), page) +
                               units_of_groups(limits::kGroupsPerUser / 4);
    EXPECT_LE(3 * (resumes + 5 * list), limits::kCostBurst);
}

TEST(Costs, TheDocumentHoldsTheTablesOfTheCode) {
    std::ifstream file{STENTOR_PROTOCOL_DOCUMENT};
    std::stringstream text;
    text << file.rdbuf();
    const std::string document = text.str();
    constexpr std::string_view kBegin = "<!-- stentor commands: begin -->\n";
    constexpr std::string_view kEnd = "<!-- stentor commands: end -->\n";
    const std::size_t begin = document.find(kBegin);
    const std::size_t end = document.find(kEnd);
    ASSERT_NE(begin, std::string::npos);
    ASSERT_LT(begin, end);
    const std::size_t from = begin + kBegin.size();
    EXPECT_EQ(document.substr(from, end - from), markdown_of_costs())
        << "put what `stentor commands` prints between the marks";
}

// ---- As a session asks for them

class CostsTest : public SessionTest {
protected:
    // Spends the budget of questions but for `left` units.
    void spend_but(std::uint32_t left) {
        ASSERT_FALSE(rules.budgets->take({1}, limits::kCostBurst - left, now));
    }
    pb::ClientFrame near(std::uint32_t request_id = 30) {
        pb::ClientFrame frame;
        frame.set_request_id(request_id);
        frame.mutable_near()->set_gid(kGroup.value);
        return frame;
    }
    pb::ClientFrame list(std::uint32_t request_id = 31) {
        pb::ClientFrame frame;
        frame.set_request_id(request_id);
        frame.mutable_list();
        return frame;
    }
    pb::ClientFrame create(std::uint8_t n) {
        pb::ClientFrame frame;
        frame.set_request_id(100U + n);
        frame.mutable_create_group()->mutable_settings()->set_name("Group");
        frame.mutable_create_group()->set_cmid(cmid(n));
        return frame;
    }
};

TEST_F(CostsTest, AQuestionBeyondTheBudgetIsRefusedWithItsTime) {
    begin();
    open_it();
    spend_but(1 + 9);  // One was spent by the Open.
    say(near());
    EXPECT_EQ(fx.nears, 0);
    EXPECT_EQ(fx.refusal().code(), pb::CODE_RATE_LIMITED);
    EXPECT_EQ(fx.refusal().rule(), "cost");
    EXPECT_EQ(fx.refusal().field(), "near");
    EXPECT_EQ(fx.refusal().limit(), limits::kCostPerSecond);
    now += Millis{fx.refusal().retry_after_ms()};
    say(near());
    EXPECT_EQ(fx.nears, 1);
}

TEST_F(CostsTest, APageOfManyBytesCostsMoreThanOneOfFew) {
    begin();
    open_it();
    say(near());
    spend_but(11 + 15);
    const std::string page = [] {
        pb::ServerFrame frame;
        frame.set_request_id(30);
        frame.mutable_range()->set_digest(std::string(10 * kBytesAUnit, 'x'));
        return wire::encode(frame);
    }();
    session.on_ranged(30, kGroup, kEpoch, Seq{1}, Seq{5}, Seq{30}, page, fx);
    say(near(32));
    EXPECT_EQ(fx.refusal().rule(), "cost");
    EXPECT_EQ(fx.nears, 1);
}

TEST_F(CostsTest, AListCostsByTheGroupsThatItWasSortedFrom) {
    begin();
    say(list());
    spend_but(7 + 20);
    pb::Groups groups;
    groups.set_total(limits::kGroupsPerUser);
    session.on_reply(31, bus::Reply{groups}, fx);
    say(list(32));
    EXPECT_EQ(fx.refusal().field(), "list");
    EXPECT_EQ(fx.refusal().rule(), "cost");
}

TEST_F(CostsTest, GroupsAreMadeAtARate) {
    begin();
    for (std::uint8_t n = 0; n < limits::kGroupsMadeBurst; ++n) {
        say(create(n));
        session.on_answer(100U + n, payload(100U + n), fx);
    }
    EXPECT_EQ(fx.commands.size(), static_cast<std::size_t>(limits::kGroupsMadeBurst));
    say(create(99));
    EXPECT_EQ(fx.commands.size(), static_cast<std::size_t>(limits::kGroupsMadeBurst));
    EXPECT_EQ(fx.refusal().rule(), "groups_made");
    EXPECT_EQ(fx.refusal().retry_after_ms(), limits::kGroupsMadeEvery.count());
}

TEST_F(CostsTest, AGroupToBeResumedThatIsTooDearIsRefusedByItsNumber) {
    spend_but(0);
    pb::ClientFrame frame = hello();
    frame.mutable_hello()->add_resume()->set_gid(5);
    say(frame);
    EXPECT_TRUE(fx.opens.empty());
    EXPECT_EQ(fx.refusal().gid(), 5U);
    EXPECT_EQ(fx.refusal().rule(), "cost");
    EXPECT_TRUE(session.groups().empty());
}

TEST_F(CostsTest, ALoadGeneratorPaysNothing) {
    spend_but(0);
    begin("bench");
    open_it();
    say(near());
    say(create(1));
    EXPECT_EQ(fx.nears, 1);
    EXPECT_EQ(fx.commands.size(), 1U);
}

}  // namespace
}  // namespace stentor::session
