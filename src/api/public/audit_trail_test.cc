#include "api/public/audit_trail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bus/bus_test_kit.h"

namespace stentor::api {
namespace {

using net::http::Request;
using net::http::Response;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class AuditBus final : public bus::QuestionsBus {
public:
    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        for (auto& entry : std::get<bus::AskAddAudit>(question).entries) {
            rows.push_back(std::move(entry.text));
        }
        reply(bus::Reply{std::vector<bus::AuditEntry>{}});
    }

    std::vector<std::string> rows;
};

class AuditTrailTest : public testing::Test {
protected:
    void answered(const Request& request, unsigned status, std::string body) {
        trail_.watch(request,
                     [](const Response&) {})({.status = status, .body = share(std::move(body))});
    }
    static Request post(std::string path, std::string body, std::string bearer = "") {
        Request request{.method = "POST",
                        .path = std::move(path),
                        .body = std::move(body),
                        .peer = "192.0.2.7"};
        if (!bearer.empty()) {
            request.headers = {{.name = "authorization", .value = "Bearer " + bearer}};
        }
        return request;
    }

    AuditBus bus_;
    AuditTrail trail_{bus_};
};

TEST_F(AuditTrailTest, TheOperatorsActsNameActorAddressAndWhatWasAsked) {
    Request request = post("/admin/api/users/7/password", R"({"password":"hush","note":"lost"})");
    request.headers = {{.name = "x-stentor-actor", .value = "maria"}};
    bool replied = false;
    trail_.watch_operator(request, "/admin/api/users/{}/password", {}, [&](const Response&) {
        replied = true;
    })({.status = 200, .body = share(std::string{R"({"uid":7,"key":"stk_1_secret"})"})});
    EXPECT_TRUE(replied);
    ASSERT_EQ(bus_.rows.size(), 1U);
    EXPECT_THAT(
        bus_.rows[0],
        AllOf(HasSubstr(R"("actor":{"kind":"operator","name":"maria"})"),
              HasSubstr(R"("address":"192.0.2.7")"), HasSubstr(R"("action":"users.password")"),
              HasSubstr(R"("path":"/admin/api/users/7/password")"), HasSubstr(R"("note":"lost")"),
              HasSubstr(R"("after":{"uid":7})"), HasSubstr(R"("result":"done")"),
              Not(HasSubstr("hush")), Not(HasSubstr("secret"))));
}

TEST_F(AuditTrailTest, AnOperatorsOwnKeySaysWhoTheyAreWhateverTheySay) {
    Request request = post("/admin/api/storm", R"({"level":"auto"})");
    request.headers = {{.name = "x-stentor-actor", .value = "jonas"}};
    trail_.watch_operator(request, "/admin/api/storm", "maria", [](const Response&) {})(
        {.status = 200, .body = share(std::string{"{}"})});
    ASSERT_EQ(bus_.rows.size(), 1U);
    EXPECT_THAT(bus_.rows[0],
                HasSubstr(R"("actor":{"kind":"operator","name":"maria","own_key":true})"));
}

TEST_F(AuditTrailTest, SignInsGoodAndFailedAreTold) {
    const Request request = post("/api/v1/sign-in", R"({"name":"Ann","password":"hush"})");
    answered(request, 200, R"({"uid":7,"name":"Ann","token":"T"})");
    answered(request, 401, R"({"code":"BAD_CREDENTIALS"})");
    ASSERT_EQ(bus_.rows.size(), 2U);
    EXPECT_THAT(bus_.rows[0], AllOf(HasSubstr(R"("actor":{"kind":"user","uid":7})"),
                                    HasSubstr(R"("action":"account.sign_in")"),
                                    HasSubstr(R"("result":"done")"), Not(HasSubstr("hush"))));
    EXPECT_THAT(bus_.rows[1],
                AllOf(HasSubstr(R"("name":"Ann")"), HasSubstr(R"("result":"BAD_CREDENTIALS")")));
}

TEST_F(AuditTrailTest, FailedSignInsAreBoundedAndTooFastOnesAreNone) {
    const Request request = post("/api/v1/sign-in", R"({"name":"Ann"})");
    answered(request, 429, R"({"code":"RATE_LIMITED"})");
    EXPECT_TRUE(bus_.rows.empty());
    for (std::uint32_t i = 0; i < AuditTrail::kRefusedPerMinute + 100; ++i) {
        answered(request, 401, "{}");
    }
    EXPECT_LE(bus_.rows.size(), 2 * AuditTrail::kRefusedPerMinute);  // A minute may end meanwhile.
    EXPECT_GE(bus_.rows.size(), AuditTrail::kRefusedPerMinute);
}

TEST_F(AuditTrailTest, OfKeysWhatReachesEverybodyOrSpeaksForOthersOrWasRefused) {
    const std::string key = "stk_0123456789abcdef_secret";
    answered(post("/api/v1/push/groups/1", R"({"text":"private"})", key), 200, "{}");
    EXPECT_TRUE(bus_.rows.empty());
    answered(post("/api/v1/push/groups/1", R"({"text":"private","as":7})", key), 200, "{}");
    answered(post("/api/v1/push/everybody", R"({"text":"private"})", key), 200, "{}");
    answered(post("/api/v1/push/groups/1", R"({"text":"private"})", key), 403,
             R"({"code":"NOT_PERMITTED"})");
    ASSERT_EQ(bus_.rows.size(), 3U);
    for (const std::string& row : bus_.rows) {
        EXPECT_THAT(row, AllOf(HasSubstr(R"("id":"0123456789abcdef")"), Not(HasSubstr("secret")),
                               Not(HasSubstr("private"))));
    }
    EXPECT_THAT(bus_.rows[2], HasSubstr("NOT_PERMITTED"));
}

TEST_F(AuditTrailTest, WhatOnlyReadsIsNoRow) {
    answered({.method = "GET", .path = "/api/v1/me"}, 200, "{}");
    EXPECT_TRUE(bus_.rows.empty());
}

}  // namespace
}  // namespace stentor::api
