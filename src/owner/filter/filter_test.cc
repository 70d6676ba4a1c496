#include "owner/filter/filter.h"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "base/limits.h"
#include "http_client/service_test_kit.h"
#include "http_client/signature.h"
#include "wire/pb.h"

namespace stentor::filter {
namespace {

using namespace std::chrono_literals;
using http_client::http_answer;
using http_client::Service;

owner::FilteredPost saying(const std::string& text) {
    pb::Body body;
    body.set_text(text);
    body.add_mentions()->set_uid(13);
    if (text.empty()) {  // A message may be nothing but a file.
        pb::Attachment& file = *body.add_attachments();
        file.set_kind("image");
        file.set_media_type("image/png");
        file.set_size(100);
        file.set_address("https://files.example/a");
        file.set_name("a.png");
    }
    return {.gid = {7},
            .uid = {12},
            .what = {.kind = "message", .field = "body", .body = body.SerializeAsString()}};
}

owner::FilteredPost naming(std::vector<group::WrittenText> texts) {
    return {.gid = {7},
            .uid = {12},
            .what = {.kind = "group", .field = "settings", .texts = std::move(texts)}};
}

Result<group::Verdict> judged(Filter& filter, const owner::FilteredPost& post = saying("hello")) {
    std::promise<Result<group::Verdict>> said;
    auto future = said.get_future();
    filter.judge(post, [&](Result<group::Verdict> verdict) { said.set_value(std::move(verdict)); });
    return future.get();
}

TEST(Filter, AsksSignedAndTakesTheVerdict) {
    std::string head;
    std::string question;
    Service service{[&](const std::string& h, const std::string& b) {
        head = h;
        question = b;
        return http_answer(R"({"allow":false,"reason":"no links","rule":"links"})");
    }};
    Filter filter{{.url = service.url(), .secret = "key", .within = 2'000ms}};
    const auto verdict = judged(filter, saying("see \"x\""));
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->allow);
    EXPECT_EQ(verdict->reason, "no links");
    EXPECT_EQ(verdict->rule, "links");
    EXPECT_EQ(question,
              R"({"kind":"message","gid":7,"uid":12,"cmid":"00000000000000000000000000000000",)"
              R"("text":"see \"x\"","mentions":[13],"attachments":[]})");
    const std::size_t at = head.find("Stentor-Signature: t=");
    ASSERT_NE(at, std::string::npos);
    const std::uint64_t time = std::stoull(head.substr(at + 21));
    EXPECT_THAT(head, testing::HasSubstr(http_client::signature("key", from_ms(time), question)));
    EXPECT_EQ(filter.counters().refused, 1U);
}

// A service gone wrong must not fill anybody's screen.
TEST(Filter, AReasonOrARuleThatIsTooLongIsNotShown) {
    std::size_t bytes = limits::kFilterTextBytes;
    Service service{[&](const std::string& /*head*/, const std::string& /*body*/) {
        const std::string text(bytes, 'x');
        return http_answer(R"({"allow":false,"reason":")" + text + R"(","rule":")" + text + "\"}");
    }};
    Filter filter{{.url = service.url(), .secret = "key", .within = 2'000ms}};
    auto verdict = judged(filter);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->reason.size(), bytes);
    EXPECT_EQ(verdict->rule.size(), bytes);
    ++bytes;
    verdict = judged(filter);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->allow);
    EXPECT_EQ(verdict->reason, "");
    EXPECT_EQ(verdict->rule, "");
}

TEST(Filter, IsShownTheFilesOfAMessageWithoutWords) {
    std::string question;
    Service service{[&](const std::string& /*head*/, const std::string& body) {
        question = body;
        return http_answer(R"({"allow":true})");
    }};
    Filter filter{{.url = service.url(), .secret = "key", .within = 2'000ms}};
    ASSERT_TRUE(judged(filter, saying("")));
    EXPECT_THAT(
        question,
        testing::HasSubstr(R"("attachments":[{"kind":"image","media_type":"image/png","size":100,)"
                           R"("address":"https://files.example/a","name":"a.png"}])"));
}

TEST(Filter, IsShownWhatElseComesBeforePeopleWithItsFields) {
    std::string question;
    Service service{[&](const std::string& /*head*/, const std::string& body) {
        question = body;
        return http_answer(R"({"allow":true})");
    }};
    Filter filter{{.url = service.url(), .secret = "key", .within = 2'000ms}};
    ASSERT_TRUE(judged(filter, naming({{.field = "settings.name", .text = "tea"},
                                       {.field = "settings.topic", .text = "green"}})));
    EXPECT_EQ(question, R"({"kind":"group","gid":7,"uid":12,"text":"tea\ngreen",)"
                        R"("texts":[{"field":"settings.name","text":"tea"},)"
                        R"({"field":"settings.topic","text":"green"}]})");
}

struct Failing {
    const char* name;
    std::function<std::string()> answer;
    bool slow{};  // Beyond the deadline.
};

class AFailingService : public testing::TestWithParam<Failing> {};

TEST_P(AFailingService, LetsPassWhenOpenAndRefusesWithATimeWhenClosed) {
    Service service{[](const auto&, const auto&) { return GetParam().answer(); }};
    // Who answers wrongly is waited for on a busy machine, too.
    const Millis within = GetParam().slow ? 150ms : 5'000ms;
    Filter open{{.url = service.url(), .within = within, .on_failure = OnFailure::open}};
    const auto passed = judged(open);
    ASSERT_TRUE(passed);
    EXPECT_TRUE(passed->allow);
    EXPECT_EQ(open.counters().failed, 1U);
    EXPECT_EQ(open.counters().timed_out, GetParam().slow ? 1U : 0U);

    Filter closed{{.url = service.url(), .within = within, .on_failure = OnFailure::closed}};
    const auto refused = judged(closed);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::overloaded);
    EXPECT_EQ(refused.error().rule, "filter");
    EXPECT_EQ(refused.error().where, "body");
    EXPECT_GT(refused.error().retry_after_ms, 0U);
    const auto name = judged(closed, naming({{.field = "settings.name", .text = "tea"}}));
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().where, "settings");
}

INSTANTIATE_TEST_SUITE_P(
    All, AFailingService,
    testing::Values(Failing{"Slow",
                            [] {
                                std::this_thread::sleep_for(400ms);
                                return http_answer(R"({"allow":true})");
                            },
                            true},
                    Failing{"NoHttp", [] { return std::string{"hello\r\n\r\n"}; }},
                    Failing{"Error", [] { return http_answer(R"({"allow":false})", 500); }},
                    Failing{"NoJson", [] { return http_answer("allow"); }},
                    Failing{"NoVerdict", [] { return http_answer(R"({"allow":"no"})"); }},
                    Failing{"Deep", [] { return http_answer(std::string(60'000, '[')); }},
                    Failing{"Huge", [] { return http_answer(std::string(1U << 20U, ' ') + "{}"); }},
                    Failing{"Gone", [] { return std::string{}; }}),
    [](const auto& failing) { return std::string{failing.param.name}; });

}  // namespace
}  // namespace stentor::filter
