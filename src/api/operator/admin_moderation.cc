// A group's moderation log for the operator: what is reported there and what its moderators did.

#include <array>
#include <boost/json/array.hpp>
#include <string_view>
#include <utility>

#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "base/limits.h"
#include "node/session/checks.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 13> kKinds{
    "unknown", "report", "dismiss",  "recall",      "recall_member", "mute",           "kick",
    "ban",     "role",   "settings", "decide_join", "invite",        "clear_reactions"};

json::object object_of(const pb::ModerationRow& row) {
    const auto kind = static_cast<std::size_t>(row.kind());
    return {{"number", row.number()},
            {"time_ms", row.time_ms()},
            {"kind", kKinds[kind < kKinds.size() ? kind : 0]},
            {"by", row.by()},
            {"uid", row.uid()},
            {"epoch", row.epoch()},
            {"seq", row.seq()},
            {"value", row.value()},
            {"reason", row.reason()}};
}

}  // namespace

// ?before=NUMBER&count=N: rows below it, newest first; `next` is where to go on, 0 at the end.
void list_moderation(AdminCall call) {
    const Query query{call.request.query};
    const auto count = query.number("count", 50, limits::kListPage);
    if (!count) return call.reply(refusal(count.error()));
    const auto before = query.number("before", 0, limits::kIdMax);
    if (!before) return call.reply(refusal(before.error()));
    bus::AskModeration ask{.asker = {}, .operator_rights = true, .fetch = {}};
    ask.fetch.set_gid(call.numbers[0]);
    ask.fetch.set_before(*before);
    ask.fetch.set_count(static_cast<std::uint32_t>(*count));
    if (const auto good = session::check(ask.fetch); !good) {
        return call.reply(refusal(good.error()));
    }
    call.parts.bus.ask(
        partition_of(GroupId{call.numbers[0]}), std::move(ask),
        [reply = std::move(call.reply)](auto answer) mutable {
            const auto found = only<pb::Moderation>(std::move(answer));
            if (!found) return reply(refusal(found.error()));
            json::array rows;
            for (const pb::ModerationRow& row : found->rows()) rows.push_back(object_of(row));
            reply(object_response({{"rows", std::move(rows)}, {"next", found->next()}}));
        });
}

// The reports of an entry so far. Without an epoch: the operator means the newest.
void dismiss_reports(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto seq = fields->number("seq");
    if (!seq) return call.reply(refusal(seq.error()));
    const auto reason = fields->text("reason");
    if (!reason) return call.reply(refusal(reason.error()));
    pb::ClientFrame command;
    pb::DismissReports& dismiss = *command.mutable_dismiss_reports();
    dismiss.set_gid(call.numbers[0]);
    dismiss.set_seq(seq->value_or(0));
    dismiss.set_reason(reason->value_or(""));
    if (const auto good = session::check(dismiss); !good) return call.reply(refusal(good.error()));
    call.parts.commands.submit(
        {.gid = {call.numbers[0]}, .uid = {}, .frame = std::move(command)},
        [reply = std::move(call.reply)](auto answer) mutable { reply(frame_response(answer)); });
}

}  // namespace stentor::api
