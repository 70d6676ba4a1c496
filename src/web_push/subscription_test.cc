#include "web_push/subscription.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/limits.h"
#include "base/push_limits.h"
#include "web_push/payload.h"

namespace stentor::web_push {
namespace {

using namespace std::chrono_literals;

const std::string& a_key() {
    static const std::string key = base64url(point_of(make_key_pair()));
    return key;
}
const std::string kAuth = base64url(std::string(kAuthBytes, 'a'));

std::string body(const std::string& more = "", const std::string& key = a_key(),
                 const std::string& auth = kAuth) {
    return R"({"endpoint":"https://push.example.net/p/1","p256dh":")" + key + R"(","auth":")" +
           auth + '"' + more + '}';
}

Error refused(const std::string& text) {
    const auto subscription = subscription_in(text, {});
    return subscription ? Error{} : subscription.error();
}

TEST(Subscription, IsReadAndKeptWhole) {
    auto read = subscription_in(
        body(
            R"(,"words":false,"language":"zh","levels":[{"gid":9,"level":"all"},{"gid":8,"level":"none","until_ms":7}])"),
        {});
    ASSERT_TRUE(read);
    read->uid = {3};
    read->minted = from_ms(1'000);
    read->expires = from_ms(2'000);
    EXPECT_FALSE(read->words);
    EXPECT_EQ(read->origin, "https://push.example.net");
    EXPECT_EQ(read->id.size(), 32U);
    EXPECT_EQ(row_name(*read), "web-push/of/3/" + read->id);

    const auto kept = subscription_of_row(row_name(*read), row_of(*read));
    ASSERT_TRUE(kept);
    EXPECT_EQ(row_of(*kept), row_of(*read));
    EXPECT_EQ(kept->uid, read->uid);
    EXPECT_EQ(kept->id, read->id);
    EXPECT_EQ(kept->levels, read->levels);
    EXPECT_EQ(kept->receiver.public_key, read->receiver.public_key);
    EXPECT_FALSE(subscription_of_row("web-push/of/3", row_of(*read)));
    EXPECT_FALSE(subscription_of_row(row_name(*read), "{}"));
}

TEST(Subscription, NamesTheFieldThatIsWrong) {
    EXPECT_EQ(refused("no").code, Code::malformed);
    EXPECT_EQ(refused("{}").where, "endpoint");
    EXPECT_EQ(refused(body("", "AAAA")).where, "p256dh");
    EXPECT_EQ(refused(body("", "AAAA")).limit, kPublicKeyBytes);
    EXPECT_EQ(refused(body("", base64url(std::string(kPublicKeyBytes, 'x')))).where, "p256dh");
    EXPECT_EQ(refused(body("", a_key(), "AAAA")).where, "auth");
    EXPECT_EQ(refused(body("", a_key(), "AAAA")).limit, kAuthBytes);
    EXPECT_EQ(refused(body(R"(,"words":1)")).where, "words");
    EXPECT_EQ(refused(body(R"(,"language":"xxxxxxxxxxxxxxxxx")")).limit,
              limits::kPushLanguageBytes);
    EXPECT_EQ(refused(body(R"(,"levels":{})")).where, "levels");
    EXPECT_EQ(refused(body(R"(,"levels":[{"gid":0,"level":"all"}])")).where, "levels.gid");
    EXPECT_EQ(refused(body(R"(,"levels":[{"gid":9,"level":"some"}])")).where, "levels.level");
    std::string many = R"(,"levels":[)";
    for (std::size_t i = 0; i <= limits::kPushLevels; ++i) {
        many += (i == 0 ? "" : ",") + std::string{R"({"gid":)"} + std::to_string(i + 1) +
                R"(,"level":"all"})";
    }
    EXPECT_EQ(refused(body(many + ']')).limit, limits::kPushLevels);
}

TEST(Subscription, TheFullestIsARowOfTheRecord) {
    std::string endpoint = "https://push.example.net/";
    endpoint.resize(limits::kPushEndpointBytes, 'x');
    Subscription full{.endpoint = endpoint, .origin = endpoint, .levels = {}};
    for (std::size_t i = 0; i < limits::kPushLevels; ++i) {
        full.levels[{limits::kIdMax - i}] = {.level = Level::calls,
                                             .until = from_ms(limits::kIdMax)};
    }
    EXPECT_LT(row_of(full).size(), limits::kSettingBytes);
}

TEST(Subscription, ALevelHoldsForItsTime) {
    Subscription subscription;
    subscription.levels[{9}] = {.level = Level::none, .until = from_ms(5)};
    subscription.levels[{8}] = {.level = Level::calls, .until = {}};
    EXPECT_EQ(subscription.level_of({9}, Level::all, from_ms(4)), Level::none);
    EXPECT_EQ(subscription.level_of({9}, Level::all, from_ms(5)), Level::all);
    EXPECT_EQ(subscription.level_of({8}, Level::all, from_ms(5)), Level::calls);
    EXPECT_EQ(subscription.level_of({7}, Level::calls, from_ms(5)), Level::calls);
}

TEST(Payload, LeavesTheWordsOutWhereTheyAreNotWantedAndFitsAPush) {
    Subscription subscription{.receiver = {.public_key = {}, .auth = std::string(16, 'a')}};
    Told told{.uid = {1},
              .gid = {9},
              .seq = {5},
              .count = 2,
              .called = true,
              .group = "Club",
              .sender = "Ann",
              .body = {}};
    told.body.set_text("secret");
    EXPECT_NE(payload_of(told, subscription).find("secret"), std::string::npos);
    subscription.words = false;
    const std::string silent = payload_of(told, subscription);
    EXPECT_EQ(silent.find("secret"), std::string::npos);
    EXPECT_NE(silent.find(R"("seq":5)"), std::string::npos);

    subscription.words = true;
    told.body.set_text(std::string(limits::kTextBytes, '\x01'));  // Written as \u0001 each.
    told.group = told.sender = std::string(limits::kNameBytes, 'n');
    EXPECT_LE(payload_of(told, subscription).size(), kPlaintextBytes);
}

TEST(Payload, ATopicIsOneGroupsAndTellsNothing) {
    const Subscription mine{.receiver = {.public_key = {}, .auth = std::string(16, 'a')}};
    const Subscription other{.receiver = {.public_key = {}, .auth = std::string(16, 'b')}};
    EXPECT_EQ(topic_of(mine, {9}).size(), 32U);
    EXPECT_EQ(topic_of(mine, {9}), topic_of(mine, {9}));
    EXPECT_NE(topic_of(mine, {9}), topic_of(mine, {8}));
    EXPECT_NE(topic_of(mine, {9}), topic_of(other, {9}));
}

}  // namespace
}  // namespace stentor::web_push
