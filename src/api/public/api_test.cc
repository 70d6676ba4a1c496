#include "api/public/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <map>
#include <mutex>

#include "api/http/json.h"
#include "api/http/settings_test_kit.h"
#include "api/public/accounts.h"
#include "api/public/registration.h"
#include "bus/bus_test_kit.h"

namespace stentor::api {
namespace {

using net::http::Request;
using net::http::Response;
using testing::HasSubstr;

// Owners that keep accounts in a map, one for each partition, and answer on the asker's thread.
class AccountBus final : public bus::QuestionsBus {
public:
    void ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) override {
        if (std::holds_alternative<bus::AskAddAudit>(question)) {
            return reply(bus::Reply{std::vector<bus::AuditEntry>{}});
        }
        const std::unique_lock lock{mutex_};  // An answer may lead to the next question.
        if (auto kept = settings.answer(question)) return reply(*std::move(kept));
        if (trouble != Code::ok) return reply(std::unexpected(Error{.code = trouble}));
        auto& accounts = partitions_[partition];
        if (const auto* add = std::get_if<bus::AskAddUser>(&question)) {
            const bus::Account account{
                .uid = {++last_uid_}, .name = add->name, .password_hash = add->password_hash};
            const bool added = accounts.emplace(add->name_key, account).second;
            if (!added) {
                return reply(std::unexpected(Error{.code = Code::name_taken, .where = "name"}));
            }
            names_[account.uid] = add->name;
            return reply(bus::Reply{account});
        }
        if (const auto* by_name = std::get_if<bus::AskUserByName>(&question)) {
            const auto found = accounts.find(by_name->name_key);
            if (found != accounts.end()) {
                bus::Account account = found->second;
                account.disabled = disabled;
                return reply(bus::Reply{std::move(account)});
            }
            return reply(std::unexpected(Error{.code = Code::not_found, .where = "name"}));
        }
        if (const auto* change = std::get_if<bus::AskChangeUser>(&question)) {
            return reply(changed(*change));
        }
        if (const auto* ask = std::get_if<bus::AskWritten>(&question)) {
            asked_written = *ask;
            return reply(bus::Reply{written});
        }
        pb::Users users;
        for (const UserId uid : std::get<bus::AskUsers>(question).uids) {
            if (!names_.contains(uid) || partition != partition_of(uid)) continue;
            pb::User& user = *users.add_users();
            user.set_uid(uid.value);
            user.set_name(names_[uid]);
        }
        reply(bus::Reply{users});
    }

    KeptSettings settings;
    Code trouble = Code::ok;
    bool disabled = false;
    bus::WrittenAnswer written;
    bus::AskWritten asked_written;

    std::vector<bus::AskChangeUser> changes;

private:
    Result<bus::Reply> changed(const bus::AskChangeUser& change) {
        changes.push_back(change);
        for (auto& [partition, accounts] : partitions_) {
            for (auto& [name, account] : accounts) {
                if (account.uid != change.uid) continue;
                if (change.password_hash) account.password_hash = *change.password_hash;
                if (change.tokens_since) account.sign_ins.clear();
                if (change.signed_in) account.sign_ins.push_back(*change.signed_in);
                return bus::Reply{account};
            }
        }
        return std::unexpected(Error{.code = Code::not_found, .where = "uid"});
    }

    std::recursive_mutex mutex_;
    std::map<PartitionId, std::map<std::string, bus::Account>> partitions_;
    std::map<UserId, std::string> names_;
    std::uint64_t last_uid_ = std::uint64_t{1} << 32U;
};

// As slow as nothing, and counts.
class PlainHasher final : public auth::PasswordHasher {
public:
    Result<std::string> hash(std::string_view password) override {
        return "hash " + std::string{password};
    }
    bool matches(std::string_view encoded, std::string_view password) override {
        ++checks;
        return encoded == "hash " + std::string{password};
    }
    [[nodiscard]] std::string_view decoy() const override { return "decoy"; }
    std::atomic<int> checks = 0;
};

class FixedStatus final : public Status {
public:
    std::vector<std::string> unready_reasons() override { return reasons; }
    std::vector<std::pair<std::string, std::uint64_t>> counters() override {
        return {{"connections", 7}, {"uptime_ms", 12}};
    }
    std::vector<std::string> warnings() override { return worries; }
    std::vector<std::string> reasons;
    std::vector<std::string> worries;
};

class ApiTest : public testing::Test {
protected:
    ApiTest() { gate_.become_known(); }

    Response call(Request request) {
        std::promise<Response> answered;
        api_.on_http(std::move(request),
                     [&](Response response) { answered.set_value(std::move(response)); });
        return answered.get_future().get();
    }
    Response get(std::string path) { return call({.method = "GET", .path = std::move(path)}); }
    Response post(std::string path, std::string body, std::string peer = "10.0.0.1") {
        return call({.method = "POST",
                     .path = std::move(path),
                     .headers = {{.name = "content-type", .value = "Application/JSON"}},
                     .body = std::move(body),
                     .peer = std::move(peer)});
    }
    Response with_token(std::string method, std::string path, const std::string& token,
                        std::string body = "") {
        return call({.method = std::move(method),
                     .path = std::move(path),
                     .headers = {{.name = "content-type", .value = "application/json"},
                                 {.name = "authorization", .value = "Bearer " + token}},
                     .body = std::move(body),
                     .peer = "10.0.0.7"});
    }
    Response sign_up(std::string_view name, std::string_view password) {
        return post("/api/v1/sign-up", body_of(name, password));
    }
    Response sign_in(std::string_view name, std::string_view password) {
        return post("/api/v1/sign-in", body_of(name, password));
    }
    static std::string body_of(std::string_view name, std::string_view password) {
        return JsonObject{}.add("name", name).add("password", password).text();
    }
    static std::string text(const Response& response) {
        return response.body ? *response.body : "";
    }
    static std::string header(const Response& response, std::string_view name) {
        for (const auto& each : response.headers) {
            if (each.name == name) return each.value;
        }
        return "";
    }
    static std::string token_in(const Response& response) {
        const std::string body = text(response);
        const std::size_t at = body.find("\"token\":\"") + 9;
        return body.substr(at, auth::kTokenTextBytes);
    }

    static constexpr auth::AddressRate kRate{.per_minute = 1, .burst = 6, .addresses_max = 10};

    AccountBus bus_;
    PlainHasher hasher_;
    FixedStatus status_;
    auth::TokenKey key_{.id = 3};
    auth::PasswordQueue passwords_{hasher_};
    account::SharedGate gate_{Millis{60'000}};
    std::vector<UserId> erased_;
    Api api_{{.keys = {key_},
              .token_lives = Millis{60'000},
              .accounts = kRate,
              .web_folder = "",
              .gate = &gate_,
              .erase =
                  [this](UserId uid, auto done) {
                      erased_.push_back(uid);
                      done({});
                  }},
             bus_,
             passwords_,
             status_};
};

TEST_F(ApiTest, SigningUpGivesATokenOfTheNewUser) {
    const Response response = sign_up("Ann", "long enough");
    EXPECT_EQ(response.status, 201U);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    EXPECT_THAT(text(response), HasSubstr("\"uid\":4294967297,\"name\":\"Ann\""));

    const auto claims = auth::verify(std::array{key_}, token_in(response), now());
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->uid, UserId{4294967297});
    EXPECT_FALSE(claims->bench);
    EXPECT_THAT(text(response),
                HasSubstr("\"expires_ms\":" + std::to_string(to_ms(claims->expires))));
    EXPECT_GT(claims->expires, now() + Millis{50'000});
}

TEST_F(ApiTest, WhileSignUpIsClosedNobodyMakesAnAccountAndOthersSignIn) {
    sign_up("Ann", "long enough");
    api_.set_sign_up(false);
    const Response refused = sign_up("Bob", "long enough");
    EXPECT_EQ(refused.status, 403U);
    EXPECT_THAT(text(refused), HasSubstr("\"field\":\"sign_up\""));
    EXPECT_EQ(sign_in("Ann", "long enough").status, 200U);
    api_.set_sign_up(true);
    EXPECT_EQ(sign_up("Bob", "long enough").status, 201U);
}

TEST_F(ApiTest, WhileSignUpIsClosedATokenMakesAsManyAccountsAsItMay) {
    const auto sign_up_with = [&](const std::string& token, std::string_view name,
                                  std::string_view password, const char* peer) {
        return post(
            "/api/v1/sign-up",
            JsonObject{}.add("name", name).add("password", password).add("token", token).text(),
            peer);
    };
    const std::array<std::uint8_t, kSecretTextBytes> random{};
    const auto made = make_registration_token("May", 2, now() + Millis{60'000}, random, now());
    bus_.settings.rows[token_setting(made.token.id)] = to_setting(made.token);
    const auto uses = [&] { return registration_tokens_in(bus_.settings.all()).at(0).uses; };
    EXPECT_EQ(sign_up_with(made.text, "Ann", "long enough", "10.0.0.1").status, 201U);
    EXPECT_EQ(uses(), 0U) << "sign-up is open";

    api_.set_sign_up(false);
    EXPECT_EQ(sign_up_with(made.text, "Bob", "short", "10.0.0.2").status, 400U);
    EXPECT_EQ(sign_up_with(made.text, "Ann", "long enough", "10.0.0.3").status, 409U);
    EXPECT_EQ(uses(), 0U) << "no account was made";
    EXPECT_EQ(sign_up_with(made.text, "Bob", "long enough", "10.0.0.4").status, 201U);
    EXPECT_EQ(sign_up_with(made.text, "Cho", "long enough", "10.0.0.5").status, 201U);
    const Response over = sign_up_with(made.text, "Dan", "long enough", "10.0.0.6");
    EXPECT_EQ(over.status, 400U);
    EXPECT_THAT(text(over), HasSubstr("\"field\":\"token\""));
    EXPECT_EQ(sign_up("Eve", "long enough").status, 403U);
}

TEST_F(ApiTest, SigningInFindsTheNameInAnyCase) {
    ASSERT_EQ(sign_up("Ann", "long enough").status, 201U);
    const Response response = sign_in("ANN", "long enough");
    EXPECT_EQ(response.status, 200U);
    EXPECT_THAT(text(response), HasSubstr("\"name\":\"Ann\""));
}

TEST_F(ApiTest, WhoHasANameThatNobodyMayTakeAnyMoreSignsIn) {
    bus_.ask(
        partition_of_name("admin"),
        bus::AskAddUser{.name = "Admin", .name_key = "admin", .password_hash = "hash long enough"},
        [](const Result<bus::Reply>&) {});
    EXPECT_EQ(sign_up("Admin", "long enough").status, 400U);
    EXPECT_EQ(sign_in("Admin", "long enough").status, 200U);
}

TEST_F(ApiTest, ATakenNameIsSaid) {
    ASSERT_EQ(sign_up("Ann", "long enough").status, 201U);
    const Response response = sign_up("ann", "another one");
    EXPECT_EQ(response.status, 409U);
    EXPECT_EQ(text(response),
              "{\"code\":\"NAME_TAKEN\",\"number\":303,\"field\":\"name\",\"limit\":0,"
              "\"retry_after_ms\":0}\n");
}

TEST_F(ApiTest, UnknownNameAndWrongPasswordAreAnsweredAlikeAndBothHash) {
    ASSERT_EQ(sign_up("Ann", "long enough").status, 201U);
    const Response wrong = sign_in("Ann", "not this one");
    const Response unknown = sign_in("Bob", "not this one");
    const Response impossible = sign_in("\n", "not this one");
    EXPECT_EQ(hasher_.checks, 3);
    for (const Response& each : {wrong, unknown, impossible}) {
        EXPECT_EQ(each.status, 401U);
        EXPECT_EQ(text(each), text(wrong));
    }
    EXPECT_THAT(text(wrong), HasSubstr("BAD_CREDENTIALS"));
}

TEST_F(ApiTest, TheRightPasswordOfADisabledAccountIsAnsweredLikeAWrongOne) {
    ASSERT_EQ(sign_up("Ann", "long enough").status, 201U);
    bus_.disabled = true;
    const Response right = sign_in("Ann", "long enough");
    EXPECT_EQ(right.status, 401U);
    EXPECT_EQ(text(right), text(sign_in("Ann", "not this one")));
}

TEST_F(ApiTest, WhatIsRefusedAtSigningUpSaysWhy) {
    EXPECT_THAT(text(sign_up("Ann", "short")), HasSubstr("PASSWORD_TOO_WEAK"));
    EXPECT_THAT(text(sign_up("Ann", std::string(129, 'x'))), HasSubstr("\"limit\":128"));
    EXPECT_THAT(text(sign_up(" Ann", "long enough")), HasSubstr("BAD_NAME"));
    const Response malformed = post("/api/v1/sign-up", "{\"name\":");
    EXPECT_EQ(malformed.status, 400U);
    EXPECT_THAT(text(malformed), HasSubstr("MALFORMED"));
    EXPECT_THAT(text(post("/api/v1/sign-up", "{\"name\":1,\"password\":\"x\"}")),
                HasSubstr("\"field\":\"name\""));
}

TEST_F(ApiTest, AFormOfAnotherSiteIsNotTaken) {
    const Response response = call({.method = "POST",
                                    .path = "/api/v1/sign-up",
                                    .headers = {{.name = "content-type", .value = "text/plain"}},
                                    .body = body_of("Ann", "long enough")});
    EXPECT_EQ(response.status, 400U);
    EXPECT_THAT(text(response), HasSubstr("content-type"));
}

TEST_F(ApiTest, OneAddressIsSlowedDownOthersAreNot) {
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(sign_in("Bob" + std::to_string(i), "not this one").status, 401U);
    }
    const Response response = sign_in("Bob", "not this one");
    EXPECT_EQ(response.status, 429U);
    EXPECT_THAT(header(response, "Retry-After"), testing::AnyOf("60", "59"));
    EXPECT_EQ(hasher_.checks, 6) << "a refused one was hashed";
    EXPECT_EQ(post("/api/v1/sign-in", body_of("Bob", "x"), "10.0.0.2").status, 401U);
}

TEST_F(ApiTest, TroubleOfTheOwnerIsPassedOn) {
    bus_.trouble = Code::timeout;
    EXPECT_EQ(sign_up("Ann", "long enough").status, 503U);
    EXPECT_EQ(sign_in("Ann", "long enough").status, 503U);
    EXPECT_NE(header(sign_in("Ann", "long enough"), "Retry-After"), "") << "whatever the trouble";
}

TEST_F(ApiTest, MeIsWhoTheTokenNames) {
    const std::string token = token_in(sign_up("Ann", "long enough"));
    const auto me = [&](std::string authorization) {
        return call({.method = "GET",
                     .path = "/api/v1/me",
                     .headers = {{.name = "authorization", .value = std::move(authorization)}}});
    };
    EXPECT_THAT(text(me("Bearer " + token)), HasSubstr("\"name\":\"Ann\""));
    EXPECT_EQ(me("bearer  " + token).status, 200U);
    EXPECT_EQ(me("BEARER " + token).status, 200U);
    EXPECT_EQ(me("Bearer" + token).status, 401U);
    EXPECT_EQ(me("Bearer " + token + "x").status, 401U);
    EXPECT_EQ(me("").status, 401U);
    const std::string old = auth::mint(key_, {.uid = {1}, .expires = from_ms(1)});
    EXPECT_THAT(text(me("Bearer " + old)), HasSubstr("TOKEN_EXPIRED"));
}

TEST_F(ApiTest, AVoidTokenIsNobodys) {
    const std::string token = token_in(sign_up("Ann", "long enough"));
    const auto me = [&] { return with_token("GET", "/api/v1/me", token).status; };
    EXPECT_EQ(me(), 200U);
    const std::vector<bus::AccountState> closed{{.uid = {4294967297}, .closed = true}};
    gate_.apply(closed, now());
    EXPECT_EQ(me(), 401U);
    EXPECT_EQ(with_token("GET", "/api/v1/sessions", token).status, 401U);
    EXPECT_EQ(with_token("POST", "/api/v1/sign-out", token, "{}").status, 401U);
}

TEST_F(ApiTest, SigningOutEndsOneTokenOrAll) {
    const std::string token = token_in(sign_up("Ann", "long enough"));
    const Time minted = auth::verify(std::array{key_}, token, now())->minted;
    EXPECT_EQ(with_token("POST", "/api/v1/sign-out", token, "{}").status, 200U);
    EXPECT_EQ(bus_.changes.back().ended_token, minted);
    EXPECT_EQ(with_token("POST", "/api/v1/sign-out", token, R"({"everywhere":true})").status, 200U);
    EXPECT_TRUE(bus_.changes.back().tokens_since);
}

TEST_F(ApiTest, ANewPasswordWantsTheOldOneAndEndsOtherTokens) {
    const std::string token = token_in(sign_up("Ann", "long enough"));
    const auto set = [&](const char* body) {
        return with_token("POST", "/api/v1/password", token, body);
    };
    const Response wrong = set(R"({"old":"not this one","new":"another one"})");
    EXPECT_EQ(wrong.status, 401U);
    EXPECT_THAT(text(wrong), HasSubstr("\"field\":\"old\""));
    const Response weak = set(R"({"old":"long enough","new":"Password1"})");
    EXPECT_EQ(weak.status, 400U);
    EXPECT_THAT(text(weak), HasSubstr("\"rule\":\"common\""));
    const Response done = set(R"({"old":"long enough","new":"another one"})");
    EXPECT_EQ(done.status, 200U);
    EXPECT_TRUE(bus_.changes.back().tokens_since);
    EXPECT_TRUE(auth::verify(std::array{key_}, token_in(done), now()));
    EXPECT_EQ(sign_in("Ann", "another one").status, 200U);
}

TEST_F(ApiTest, SessionsAreListedAndEnded) {
    const std::string token = token_in(sign_up("Ann", "long enough"));
    const Time minted = auth::verify(std::array{key_}, token, now())->minted;
    const std::string id = std::to_string(to_ms(minted));
    const std::string list = text(with_token("GET", "/api/v1/sessions", token));
    EXPECT_THAT(list, HasSubstr("\"id\":" + id));
    EXPECT_THAT(list, HasSubstr("\"address\":\"10.0.0.1\",\"current\":true"));
    EXPECT_EQ(with_token("POST", "/api/v1/sessions/end", token, R"({"id":5})").status, 404U);
    EXPECT_EQ(with_token("POST", "/api/v1/sessions/end", token, "{\"id\":" + id + "}").status,
              200U);
    EXPECT_EQ(bus_.changes.back().ended_token, minted);
}

TEST_F(ApiTest, WhatIsOnesOwnComesInPages) {
    const std::string token = token_in(sign_up("Ann", "long enough"));
    pb::Entry entry;
    entry.set_seq(7);
    pb::Body body;
    body.set_text("hello");
    entry.set_body(body.SerializeAsString());
    bus_.written.words.push_back({.gid = {9}, .entry = log_entry(entry, {})});
    bus_.written.groups.push_back(
        {.gid = {9}, .name = "Tea", .role = pb::ROLE_OWNER, .joined = {}});
    bus_.written.next = bus::EntryPlace{.gid = {9}, .seq = {8}};
    Request request{.method = "GET", .path = "/api/v1/own", .query = "gid=5&seq=6"};
    request.headers = {{.name = "authorization", .value = "Bearer " + token}};
    const std::string own = text(call(std::move(request)));
    EXPECT_THAT(own, HasSubstr(R"("name":"Ann")"));
    EXPECT_THAT(own, HasSubstr(R"({"gid":9,"name":"Tea","role":"owner","joined_ms":0})"));
    EXPECT_THAT(own, HasSubstr(R"("text":"hello")"));
    EXPECT_THAT(own, HasSubstr(R"("next":{"gid":9,"seq":8})"));
    EXPECT_TRUE(bus_.asked_written.with_words);
    EXPECT_EQ(bus_.asked_written.from.gid, GroupId{5});
    EXPECT_EQ(bus_.asked_written.from.seq, Seq{6});
    EXPECT_EQ(get("/api/v1/own").status, 401U);
}

TEST_F(ApiTest, AnAccountIsEndedByItsPasswordAlone) {
    const std::string token = token_in(sign_up("Ann", "long enough"));
    const auto erase = [&](const char* body) {
        return with_token("POST", "/api/v1/erase", token, body).status;
    };
    EXPECT_EQ(post("/api/v1/erase", R"({"password":"long enough"})").status, 401U);
    EXPECT_EQ(erase(R"({"password":"not this one"})"), 401U);
    EXPECT_EQ(erase("{}"), 401U);
    EXPECT_TRUE(erased_.empty());
    EXPECT_EQ(erase(R"({"password":"long enough"})"), 200U);
    EXPECT_EQ(erased_.size(), 1U);
}

TEST_F(ApiTest, AnAccountWaitsAfterWrongPasswords) {
    ASSERT_EQ(sign_up("Ann", "long enough").status, 201U);
    const auto from = [&](int i, const char* password) {
        return post("/api/v1/sign-in", body_of("Ann", password), "192.0.2." + std::to_string(i));
    };
    for (int i = 0; i < 5; ++i) EXPECT_EQ(from(i, "not this one").status, 401U);
    const Response waits = from(9, "long enough");
    EXPECT_EQ(waits.status, 429U);
    EXPECT_EQ(header(waits, "Retry-After"), "1");
    EXPECT_EQ(sign_in("Ann", "long enough").status, 200U) << "from where they signed in lately";
    EXPECT_EQ(passwords_.counts().failed, 5U);
}

TEST_F(ApiTest, RefusalsAreCountedByCodeWhoeverRefuses) {
    ASSERT_EQ(sign_up("Ann", "long enough").status, 201U);
    const auto counted = [this](Code code) { return api_.refusals().of(code); };
    EXPECT_EQ(counted(Code::bad_credentials), 0U);
    EXPECT_EQ(sign_in("Ann", "not this one").status, 401U);
    EXPECT_EQ(get("/api/v1/nothing").status, 404U);
    EXPECT_EQ(get("/api/v1/me").status, 401U);
    EXPECT_EQ(get("/healthz").status, 200U);
    EXPECT_EQ(counted(Code::bad_credentials), 1U);
    EXPECT_EQ(counted(Code::not_found), 1U);
    EXPECT_EQ(counted(Code::token_invalid), 1U);
    EXPECT_EQ(counted(Code::ok), 0U);
}

TEST_F(ApiTest, HealthReadinessAndCounters) {
    EXPECT_EQ(get("/healthz").status, 200U);
    EXPECT_EQ(text(get("/readyz")), "{\"ready\":true,\"reasons\":[]}\n");
    status_.reasons = {"draining", "the \"store\" failed"};
    EXPECT_EQ(get("/readyz").status, 503U);
    EXPECT_THAT(text(get("/readyz")), HasSubstr(R"(["draining","the \"store\" failed"])"));
    status_.reasons = {};
    status_.worries = {"going on without the follower"};
    EXPECT_EQ(text(get("/readyz")), "{\"ready\":true,\"reasons\":[]}\n");
    const Response inside = readiness_response(status_, true);
    EXPECT_EQ(inside.status, 200U);
    EXPECT_THAT(text(inside), HasSubstr("going on without the follower"));
    EXPECT_EQ(text(get("/api/v1/stats")), "{\"connections\":7,\"uptime_ms\":12}\n");
}

TEST_F(ApiTest, WrongMethodsAndUnknownPathsAreRefused) {
    const Response response = get("/api/v1/sign-up");
    EXPECT_EQ(response.status, 405U);
    EXPECT_EQ(header(response, "Allow"), "POST");
    EXPECT_EQ(header(post("/healthz", ""), "Allow"), "GET, HEAD");
    EXPECT_EQ(call({.method = "HEAD", .path = "/healthz"}).status, 200U);
    // A path that is here for nobody is not found, whatever is done to it.
    EXPECT_EQ(post("/api/v1/none", "{}").status, 404U);
    EXPECT_EQ(call({.method = "DELETE", .path = "/api/v2/me"}).status, 404U);
    for (const char* path : {"/api/v1/none", "/api/v1/sign-up/", "/", "*", "/%61pi/v1/stats"}) {
        EXPECT_EQ(get(path).status, 404U) << path;
    }
}

TEST(Accounts, NamesAreSpreadOverAllPartitions) {
    std::map<PartitionId, int> seen;
    for (int i = 0; i < 4'000; ++i) ++seen[partition_of_name("user" + std::to_string(i))];
    EXPECT_EQ(seen.size(), kPartitions);
    EXPECT_EQ(partition_of_name("abc"), (PartitionId{0xba7816bf8f01cfea % kPartitions}));
}

}  // namespace
}  // namespace stentor::api
