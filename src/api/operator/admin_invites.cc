// What the operator does with the links into a group.
#include <boost/json/array.hpp>
#include <utility>

#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "base/limits.h"
#include "node/session/checks.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

json::object object_of(const pb::InviteState& invite) {
    return {{"invite", invite.invite()},     {"by", invite.by()},
            {"made_ms", invite.made_ms()},   {"expires_ms", invite.expires_ms()},
            {"uses_max", invite.uses_max()}, {"uses", invite.uses()},
            {"name", invite.name()}};
}

}  // namespace

void list_invites(AdminCall call) {
    const Query query{call.request.query};
    const auto count = query.number("count", 50, limits::kListPage);
    if (!count) return call.reply(refusal(count.error()));
    bus::AskInvites ask{.asker = {}, .operator_rights = true, .list = {}};
    ask.list.set_gid(call.numbers[0]);
    ask.list.set_cursor(query.text("after"));
    ask.list.set_count(static_cast<std::uint32_t>(*count));
    if (const auto good = session::check(ask.list); !good) {
        return call.reply(refusal(good.error()));
    }
    call.parts.bus.ask(
        partition_of(GroupId{call.numbers[0]}), std::move(ask),
        [reply = std::move(call.reply)](auto answer) mutable {
            const auto found = only<pb::Invites>(std::move(answer));
            if (!found) return reply(refusal(found.error()));
            json::array invites;
            for (const pb::InviteState& invite : found->invites()) {
                invites.push_back(object_of(invite));
            }
            reply(object_response({{"invites", std::move(invites)}, {"next", found->next()}}));
        });
}

void end_invite(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    auto invite = fields->text("invite");
    if (!invite) return call.reply(refusal(invite.error()));
    pb::ClientFrame command;
    pb::EndInvite& end = *command.mutable_end_invite();
    end.set_gid(call.numbers[0]);
    end.set_invite(invite->value_or(""));
    if (const auto good = session::check(end); !good) return call.reply(refusal(good.error()));
    call.parts.commands.submit(
        {.gid = {call.numbers[0]}, .uid = {}, .frame = std::move(command)},
        [reply = std::move(call.reply)](auto answer) mutable { reply(frame_response(answer)); });
}

}  // namespace stentor::api
