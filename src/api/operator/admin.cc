#include "api/operator/admin.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "api/http/bearer.h"
#include "api/http/json.h"
#include "api/http/path_pattern.h"
#include "api/http/responses.h"
#include "api/http/static_files.h"
#include "api/operator/admin_calls.h"
#include "api/public/audit_trail.h"
#include "auth/admin_key.h"
#include "base/limits.h"
#include "base/text.h"

namespace stentor::api {

using net::http::Request;
using net::http::Response;

namespace {

void reload(AdminCall call) {
    call.parts.control.reload();
    call.reply(object_response({{"ok", true}}));
}

void backup(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto folder = fields->text("folder");
    if (!folder) return call.reply(refusal(folder.error()));
    if (!folder->value_or("").starts_with('/')) {
        return call.reply(refusal({.code = Code::bad_field, .where = "folder"}));
    }
    call.parts.control.backup(**folder, [reply = std::move(call.reply)](auto outcome) mutable {
        if (outcome) return reply(object_response({{"ok", true}, {"result", *outcome}}));
        reply(
            refusal_saying({.code = outcome.error().code, .where = "folder"}, outcome.error().why));
    });
}

struct Row {
    std::string_view method;
    std::string_view pattern;
    AdminHandler handler;
};

constexpr std::array kRows{
    Row{"GET", "/admin/api/users", list_users},
    Row{"POST", "/admin/api/users", add_user},
    Row{"POST", "/admin/api/users/{}/disable", disable_user},
    Row{"POST", "/admin/api/users/{}/enable", enable_user},
    Row{"POST", "/admin/api/users/{}/sign-out", sign_user_out},
    Row{"POST", "/admin/api/users/{}/token", note_token},
    Row{"POST", "/admin/api/users/{}/password", set_password},
    Row{"POST", "/admin/api/users/{}/rate", set_user_rate},
    Row{"POST", "/admin/api/users/{}/rate/end", end_user_rate},
    Row{"POST", "/admin/api/users/{}/erase", erase_user},
    Row{"GET", "/admin/api/groups", list_groups},
    Row{"POST", "/admin/api/groups", create_group},
    Row{"GET", "/admin/api/groups/{}", show_group},
    Row{"GET", "/admin/api/groups/{}/settings", show_group_settings},
    Row{"POST", "/admin/api/groups/{}/configure", configure_group},
    Row{"POST", "/admin/api/groups/{}/recall", recall_entry},
    Row{"POST", "/admin/api/groups/{}/send", send_to_group},
    Row{"POST", "/admin/api/groups/{}/delete", delete_group},
    Row{"GET", "/admin/api/groups/{}/invites", list_invites},
    Row{"POST", "/admin/api/groups/{}/invites/end", end_invite},
    Row{"GET", "/admin/api/groups/{}/moderation", list_moderation},
    Row{"POST", "/admin/api/groups/{}/reports/dismiss", dismiss_reports},
    Row{"GET", "/admin/api/groups/{}/members", list_members},
    Row{"POST", "/admin/api/groups/{}/members/{}/kick", kick_member},
    Row{"POST", "/admin/api/groups/{}/members/{}/ban", ban_member},
    Row{"POST", "/admin/api/groups/{}/members/{}/unban", unban_member},
    Row{"POST", "/admin/api/groups/{}/members/{}/mute", mute_member},
    Row{"POST", "/admin/api/groups/{}/members/{}/unmute", unmute_member},
    Row{"POST", "/admin/api/groups/{}/members/{}/role", set_role},
    Row{"GET", "/admin/api/reports", list_reports},
    Row{"POST", "/admin/api/broadcast", broadcast},
    Row{"GET", "/admin/api/keys", list_keys},
    Row{"POST", "/admin/api/keys", add_key},
    Row{"POST", "/admin/api/keys/remove", remove_key},
    Row{"GET", "/admin/api/registration", list_registration_tokens},
    Row{"POST", "/admin/api/registration", add_registration_token},
    Row{"POST", "/admin/api/registration/end", end_registration_token},
    Row{"GET", "/admin/api/bans", list_address_bans},
    Row{"POST", "/admin/api/bans", add_address_ban},
    Row{"POST", "/admin/api/bans/end", end_address_ban},
    Row{"GET", "/admin/api/audit", list_audit},
    Row{"GET", "/admin/api/storm", show_storm},
    Row{"POST", "/admin/api/storm", pin_storm},
    Row{"POST", "/admin/api/reload", reload},
    Row{"POST", "/admin/api/backup", backup},
};

}  // namespace

Response object_response(const boost::json::object& object) {
    return json_response(200, boost::json::serialize(object) + "\n");
}

Response frame_response(const Result<pb::ServerFrame>& answer) {
    if (!answer) return refusal(answer.error());
    if (answer->has_refused()) return refusal(answer->refused());
    boost::json::object object{{"ok", true}};
    if (answer->has_sent()) {
        object["gid"] = answer->sent().gid();
        object["seq"] = answer->sent().seq();
    }
    if (answer->has_group_ready()) object["gid"] = answer->group_ready().gid();
    return object_response(object);
}

void ask_settings(bus::Bus& bus, std::string_view prefix,
                  std::move_only_function<void(Result<std::vector<bus::Setting>>)> done) {
    bus.ask(PartitionId{}, bus::AskSettings{.prefix = std::string{prefix}},
            [done = std::move(done)](Result<bus::Reply> answer) mutable {
                done(only<std::vector<bus::Setting>>(std::move(answer)));
            });
}

Result<std::uint64_t> number_within(const Fields& fields, std::string_view name,
                                    std::uint64_t otherwise, std::uint64_t max) {
    const auto given = fields.number(name);
    if (!given) return std::unexpected(given.error());
    const std::uint64_t number = given->value_or(otherwise);
    if (number == 0 || number > max) {
        return std::unexpected(Error{.code = Code::bad_field, .where = name, .limit = max});
    }
    return number;
}

Result<std::string> name_for_operator(const Fields& fields) {
    auto name = fields.text("name");
    if (!name) return std::unexpected(name.error());
    if (!*name || (*name)->size() > limits::kNameBytes || !plain_line(**name)) {
        return std::unexpected(
            Error{.code = Code::bad_name, .where = "name", .limit = limits::kNameBytes});
    }
    return **std::move(name);
}

Admin::Admin(AdminParts parts, std::string key, const std::string& web_folder)
    : parts_{parts}, key_{std::move(key)}, trail_{std::make_unique<AuditTrail>(parts.bus)} {
    if (!web_folder.empty()) files_ = std::make_unique<StaticFiles>(web_folder);
}

Admin::~Admin() = default;

void Admin::on_http(const Request& request, Reply reply) {
    route(request, counted(refusals_, std::move(reply)));
}

void Admin::route(const Request& request, Reply reply) {
    if (request.path.starts_with("/admin/api/")) return on_api(request, std::move(reply));
    if (request.method != "GET" && request.method != "HEAD") return reply(wrong_method("GET"));
    if (request.path == "/metrics") return reply(metrics_response(parts_.control.metrics()));
    if (request.path == "/healthz") return reply(health_response());
    if (request.path == "/readyz") return reply(readiness_response(parts_.status, true));
    if (!files_) return reply(refusal({.code = Code::not_found, .where = "path"}));
    if (request.path != "/admin") return reply(files_->answer(request));
    Request index = request;
    index.path = "/";
    reply(files_->answer(index));
}

void Admin::on_api(const Request& request, Reply reply) {
    const std::string_view given = bearer_of(request);
    const auto name = auth::operator_of(given, key_, now());
    if (!name && !auth::same_key(given, key_)) {
        return reply(refusal(401, {.code = Code::bad_credentials, .where = "authorization"}));
    }
    std::string_view other;
    for (const Row& row : kRows) {
        auto numbers = match(row.pattern, request.path);
        if (!numbers) continue;
        if (row.method == request.method) {
            if (row.method == "POST") {
                reply = trail_->watch_operator(request, row.pattern, name, std::move(reply));
            }
            return row.handler({.request = request,
                                .numbers = std::move(*numbers),
                                .parts = parts_,
                                .reply = std::move(reply)});
        }
        other = row.method;
    }
    if (!other.empty()) return reply(wrong_method(other));
    reply(refusal({.code = Code::not_found, .where = "path"}));
}

}  // namespace stentor::api
