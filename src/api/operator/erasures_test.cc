// Erasing goes on by itself, and is over when nothing is left: over owners that answer at once.

#include "api/operator/erasures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "api/http/settings_test_kit.h"

namespace stentor::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr UserId kBob{7};
constexpr Time kNow = from_ms(4'000'000'000'000);  // Later than any page was touched.

// Bob's pages: one after each place.
class OwnersBus final : public bus::Bus {
public:
    Result<void> submit(PartitionId /*partition*/, bus::Command post) override {
        pb::ServerFrame frame;
        if (const auto code = refusals.find(post.gid); code != refusals.end()) {
            frame.mutable_refused()->set_code(code->second);
        } else {
            frame.mutable_done();
        }
        posts.push_back(post);
        inbox->on_answers({{.reply_to = post.reply_to, .frame = std::move(frame)}});
        return {};
    }
    void publish(NodeId /*node*/, std::shared_ptr<const bus::Items> /*items*/) override {}
    void answer(NodeId /*node*/, std::vector<bus::Answer> /*answers*/) override {}
    void nudge(NodeId /*node*/, std::vector<bus::Nudge> /*nudges*/) override {}
    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        if (auto kept = settings.answer(question)) return reply(*std::move(kept));
        if (const auto* change = std::get_if<bus::AskChangeUser>(&question)) {
            if (change->uid != kBob) {
                return reply(std::unexpected(Error{.code = Code::not_found, .where = "uid"}));
            }
            EXPECT_TRUE(change->erase);
            begun = settings.rows;
            return reply(bus::Reply{bus::Account{.uid = change->uid}});
        }
        if (std::holds_alternative<bus::AskList>(question)) return reply(bus::Reply{pb::Groups{}});
        const auto& written = std::get<bus::AskWritten>(question);
        asked.push_back(written.from.gid.value);
        if (fails) return reply(std::unexpected(Error{.code = Code::timeout}));
        reply(bus::Reply{pages[written.from.gid]});
    }

    bus::AnswerInbox* inbox{};
    KeptSettings settings;
    std::map<std::string, std::string> begun;  // What stood in the record when the account closed.
    std::map<GroupId, bus::WrittenAnswer> pages;
    std::map<GroupId, pb::Code> refusals;
    std::vector<bus::Command> posts;
    std::vector<std::uint64_t> asked;
    bool fails{};
};

class ErasuresTest : public testing::Test {
protected:
    ErasuresTest() {
        bus.inbox = &commands;
        bus.pages[{}] = {.entries = {{.gid = {3}, .seq = {8}}},
                         .next = bus::EntryPlace{.gid = {12}, .seq = {1}}};
        bus.pages[{12}] = {.entries = {{.gid = {12}, .seq = {1}}}};
    }
    Result<Erasures::Page> erase(UserId uid, const bus::EntryPlace& from = {}) {
        Result<Erasures::Page> told;
        erasures->erase(uid, from, [&](Result<Erasures::Page> page) { told = std::move(page); });
        return told;
    }
    void restart() { erasures = std::make_shared<Erasures>(bus, commands); }
    std::vector<std::string> in_record() const {
        std::vector<std::string> names;
        for (const auto& [name, value] : bus.settings.rows) names.push_back(name);
        return names;
    }

    OwnersBus bus;
    bus::CommandClient commands{NodeId{1}, bus};
    std::shared_ptr<Erasures> erasures = std::make_shared<Erasures>(bus, commands);
};

TEST_F(ErasuresTest, StandsInTheRecordFromBeforeTheFirstPageUntilAfterTheLast) {
    const auto first = erase(kBob);
    ASSERT_TRUE(first);
    EXPECT_EQ(bus.begun.count("erase/7"), 1U) << "before the account was closed";
    EXPECT_THAT(in_record(), ElementsAre("erase/7"));
    ASSERT_TRUE(first->next);
    const auto last = erase(kBob, *first->next);
    ASSERT_TRUE(last);
    EXPECT_FALSE(last->next);
    EXPECT_THAT(in_record(), IsEmpty());
}

TEST_F(ErasuresTest, WhatARestartCutGoesOnByItself) {
    ASSERT_TRUE(erase(kBob)->next);
    restart();
    bus.posts.clear();
    erasures->look(kNow);
    EXPECT_EQ(bus.posts.size(), 2U) << "both pages";
    EXPECT_THAT(in_record(), IsEmpty());
    bus.asked.clear();
    erasures->look(kNow);
    EXPECT_THAT(bus.asked, IsEmpty());
}

TEST_F(ErasuresTest, WhatSomebodyGoesOnWithIsLeftToThemForAWhile) {
    ASSERT_TRUE(erase(kBob)->next);
    bus.asked.clear();
    erasures->look(now() + Erasures::kQuiet / 2);
    EXPECT_THAT(bus.asked, IsEmpty());
    erasures->look(now() + 2 * Erasures::kQuiet);
    EXPECT_THAT(bus.asked, ElementsAre(0, 12));
    EXPECT_THAT(in_record(), IsEmpty());
}

TEST_F(ErasuresTest, WhatWasRefusedIsTriedAgainEverMoreSeldom) {
    bus.refusals[{3}] = pb::CODE_OVERLOADED;
    const auto first = erase(kBob);
    EXPECT_EQ(first->refused, 1U);
    ASSERT_TRUE(erase(kBob, *first->next));
    EXPECT_THAT(in_record(), ElementsAre("erase/7")) << "one page is not done";
    restart();
    bus.asked.clear();
    erasures->look(now());
    EXPECT_EQ(bus.asked.size(), 2U);
    erasures->look(now() + Erasures::kRetryMin / 2);
    EXPECT_EQ(bus.asked.size(), 2U);
    erasures->look(now() + 2 * Erasures::kRetryMin);
    EXPECT_EQ(bus.asked.size(), 4U);
    erasures->look(now() + Erasures::kRetryMin + Erasures::kRetryMin / 2);
    EXPECT_EQ(bus.asked.size(), 4U) << "twice as long";
    bus.refusals.clear();
    erasures->look(kNow);
    EXPECT_THAT(in_record(), IsEmpty());
}

TEST_F(ErasuresTest, APageThatCouldNotBeReadIsTriedAgain) {
    bus.fails = true;
    EXPECT_FALSE(erase(kBob));
    EXPECT_THAT(in_record(), ElementsAre("erase/7"));
    bus.fails = false;
    restart();
    erasures->look(kNow);
    EXPECT_THAT(in_record(), IsEmpty());
}

TEST_F(ErasuresTest, WhatIsNotThereAnyMoreIsDone) {
    bus.pages[{}] = {
        .entries = {{.gid = {3}}, {.gid = {3}, .seq = {8}}}, .waiting = {{3}}, .banned = {{3}}};
    bus.refusals[{3}] = pb::CODE_NOT_FOUND;
    const auto page = erase(kBob);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->refused, 0U);
    EXPECT_EQ(page->erased, 0U);
    EXPECT_EQ(bus.posts.size(), 4U);
    EXPECT_THAT(in_record(), IsEmpty());
}

TEST_F(ErasuresTest, RequestsToJoinAreRefusedAndBansLiftedWithTheOperatorsRights) {
    bus.pages[{}] = {.waiting = {{4}}, .banned = {{5}}};
    EXPECT_EQ(erase(kBob)->erased, 0U);
    ASSERT_EQ(bus.posts.size(), 2U);
    for (const bus::Command& post : bus.posts) {
        EXPECT_TRUE(post.operator_rights);
        EXPECT_EQ(post.uid, UserId{}) << "nobody can speak in the name of a closed account";
    }
    EXPECT_EQ(bus.posts[0].gid, GroupId{4});
    EXPECT_EQ(bus.posts[0].frame.decide_join().uid(), kBob.value);
    EXPECT_FALSE(bus.posts[0].frame.decide_join().accept());
    EXPECT_EQ(bus.posts[1].gid, GroupId{5});
    EXPECT_EQ(bus.posts[1].frame.change_member().uid(), kBob.value);
    EXPECT_TRUE(bus.posts[1].frame.change_member().has_ban());
    EXPECT_FALSE(bus.posts[1].frame.change_member().ban());
}

TEST_F(ErasuresTest, NobodysAccountIsToldSoAndLeavesNothingBehind) {
    const auto page = erase({8});
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Code::not_found);
    EXPECT_THAT(in_record(), IsEmpty());
}

}  // namespace
}  // namespace stentor::api
