#include "api/public/push.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <future>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/http/json.h"
#include "base/feed_number.h"
#include "base/group_ids.h"
#include "base/uuid_text.h"

namespace stentor::api {
namespace {

using net::http::Request;
using net::http::Response;
using testing::HasSubstr;

constexpr NodeId kNode{1};

// An owner who numbers sends, each id once, and keeps settings.
class OwnerBus final : public bus::Bus {
public:
    Result<void> submit(PartitionId /*partition*/, bus::Command post) override {
        pb::ServerFrame frame;
        if (post.frame.has_open_direct()) {
            frame.mutable_group_ready()->set_gid(post.gid.value);
        } else {
            const std::string& cmid = post.frame.send().cmid();
            const auto [at, fresh] = seqs_[post.gid].emplace(cmid, seqs_[post.gid].size() + 1);
            pb::Sent& sent = *frame.mutable_sent();
            sent.set_gid(post.gid.value);
            sent.set_seq(at->second);
            sent.set_cmid(cmid);
            sent.set_time_ms(5);
            static_cast<void>(fresh);
        }
        bus::Answer answer{.reply_to = post.reply_to, .frame = std::move(frame)};
        posts.push_back(std::move(post));
        std::vector<bus::Answer> answers;
        answers.push_back(std::move(answer));
        inbox->on_answers(std::move(answers));
        return {};
    }
    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        if (const auto* feed = std::get_if<bus::AskFeed>(&question)) {
            asked_after = feed->after;
            if (feed_error) return reply(std::unexpected(*feed_error));
            return reply(bus::Reply{feed_answer});
        }
        if (const auto* users = std::get_if<bus::AskUsers>(&question)) {
            pb::Users known;
            if (!unknown.contains(users->uids.front())) {
                known.add_users()->set_uid(users->uids.front().value);
            }
            return reply(bus::Reply{std::move(known)});
        }
        std::vector<bus::Setting> found;
        const std::string& prefix = std::get<bus::AskSettings>(question).prefix;
        for (const auto& [name, value] : settings) {
            if (name.starts_with(prefix)) found.push_back({name, value});
        }
        reply(bus::Reply{std::move(found)});
    }
    void publish(NodeId /*node*/, std::shared_ptr<const bus::Items> /*items*/) override {}
    void answer(NodeId /*node*/, std::vector<bus::Answer> /*answers*/) override {}
    void nudge(NodeId /*node*/, std::vector<bus::Nudge> /*nudges*/) override {}

    bus::AnswerInbox* inbox{};
    std::vector<bus::Command> posts;
    std::map<std::string, std::string> settings;
    std::set<UserId> unknown;
    bus::FeedAnswer feed_answer;
    std::optional<Error> feed_error;
    std::uint64_t asked_after{};

private:
    std::map<GroupId, std::map<std::string, std::uint64_t>> seqs_;
};

class PushTest : public testing::Test {
protected:
    PushTest() {
        EXPECT_GE(sodium_init(), 0);
        bus_.inbox = &commands_;
        gate_.become_known();
    }

    std::string key(
        std::vector<Scope> scopes, UserId uid = {},
        const std::function<void(ApiKey&)>& change = [](ApiKey&) {}) {
        std::array<std::uint8_t, 40> random{};
        random[0] = ++keys_;
        MadeKey made = make_key("test", std::move(scopes), uid, random, now());
        change(made.key);
        bus_.settings[std::string{kKeySettings} + made.key.id] = to_setting(made.key);
        return made.text;
    }
    Response call(std::string method, std::string path, const std::string& key,
                  std::string body = "", std::string query = "") {
        Request request{.method = std::move(method),
                        .path = std::move(path),
                        .query = std::move(query),
                        .headers = {{.name = "authorization", .value = "Bearer " + key}},
                        .body = std::move(body)};
        std::promise<Response> answered;
        Push::Reply reply = [&](Response response) { answered.set_value(std::move(response)); };
        EXPECT_TRUE(push_->on_http(request, reply));
        return answered.get_future().get();
    }
    static std::string text(const Response& response) { return *response.body; }

    OwnerBus bus_;
    bus::CommandClient commands_{kNode, bus_};
    account::SharedGate gate_{account::kTokenLives};
    std::shared_ptr<Push> push_ = std::make_shared<Push>(bus_, commands_, gate_);
    std::uint8_t keys_{};
};

TEST_F(PushTest, SendsToAGroupAndARetryIsAnsweredWithTheSameNumber) {
    const std::string mine = key({Scope::group}, {77});
    const std::string body = R"({"text":"hi","id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f"})";
    const Response first = call("POST", "/api/v1/push/groups/9", mine, body);
    EXPECT_EQ(first.status, 200U);
    EXPECT_THAT(text(first), HasSubstr("\"seq\":1"));
    EXPECT_THAT(text(first), HasSubstr("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
    EXPECT_EQ(text(call("POST", "/api/v1/push/groups/9", mine, body)), text(first));
    EXPECT_EQ(bus_.posts[0].gid, GroupId{9});
    EXPECT_EQ(bus_.posts[0].uid, UserId{77});
    EXPECT_FALSE(bus_.posts[0].operator_rights) << "its user does what they may do themselves";
    EXPECT_TRUE(bus_.posts[0].limits_lifted);
    call("POST", "/api/v1/push/groups/9", key({Scope::group}), body);
    EXPECT_TRUE(bus_.posts.back().operator_rights) << "in nobody's name it is the operator's";
}

TEST_F(PushTest, TheScopeOfGroupsReachesNeitherEverybodyNorChatsOfTwo) {
    const std::string mine = key({Scope::group, Scope::user}, {77});
    const std::string direct = std::to_string(direct_gid({5}, {6}).value);
    for (const std::string& gid : {std::string{"1"}, direct}) {
        const Response refused =
            call("POST", "/api/v1/push/groups/" + gid, mine, R"({"text":"hi"})");
        EXPECT_EQ(refused.status, 403U) << gid;
        EXPECT_THAT(text(refused), HasSubstr("\"field\":\"gid\""));
    }
    EXPECT_TRUE(bus_.posts.empty());
}

TEST_F(PushTest, AKeyThatIsBoundToGroupsSendsToNoOther) {
    const std::string mine = key({Scope::group}, {77}, [](ApiKey& key) { key.groups = {{9}}; });
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", mine, R"({"text":"hi"})").status, 200U);
    EXPECT_EQ(call("POST", "/api/v1/push/groups/8", mine, R"({"text":"hi"})").status, 403U);
}

TEST_F(PushTest, NobodyIsSentForWhoHasNoGoodAccount) {
    bus_.unknown = {{5}};
    const std::vector<bus::AccountState> states{{.uid = {6}, .closed = true}};
    gate_.apply(states, now());
    const std::string as = key({Scope::group, Scope::user, Scope::everybody, Scope::as});
    for (const std::string path : {"groups/9", "users/8", "everybody"}) {
        const Response none = call("POST", "/api/v1/push/" + path, as, R"({"text":"hi","as":5})");
        EXPECT_EQ(none.status, 404U) << path;
        EXPECT_THAT(text(none), HasSubstr("\"field\":\"as\""));
        const Response closed = call("POST", "/api/v1/push/" + path, as, R"({"text":"hi","as":6})");
        EXPECT_EQ(closed.status, 403U) << path;
    }
    EXPECT_TRUE(bus_.posts.empty());
}

TEST_F(PushTest, AKeyThatAsksTooOftenIsToldWhenToComeBack) {
    const std::string slow = key({Scope::group}, {}, [](ApiKey& key) { key.per_second = 1; });
    unsigned sent = 0;
    Response last;
    for (unsigned i = 0; i < 20; ++i) {
        last = call("POST", "/api/v1/push/groups/9", slow, R"({"text":"hi"})");
        if (last.status == 200) ++sent;
    }
    EXPECT_EQ(sent, limits::kKeyBurstS);
    EXPECT_EQ(last.status, 429U);
    EXPECT_THAT(text(last), HasSubstr("\"rule\":\"key_rate\""));
    EXPECT_TRUE(std::ranges::any_of(last.headers,
                                    [](const auto& each) { return each.name == "Retry-After"; }));
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", key({Scope::group}), R"({"text":"hi"})").status,
              200U)
        << "each has its own";
}

TEST(KeyRates, AreSoManyASecondWithASecondsWorthAtOnce) {
    KeyRates rates;
    const ApiKey key{.id = "a", .per_second = 10};
    Time at = from_ms(1'000'000);
    unsigned taken = 0;
    while (!rates.take(key, at)) ++taken;
    EXPECT_EQ(taken, 10 * limits::kKeyBurstS);
    EXPECT_EQ(rates.take(key, at), Millis{100});
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(rates.take(key, at += Millis{100})) << i;
    EXPECT_TRUE(rates.take(key, at));
}

TEST(KeyRates, ForgetWhoIsQuiet) {
    KeyRates rates;
    Time at = from_ms(1'000'000);
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_FALSE(rates.take({.id = std::to_string(i)}, at += Millis{100}));
    }
    EXPECT_LE(rates.size(), 200U);
}

TEST(ApiKeys, KeepTheirRateAndTheirGroups) {
    const ApiKey key{.id = "a", .hash = "h", .per_second = 7, .groups = {{9}, {1'000}}};
    const auto kept = key_of_setting(to_setting(key));
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->per_second, 7U);
    EXPECT_EQ(kept->groups, key.groups);
    const auto old = key_of_setting(R"({"id":"a","hash":"h","scopes":["group"]})");
    ASSERT_TRUE(old);
    EXPECT_EQ(old->per_second, limits::kKeyPerSecond);
    EXPECT_FALSE(key_of_setting(R"({"id":"a","hash":"h","groups":["x"]})"));
}

TEST_F(PushTest, AKeyOfAClosedAccountIsNone) {
    const std::string mine = key({Scope::group}, {77});
    const std::string others = key({Scope::group}, {78});
    const std::vector<bus::AccountState> states{{.uid = {77}, .closed = true}};
    gate_.apply(states, now());
    const Response refused = call("POST", "/api/v1/push/groups/9", mine, R"({"text":"hi"})");
    EXPECT_EQ(refused.status, 401U);
    EXPECT_TRUE(bus_.posts.empty());
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", others, R"({"text":"hi"})").status, 200U);
}

TEST_F(PushTest, WithoutAnIdEachIsAnother) {
    const std::string mine = key({Scope::group});
    const Response first = call("POST", "/api/v1/push/groups/9", mine, R"({"text":"hi"})");
    const Response second = call("POST", "/api/v1/push/groups/9", mine, R"({"text":"hi"})");
    EXPECT_THAT(text(first), HasSubstr("\"seq\":1"));
    EXPECT_THAT(text(second), HasSubstr("\"seq\":2"));
}

TEST_F(PushTest, SendsToAUserFromTheKeysOwn) {
    const std::string mine = key({Scope::user}, {77});
    EXPECT_EQ(call("POST", "/api/v1/push/users/5", mine, R"({"text":"hi"})").status, 200U);
    ASSERT_EQ(bus_.posts.size(), 2U);
    EXPECT_EQ(bus_.posts[0].frame.open_direct().uid(), 5U);
    EXPECT_EQ(bus_.posts[1].gid, direct_gid({5}, {77}));
    EXPECT_EQ(call("POST", "/api/v1/push/users/5", key({Scope::user}), R"({"text":"hi"})").status,
              400U);
}

TEST_F(PushTest, SendsToEverybodyOnce) {
    EXPECT_EQ(
        call("POST", "/api/v1/push/everybody", key({Scope::everybody}), R"({"text":"hi"})").status,
        200U);
    ASSERT_EQ(bus_.posts.size(), 1U);
    EXPECT_EQ(bus_.posts[0].gid, kBroadcastGroup);
}

TEST_F(PushTest, AKeyDoesWhatItsScopesSay) {
    const std::string group = key({Scope::group});
    EXPECT_EQ(call("POST", "/api/v1/push/everybody", group, R"({"text":"x"})").status, 403U);
    EXPECT_EQ(call("POST", "/api/v1/push/users/5", group, R"({"text":"x"})").status, 403U);
    EXPECT_EQ(call("GET", "/api/v1/feed", group).status, 403U);
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", group, R"({"text":"x","as":5})").status, 403U);
    const std::string as = key({Scope::group, Scope::as});
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", as, R"({"text":"x","as":5})").status, 200U);
    EXPECT_EQ(bus_.posts.back().uid, UserId{5});
}

TEST_F(PushTest, RefusesWhatIsNoKey) {
    std::string mine = key({Scope::group});
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", "", "{}").status, 401U);
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", "stk_1", "{}").status, 401U);
    std::string wrong = mine;
    wrong.back() = wrong.back() == 'A' ? 'E' : 'A';
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", wrong, R"({"text":"x"})").status, 401U);
    bus_.settings.clear();
    EXPECT_EQ(call("POST", "/api/v1/push/groups/9", mine, R"({"text":"x"})").status, 401U);
    EXPECT_TRUE(bus_.posts.empty());
}

TEST_F(PushTest, NamesTheFieldThatIsWrong) {
    const std::string mine = key({Scope::group});
    const auto field = [&](const std::string& body) {
        return text(call("POST", "/api/v1/push/groups/9", mine, body));
    };
    EXPECT_THAT(field(R"({"text":7})"), HasSubstr("\"field\":\"text\""));
    EXPECT_THAT(field(R"({"text":""})"), HasSubstr("EMPTY_BODY"));
    EXPECT_THAT(field(R"({"text":"a","id":"x"})"), HasSubstr("\"field\":\"id\""));
    EXPECT_THAT(field("{"), HasSubstr("MALFORMED"));
    EXPECT_THAT(field("{\"text\":\"" + std::string(9'000, 'a') + "\"}"),
                HasSubstr("TEXT_TOO_LONG"));
    EXPECT_EQ(call("GET", "/api/v1/push/groups/9", mine).status, 405U);
}

TEST_F(PushTest, ReadsTheFeedFromAPlace) {
    pb::Entry entry;
    entry.set_seq(3);
    entry.set_sender(4);
    entry.set_kind(pb::ENTRY_KIND_POST);
    entry.set_cmid(std::string{cmid_from_text("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")->view()});
    pb::Body body;
    body.set_text("a \"b\"");
    entry.set_body(body.SerializeAsString());
    bus_.feed_answer = {.rows = {{.number = 8,
                                  .gid = {9},
                                  .entries = {log_entry(entry, {})},
                                  .members = {{{5}, MemberEvent::Kind::kicked, {4}},
                                              {{6}, MemberEvent::Kind::joined, {6}}}}},
                        .head = 12,
                        .floor = 5};
    const std::string mine = key({Scope::feed});
    const Response page = call("GET", "/api/v1/feed", mine, "", "after=7&count=10");
    EXPECT_EQ(bus_.asked_after, 7U);
    EXPECT_THAT(text(page),
                HasSubstr(R"("number":8,"gid":9,"entries":[{"gid":9,"seq":3,"sender":4)"));
    EXPECT_THAT(text(page), HasSubstr(R"("members":[{"uid":5,"event":"kicked","by":4},)"
                                      R"({"uid":6,"event":"joined","by":6}]})"));
    EXPECT_THAT(text(page), HasSubstr(R"("text":"a \"b\"")"));
    EXPECT_THAT(text(page), HasSubstr(R"("next":8,"head":12)"));
    EXPECT_THAT(text(call("GET", "/api/v1/feed", mine, "", "after=x")),
                HasSubstr("\"field\":\"after\""));
    // Too far back: the logs themselves must be read instead.
    EXPECT_EQ(call("GET", "/api/v1/feed", mine, "", "after=4").status, 410U);
}

TEST_F(PushTest, ToldAPlaceOfALostHistoryIsGoneAndWhereTheHistoriesPart) {
    const std::string mine = key({Scope::feed});
    bus_.feed_error = Error{.code = Code::epoch_changed, .where = "after", .limit = 6};
    const Response lost = call("GET", "/api/v1/feed", mine, "", "after=16");
    EXPECT_EQ(lost.status, 410U);
    EXPECT_THAT(text(lost), HasSubstr("EPOCH_CHANGED"));
    EXPECT_THAT(text(lost), HasSubstr("\"limit\":6"));

    bus_.feed_error.reset();
    const std::uint64_t after_restore = next_feed_number({5}, 6);
    bus_.feed_answer = {.rows = {{.number = 6, .gid = {9}},
                                 {.number = after_restore, .gid = {9}},
                                 {.number = after_restore + 1, .gid = {9}}},
                        .head = after_restore + 1};
    const std::string page = text(call("GET", "/api/v1/feed", mine, "", "after=5"));
    EXPECT_THAT(page, HasSubstr("{\"number\":6,\"gid\""));
    EXPECT_THAT(page, HasSubstr("{\"number\":" + std::to_string(after_restore) + ",\"fork\":6,"));
    EXPECT_THAT(page, HasSubstr("{\"number\":" + std::to_string(after_restore + 1) + ",\"gid\""));
}

}  // namespace
}  // namespace stentor::api
