// Files by HTTP: from the first part to the reader, and who is kept from them.

#include "api/public/uploads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <future>
#include <map>

#include "api/public/media_files.h"
#include "base/media_limits.h"
#include "base/temporary_folder_test_kit.h"
#include "bus/bus_test_kit.h"
#include "media/media_test_kit.h"
#include "store/memory/memory_store.h"

namespace stentor::api {
namespace {

namespace json = boost::json;
using net::http::Request;
using net::http::Response;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr UserId kAnn{11};
constexpr UserId kBob{12};
constexpr UserId kEve{13};
constexpr GroupId kTeam{7};
const std::string kPicture = "\x89PNG\r\n\x1a\n" + std::string(100'000, 'p');

// Answers who is a member, as the groups' owners do.
class MembersBus final : public bus::QuestionsBus {
public:
    void ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) override {
        const auto& open = std::get<bus::AskOpen>(question);
        EXPECT_EQ(partition, partition_of(open.gid));
        const auto found = members.find(open.uid);
        if (open.gid != kTeam || found == members.end()) {
            return reply(std::unexpected(Error{.code = Code::not_found, .where = "gid"}));
        }
        bus::OpenAnswer answer{.member = found->second};
        if (open.with_view) {
            answer.view.emplace();
            answer.view->settings.set_kind(kind);
        }
        reply(bus::Reply{std::move(answer)});
    }

    std::map<UserId, bus::MemberView> members{{kAnn, {.role = pb::ROLE_MEMBER}},
                                              {kBob, {.role = pb::ROLE_MEMBER}}};
    pb::GroupKind kind = pb::GROUP_KIND_NORMAL;
};

struct Answer {
    unsigned status{};
    std::string body;
    std::map<std::string, std::string> headers;
    std::string type;

    [[nodiscard]] json::object object() const { return json::parse(body).as_object(); }
};

class UploadsApiTest : public testing::Test {
protected:
    UploadsApiTest() {
        gate_.become_known();
        media_ = std::make_unique<media::Media>(
            folder_.path(), store_,
            media::UploadLimits{
                .file_bytes = 1'000'000, .user_day_bytes = 5'000'000, .user_day_files = 50},
            media::FollowerPace{.look_every = Millis{5}, .sweep_every = std::chrono::hours{1}});
        tokens_ = std::make_shared<Tokens>(keys_, std::chrono::hours{24}, gate_, bus_);
        uploads_ = std::make_shared<Uploads>(tokens_, bus_, *media_);
        files_ = std::make_shared<MediaFiles>(tokens_, bus_, *media_);
    }

    static std::string bytes_of(net::http::BodySource& source) {
        std::string bytes;
        while (bytes.size() < source.size()) {
            std::promise<SharedBytes> piece;
            source.next([&](SharedBytes next) { piece.set_value(std::move(next)); });
            const SharedBytes next = piece.get_future().get();
            if (next == nullptr || next->empty()) return "torn";
            EXPECT_LE(next->size(), limits::kMediaPieceBytes);
            bytes += *next;
        }
        return bytes;
    }
    Answer call(Request request) {
        std::promise<Response> answered;
        Reply reply = [&](Response response) { answered.set_value(std::move(response)); };
        const bool taken = uploads_->on_http(request, reply) || files_->on_http(request, reply);
        EXPECT_TRUE(taken);
        const Response response = answered.get_future().get();
        Answer answer{.status = response.status, .type = response.content_type};
        if (response.body != nullptr) answer.body = *response.body;
        if (response.source != nullptr) answer.body = bytes_of(*response.source);
        for (const auto& header : response.headers) answer.headers[header.name] = header.value;
        return answer;
    }
    Request as(UserId uid, std::string method, std::string path, std::string body = "",
               std::string query = "") {
        const std::string token = auth::mint(
            keys_[0], {.uid = uid, .minted = minted_, .expires = minted_ + std::chrono::hours{1}});
        return {.method = std::move(method),
                .path = std::move(path),
                .query = std::move(query),
                .headers = {{.name = "authorization", .value = "Bearer " + token}},
                .body = std::move(body)};
    }
    Answer begin(UserId uid, std::uint64_t size, std::string_view name = "cat.png") {
        const json::object body{{"group", kTeam.value}, {"name", name}, {"size", size}};
        return call(as(uid, "POST", "/api/v1/uploads", json::serialize(body)));
    }
    // Whole, in parts. Returns its address.
    std::string send(UserId uid, const std::string& bytes, std::string_view name = "cat.png") {
        const Answer begun = begin(uid, bytes.size(), name);
        EXPECT_EQ(begun.status, 201U) << begun.body;
        const std::string one = "/api/v1/uploads/" + std::string{begun.object()["id"].as_string()};
        for (std::size_t at = 0; at < bytes.size(); at += 40'000) {
            EXPECT_EQ(call(as(uid, "POST", one + "/parts", bytes.substr(at, 40'000),
                              "offset=" + std::to_string(at)))
                          .status,
                      200U);
        }
        const json::object end{{"sha256", media::sha256_of(bytes)}};
        const Answer finished = call(as(uid, "POST", one + "/finish", json::serialize(end)));
        EXPECT_EQ(finished.status, 200U) << finished.body;
        return std::string{finished.object()["address"].as_string()};
    }
    // As if a message named it.
    void name(const std::string& address, Seq seq) {
        const std::string id = address.substr(address.rfind('/') + 1);
        ASSERT_TRUE(media_->files().set_named(kTeam, seq, {id}));
    }
    std::string post(UserId uid, const std::string& bytes, std::string_view file = "cat.png") {
        std::string address = send(uid, bytes, file);
        name(address, {++last_seq_});
        return address;
    }

    const std::vector<auth::TokenKey> keys_{{.id = 1, .secret = {1, 2, 3}}};
    const Time minted_ = now();
    std::uint64_t last_seq_{};
    TemporaryFolder folder_;
    store::MemoryStore store_;
    MembersBus bus_;
    account::SharedGate gate_{std::chrono::hours{24}};
    std::unique_ptr<media::Media> media_;
    std::shared_ptr<Tokens> tokens_;
    std::shared_ptr<Uploads> uploads_;
    std::shared_ptr<MediaFiles> files_;
};

TEST_F(UploadsApiTest, WhatOneMemberSendsAnotherReads) {
    const std::string address = post(kAnn, kPicture);
    EXPECT_THAT(address, StartsWith("/api/v1/media/"));
    const Answer read = call(as(kBob, "GET", address));
    EXPECT_EQ(read.status, 200U);
    EXPECT_EQ(read.body, kPicture);
    EXPECT_EQ(read.type, "image/png");
    EXPECT_THAT(read.headers.at("Content-Disposition"), StartsWith("inline; filename=\"cat.png\""));
    EXPECT_EQ(read.headers.at("Content-Security-Policy"), "default-src 'none'; sandbox");
    EXPECT_EQ(read.headers.at("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(read.headers.at("Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(read.headers.at("Cache-Control"), "private, max-age=31536000, immutable");
    EXPECT_EQ(read.headers.at("ETag"), '"' + media::sha256_of(kPicture) + '"');
}

TEST_F(UploadsApiTest, AThumbnailIsReadAtTheAddressOfItsPicture) {
    const std::string address = post(kAnn, kPicture);
    const auto small = [&] { return call(as(kBob, "GET", address, "", "thumbnail=1")); };
    EXPECT_EQ(small().body, kPicture) << "there is none yet";
    const std::string bytes = "GIF89a small";
    const json::object body{{"group", kTeam.value},
                            {"name", "small.gif"},
                            {"size", bytes.size()},
                            {"sha256", media::sha256_of(bytes)},
                            {"thumbnail_of", address}};
    const Answer begun = call(as(kAnn, "POST", "/api/v1/uploads", json::serialize(body)));
    ASSERT_EQ(begun.status, 201U) << begun.body;
    const std::string one = "/api/v1/uploads/" + std::string{begun.object()["id"].as_string()};
    EXPECT_EQ(call(as(kAnn, "POST", one + "/parts", bytes, "offset=0")).status, 200U);
    EXPECT_EQ(call(as(kAnn, "POST", one + "/finish", "{}")).object()["address"].as_string(),
              address);
    EXPECT_EQ(call(as(kAnn, "POST", one + "/finish", "{}")).status, 200U) << "asked again";
    EXPECT_EQ(small().body, bytes);
    EXPECT_EQ(small().type, "image/gif");
    EXPECT_EQ(call(as(kBob, "GET", address)).body, kPicture);
}

TEST_F(UploadsApiTest, HtmlThatIsCalledAPictureIsOnlySaved) {
    const Answer read = call(as(kBob, "GET", post(kAnn, "<script>alert(1)</script>", "a.png")));
    EXPECT_EQ(read.type, "application/octet-stream");
    EXPECT_THAT(read.headers.at("Content-Disposition"), StartsWith("attachment;"));
}

TEST_F(UploadsApiTest, ATicketStandsForATokenWhereOnlyFilesAreAsked) {
    const std::string address = post(kAnn, kPicture);
    const Answer given = call(as(kBob, "POST", "/api/v1/media-ticket"));
    const std::string ticket{given.object()["ticket"].as_string()};
    EXPECT_EQ(call(as(kBob, "POST", "/api/v1/media-ticket")).body, given.body);
    EXPECT_LE(given.object()["expires_ms"].to_number<std::uint64_t>(),
              to_ms(now() + 2 * limits::kTicketFor));
    const auto with_ticket = [&](const std::string& text) {
        return call({.method = "GET", .path = address, .query = "ticket=" + text}).status;
    };
    EXPECT_EQ(with_ticket(ticket), 200U);
    EXPECT_EQ(with_ticket("x" + ticket.substr(1)), 401U);
    EXPECT_EQ(with_ticket(""), 401U);
    // Neither opens what the other does.
    const std::string token = auth::mint(
        keys_[0], {.uid = kBob, .minted = minted_, .expires = now() + std::chrono::hours{1}});
    EXPECT_EQ(with_ticket(token), 401U);
    Request request = as(kBob, "POST", "/api/v1/media-ticket");
    request.headers[0].value = "Bearer " + ticket;
    EXPECT_EQ(call(request).status, 401U);
    // It ends with the token that it was given for.
    const std::array<bus::AccountState, 1> ended{{{.uid = kBob, .ended_tokens = {minted_}}}};
    gate_.apply(ended, now());
    EXPECT_EQ(with_ticket(ticket), 401U);
}

TEST_F(UploadsApiTest, OnlyMembersSendAndRead) {
    EXPECT_EQ(begin(kEve, 5).status, 404U);
    const std::string address = post(kAnn, kPicture);
    EXPECT_EQ(call(as(kEve, "GET", address)).status, 404U);
    EXPECT_EQ(call(as(kEve, "GET", address)).body,
              call(as(kAnn, "GET", "/api/v1/media/" + std::string(40, '0'))).body)
        << "what is another group's is not told from what is not there";
    EXPECT_EQ(call({.method = "GET", .path = address}).status, 401U);
    EXPECT_EQ(call(as(kAnn, "GET", "/api/v1/media/..%2f..%2fsecrets")).status, 404U);
    EXPECT_EQ(call(as(kAnn, "POST", address)).status, 405U);

    bus_.members.erase(kBob);  // Put out: from now on.
    EXPECT_EQ(call(as(kBob, "GET", address)).status, 404U);
    bus_.members[kBob] = {.role = pb::ROLE_MEMBER, .muted_until = now() + std::chrono::hours{1}};
    EXPECT_EQ(begin(kBob, 5).object()["code"].as_string(), "MUTED");
    EXPECT_EQ(call(as(kBob, "GET", address)).status, 200U);
    bus_.kind = pb::GROUP_KIND_BROADCAST;
    EXPECT_EQ(begin(kAnn, 5).status, 403U);
    bus_.members[kAnn].role = pb::ROLE_ADMIN;
    EXPECT_EQ(begin(kAnn, 5).status, 201U);
}

TEST_F(UploadsApiTest, WhoeverCameLaterReadsNoneOfWhatWasBefore) {
    const std::string address = post(kAnn, kPicture);
    name(address, {5});
    bus_.members[kBob].floor = {5};
    EXPECT_EQ(call(as(kBob, "GET", address)).status, 404U);
    bus_.members[kBob].floor = {4};
    EXPECT_EQ(call(as(kBob, "GET", address)).status, 200U);
}

// A reader may be quicker than the follower, and somebody who takes a message back quicker than
// both.
TEST_F(UploadsApiTest, WhatNoMessageNamesIsItsSendersAlone) {
    const std::string address = send(kAnn, kPicture);
    EXPECT_EQ(call(as(kAnn, "GET", address)).status, 200U);
    EXPECT_EQ(call(as(kBob, "GET", address)).status, 404U);
    media::GroupLogScribe log{store_, kTeam};
    log.post({address});
    EXPECT_EQ(call(as(kBob, "GET", address)).status, 200U) << "the log is read before the answer";
}

TEST_F(UploadsApiTest, RangesAreAnswered) {
    const std::string address = post(kAnn, kPicture);
    const auto ask = [&](std::string method, std::vector<net::http::Header> headers) {
        Request request = as(kBob, std::move(method), address);
        std::ranges::move(headers, std::back_inserter(request.headers));
        return call(std::move(request));
    };
    const Answer part = ask("GET", {{.name = "range", .value = "bytes=1-3"}});
    EXPECT_EQ(part.status, 206U);
    EXPECT_EQ(part.body, "PNG");
    EXPECT_EQ(part.headers.at("Content-Range"), "bytes 1-3/100008");
    Answer outside = ask("GET", {{.name = "range", .value = "bytes=100008-"}});
    EXPECT_EQ(outside.status, 416U);
    EXPECT_EQ(outside.headers.at("Content-Range"), "bytes */100008");
    EXPECT_EQ(ask("HEAD", {{.name = "range", .value = "bytes=1-3"}}).status, 200U);
    EXPECT_EQ(ask("GET", {{.name = "range", .value = "bytes=1-3"},
                          {.name = "if-range", .value = "\"another\""}})
                  .status,
              200U);
    const std::string etag = part.headers.at("ETag");
    EXPECT_EQ(ask("GET", {{.name = "if-none-match", .value = etag}}).status, 304U);
    EXPECT_EQ(ask("GET",
                  {{.name = "range", .value = "bytes=99000-"}, {.name = "if-range", .value = etag}})
                  .body,
              std::string(1'008, 'p'));
}

// A disk that is slow holds no more than so much of what is to be written.
TEST_F(UploadsApiTest, PartsThatWaitForTheDiskAreBounded) {
    const std::string one =
        "/api/v1/uploads/" + std::string{begin(kAnn, 300'000).object()["id"].as_string()};
    const std::string id = one.substr(one.rfind('/') + 1);
    std::promise<void> disk;
    ASSERT_TRUE(media_->run(id, [held = disk.get_future().share()] { held.wait(); }));
    std::vector<std::future<unsigned>> statuses;
    for (std::size_t i = 0; i <= limits::kPartsWaiting; ++i) {
        Request request = as(kAnn, "POST", one + "/parts", "x", "offset=0");
        std::promise<unsigned> status;
        statuses.push_back(status.get_future());
        Reply reply = [status = std::move(status)](const Response& response) mutable {
            status.set_value(response.status);
        };
        ASSERT_TRUE(uploads_->on_http(request, reply));
    }
    EXPECT_EQ(statuses.back().get(), 503U);
    disk.set_value();
    EXPECT_EQ(statuses.front().get(), 200U);
    EXPECT_EQ(statuses[1].get(), 409U);
    for (std::size_t i = 2; i < limits::kPartsWaiting; ++i) statuses[i].wait();
    EXPECT_EQ(call(as(kAnn, "POST", one + "/parts", "x", "offset=1")).status, 200U);
}

TEST_F(UploadsApiTest, RefusalsNameTheFieldAndItsLimit) {
    const auto field = [](const Answer& answer) {
        return std::string{answer.object()["field"].as_string()} + " " +
               std::to_string(answer.object()["limit"].to_number<std::uint64_t>());
    };
    EXPECT_EQ(field(begin(kAnn, 0)), "size 1");
    EXPECT_EQ(field(begin(kAnn, 10'000'000'000)), "size 1000000");
    EXPECT_EQ(field(begin(kAnn, 5, "")), "name 1");
    EXPECT_EQ(field(begin(kAnn, 5, "a\u202etxt.exe")), "name 255");
    EXPECT_EQ(field(call(as(kAnn, "POST", "/api/v1/uploads",
                            R"({"group":7,"name":"a","size":1,"type":"x"})"))),
              "type 127");
    EXPECT_EQ(call(as(kAnn, "POST", "/api/v1/uploads", "{}")).status, 400U);

    const std::string one =
        "/api/v1/uploads/" + std::string{begin(kAnn, 300'000).object()["id"].as_string()};
    const std::string parts = one + "/parts";
    EXPECT_EQ(field(call(as(kAnn, "POST", parts, "", "offset=0"))), "part 262144");
    EXPECT_EQ(field(call(as(kAnn, "POST", parts, std::string(limits::kUploadPartBytes + 1, 'x'),
                            "offset=0"))),
              "part 262144");
    EXPECT_EQ(call(as(kAnn, "POST", parts, std::string(limits::kUploadPartBytes, 'x'), "offset=0"))
                  .status,
              200U);
    const Answer elsewhere = call(as(kAnn, "POST", parts, "x", "offset=7"));
    EXPECT_EQ(elsewhere.status, 409U);
    EXPECT_EQ(field(elsewhere), "offset 262144");
    EXPECT_EQ(call(as(kAnn, "GET", one)).object()["offset"].to_number<int>(), 262'144);
    EXPECT_EQ(call(as(kBob, "GET", one)).status, 404U);
    EXPECT_EQ(call(as(kAnn, "POST", one + "/finish", "{}")).status, 409U);
    EXPECT_EQ(call(as(kAnn, "PUT", one)).status, 405U);
    EXPECT_EQ(call(as(kAnn, "DELETE", one)).status, 200U);
    EXPECT_EQ(call(as(kAnn, "DELETE", one)).status, 404U);
}

}  // namespace
}  // namespace stentor::api
