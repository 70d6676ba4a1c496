#include "api/public/audit_trail.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "api/http/bearer.h"
#include "base/json_text.h"
#include "base/limits.h"
#include "base/text.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

constexpr std::string_view kAdmin = "/admin/api/";
constexpr std::size_t kAfterBytes = 2'000;  // Of an answer; a longer one is left out.
constexpr std::array<std::string_view, 6> kSecrets{"password", "old", "new",
                                                   "token",    "key", "text"};

json::object object_in(std::string_view body) {
    json::error_code problem;
    const json::value value = json::parse(json::string_view{body.data(), body.size()}, problem);
    return problem || !value.is_object() ? json::object{} : value.get_object();
}

// Neither secrets nor what people write to each other.
std::string told(json::object object) {
    for (const std::string_view secret : kSecrets) object.erase(secret);
    return object.empty() ? std::string{} : json::serialize(object);
}

std::string text_in(const json::object& object, std::string_view key) {
    const json::value* found = object.if_contains(json::string_view{key.data(), key.size()});
    if (found == nullptr || !found->is_string()) return {};
    std::string text{found->get_string()};
    text.resize(std::min(text.size(), limits::kNameBytes));
    return plain_line(text) ? text : std::string{};
}

// "/admin/api/users/{}/disable" -> "users.disable"
std::string action_of(std::string_view pattern) {
    std::string action;
    pattern.remove_prefix(kAdmin.size());
    while (!pattern.empty()) {
        const std::size_t end = std::min(pattern.find('/'), pattern.size());
        const std::string_view part = pattern.substr(0, end);
        if (part != "{}") action.append(action.empty() ? "" : ".").append(part);
        pattern.remove_prefix(std::min(end + 1, pattern.size()));
    }
    return action;
}

// The id stands in front of what is secret: "stk_<id>_<secret>".
std::string key_id_of(const net::http::Request& request) {
    const std::string_view bearer = bearer_of(request);
    if (!bearer.starts_with("stk_")) return {};
    const std::size_t end = bearer.find('_', 4);
    if (end == std::string_view::npos) return {};
    const std::string_view id = bearer.substr(4, std::min<std::size_t>(end - 4, 32));
    return plain_line(id) ? std::string{id} : std::string{};
}

}  // namespace

Api::Reply AuditTrail::watch(const net::http::Request& request, Api::Reply reply) {
    auto row = row_of(request);
    if (!row) return reply;
    return [this, row = std::move(*row),
            reply = std::move(reply)](net::http::Response response) mutable {
        write(row, response);
        reply(std::move(response));
    };
}

std::optional<AuditTrail::Row> AuditTrail::row_of(const net::http::Request& request) {
    constexpr std::string_view kPublic = "/api/v1/";
    if (request.method != "POST" || !request.path.starts_with(kPublic)) return std::nullopt;
    const std::string_view path = std::string_view{request.path}.substr(kPublic.size());
    Row row{.address = request.peer};
    if (path.starts_with("push/")) {
        const json::object body = object_in(request.body);
        row.actor = JsonText{}.add("kind", "key").add("id", key_id_of(request)).text();
        row.action = "key.push";
        row.object = JsonText{}.add("path", request.path).text();
        row.asked = told(body);
        row.common = path != "push/everybody" && !body.contains("as");
        return row;
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kAccounts{
        {{"sign-in", "account.sign_in"},
         {"sign-up", "account.sign_up"},
         {"sign-out", "account.sign_out"},
         {"sessions/end", "account.end_session"},
         {"password", "account.password"},
         {"erase", "account.erase"}}};
    const auto* known =
        std::ranges::find(kAccounts, path, &std::pair<std::string_view, std::string_view>::first);
    if (known == kAccounts.end()) return std::nullopt;
    row.action = known->second;
    row.actor = JsonText{}.add("kind", "user").text();
    row.object = JsonText{}.add("name", text_in(object_in(request.body), "name")).text();
    return row;
}

Api::Reply AuditTrail::watch_operator(const net::http::Request& request, std::string_view action,
                                      const std::optional<std::string>& name, Api::Reply reply) {
    std::string said{request.header("x-stentor-actor")};
    if (said.size() > limits::kNameBytes || !plain_line(said)) said.clear();
    JsonText actor;
    actor.add("kind", "operator");
    if (name) actor.add("name", *name).add_flag("own_key", true);
    if (!name && !said.empty()) actor.add("name", said);
    Row row{.actor = actor.text(),
            .action = action_of(action),
            .object = JsonText{}.add("path", request.path).text(),
            .asked = told(object_in(request.body)),
            .address = request.peer};
    return [this, row = std::move(row),
            reply = std::move(reply)](net::http::Response response) mutable {
        write(row, response);
        reply(std::move(response));
    };
}

void AuditTrail::write(const Row& row, const net::http::Response& response) {
    const bool done = response.status < 400;
    if (row.common && done) return;
    const Time time = now();
    const bool anybodys =
        !row.action.starts_with("key.") ? row.action.starts_with("account.") : true;
    // Too fast is no attempt: nothing was looked at.
    if (anybodys && !done && (response.status == 429 || !take_refused(time))) return;
    const json::object answer = object_in(response.body ? *response.body : std::string{});
    JsonText text;
    text.add("time_ms", to_ms(time));
    if (row.action.starts_with("account.") && answer.contains("uid")) {
        text.add_raw("actor", JsonText{}
                                  .add("kind", "user")
                                  .add("uid", answer.at("uid").to_number<std::uint64_t>())
                                  .text());
    } else {
        text.add_raw("actor", row.actor);
    }
    text.add("address", row.address).add("action", row.action).add_raw("object", row.object);
    if (!row.asked.empty()) text.add_raw("asked", row.asked);
    if (done && !row.action.starts_with("account.")) {
        const std::string after = told(answer);
        if (!after.empty() && after.size() <= kAfterBytes) {
            text.add_raw("after", after);
        }
    }
    const std::string code = text_in(answer, "code");
    text.add("result", done ? "done" : code.empty() ? std::to_string(response.status) : code);
    bus_.ask(PartitionId{}, bus::AskAddAudit{.entries = {{.time = time, .text = text.text()}}},
             [](const Result<bus::Reply>& /*kept*/) {});
}

bool AuditTrail::take_refused(Time now) {
    const std::lock_guard lock{mutex_};
    if (now - minute_ >= Millis{60'000}) {
        minute_ = now;
        refused_ = 0;
    }
    return ++refused_ <= kRefusedPerMinute;
}

}  // namespace stentor::api
