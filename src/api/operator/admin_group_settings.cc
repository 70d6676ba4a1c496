// How a group is set up, as its owner sees it.

#include <utility>

#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "base/limits.h"

namespace stentor::api {
namespace {

void tell(const Result<bus::Reply>& answer, Admin::Reply& reply) {
    const auto* open = answer ? std::get_if<bus::OpenAnswer>(&*answer) : nullptr;
    if (open == nullptr || !open->view) {
        return reply(
            refusal(answer ? Error{.code = Code::not_found, .where = "gid"} : answer.error()));
    }
    const pb::GroupSettings& settings = open->view->settings;
    reply(object_response({{"name", settings.name()},
                           {"topic", settings.topic()},
                           {"welcome", settings.welcome()},
                           {"join_policy", static_cast<int>(settings.join_policy())},
                           {"history_for_joiners", settings.history_for_joiners()},
                           {"slow_mode_s", settings.slow_mode_s()},
                           {"hold_ms", settings.hold_ms()},
                           {"hold_entries", settings.hold_entries()},
                           {"retention_s", settings.retention_s()},
                           {"retention_entries", settings.retention_entries()}}));
}

}  // namespace

void show_group_settings(AdminCall call) {
    const GroupId gid{call.numbers[0]};
    bus::Bus& bus = call.parts.bus;
    bus::AskMembers staff{.asker = {}, .operator_rights = true, .fetch = {}};
    staff.fetch.set_gid(gid.value);
    staff.fetch.set_staff(true);
    staff.fetch.set_count(limits::kListPage);
    bus.ask(partition_of(gid), std::move(staff),
            [&bus, gid, reply = std::move(call.reply)](Result<bus::Reply> answer) mutable {
                const auto members = only<pb::Members>(std::move(answer));
                if (!members) return reply(refusal(members.error()));
                if (members->members().empty()) {
                    return reply(refusal({.code = Code::not_found, .where = "gid"}));
                }
                const UserId uid{members->members(0).uid()};
                bus.ask(partition_of(gid), bus::AskOpen{.gid = gid, .uid = uid, .with_view = true},
                        [reply = std::move(reply)](Result<bus::Reply> open) mutable {
                            tell(open, reply);
                        });
            });
}

}  // namespace stentor::api
