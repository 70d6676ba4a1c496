// What the operator does with the members of a group.
#include <boost/json/array.hpp>
#include <utility>

#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "api/public/names.h"
#include "base/limits.h"
#include "base/number_text.h"
#include "node/session/checks.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, pb::Role>, 3> kRoles{
    {{"member", pb::ROLE_MEMBER}, {"admin", pb::ROLE_ADMIN}, {"owner", pb::ROLE_OWNER}}};

std::string_view name_of(pb::Role role) {
    for (const auto& [name, each] : kRoles) {
        if (each == role) return name;
    }
    return "none";
}

json::object object_of(const pb::Member& member) {
    return {
        {"uid", member.uid()},
        {"name", member.name()},
        {"role", json::string_view{name_of(member.role()).data(), name_of(member.role()).size()}},
        {"muted_until_ms", member.muted_until_ms()},
        {"joined_ms", member.joined_ms()},
        {"banned", member.banned()}};
}

pb::ChangeMember change_of(const AdminCall& call) {
    pb::ChangeMember change;
    change.set_gid(call.numbers[0]);
    change.set_uid(call.numbers[1]);
    return change;
}

// With the reason that the body gives, if there is a body.
void post(AdminCall call, pb::ChangeMember change) {
    if (!call.request.body.empty()) {
        const auto fields = Fields::parse(call.request.body);
        if (!fields) return call.reply(refusal(fields.error()));
        auto reason = fields->text("reason");
        if (!reason) return call.reply(refusal(reason.error()));
        change.set_reason(reason->value_or(""));
    }
    if (const auto good = session::check(change); !good) return call.reply(refusal(good.error()));
    const GroupId gid{change.gid()};
    pb::ClientFrame command;
    *command.mutable_change_member() = std::move(change);
    call.parts.commands.submit(
        {.gid = gid, .uid = {}, .frame = std::move(command)},
        [reply = std::move(call.reply)](auto answer) mutable { reply(frame_response(answer)); });
}

}  // namespace

void list_members(AdminCall call) {
    const Query query{call.request.query};
    const auto count = query.number("count", 50, limits::kListPage);
    if (!count) return call.reply(refusal(count.error()));
    bus::AskMembers ask{.asker = {}, .operator_rights = true, .fetch = {}};
    ask.fetch.set_gid(call.numbers[0]);
    ask.fetch.set_prefix(query.text("prefix"));
    // The owner's place holds a name: it goes through addresses as hexadecimal digits.
    auto cursor = bytes_in(query.text("after"));
    if (!cursor) return call.reply(refusal({.code = Code::bad_field, .where = "after"}));
    ask.fetch.set_cursor(std::move(*cursor));
    ask.fetch.set_count(static_cast<std::uint32_t>(*count));
    ask.fetch.set_pending(query.text("pending") == "true");
    ask.fetch.set_banned(query.text("banned") == "true");
    if (const auto good = session::check(ask.fetch); !good) {
        return call.reply(refusal(good.error()));
    }
    const PartitionId partition = partition_of(GroupId{call.numbers[0]});
    call.parts.bus.ask(partition, std::move(ask),
                       [reply = std::move(call.reply)](auto answer) mutable {
                           const auto found = only<pb::Members>(std::move(answer));
                           if (!found) return reply(refusal(found.error()));
                           json::array members;
                           for (const pb::Member& member : found->members()) {
                               members.push_back(object_of(member));
                           }
                           reply(object_response({{"members", std::move(members)},
                                                  {"total", found->total()},
                                                  {"next", hex_of(found->next())}}));
                       });
}

void kick_member(AdminCall call) {
    pb::ChangeMember change = change_of(call);
    change.set_kick(true);
    post(std::move(call), std::move(change));
}

void ban_member(AdminCall call) {
    pb::ChangeMember change = change_of(call);
    change.set_ban(true);
    post(std::move(call), std::move(change));
}

void unban_member(AdminCall call) {
    pb::ChangeMember change = change_of(call);
    change.set_ban(false);
    post(std::move(call), std::move(change));
}

void mute_member(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto minutes = fields->number("minutes");
    if (!minutes) return call.reply(refusal(minutes.error()));
    constexpr std::uint64_t kMinutesMax = 10 * 366 * 24 * 60;
    if (!*minutes || **minutes == 0 || **minutes > kMinutesMax) {
        return call.reply(
            refusal({.code = Code::bad_field, .where = "minutes", .limit = kMinutesMax}));
    }
    pb::ChangeMember change = change_of(call);
    change.set_mute_until_ms(to_ms(now()) + **minutes * 60'000);
    post(std::move(call), std::move(change));
}

void unmute_member(AdminCall call) {
    pb::ChangeMember change = change_of(call);
    change.set_mute_until_ms(0);
    post(std::move(call), std::move(change));
}

void set_role(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto wanted = fields->text("role");
    if (!wanted) return call.reply(refusal(wanted.error()));
    for (const auto& [name, role] : kRoles) {
        if (name != wanted->value_or("")) continue;
        pb::ChangeMember change = change_of(call);
        change.set_role(role);
        return post(std::move(call), std::move(change));
    }
    call.reply(refusal({.code = Code::bad_field, .where = "role"}));
}

}  // namespace stentor::api
