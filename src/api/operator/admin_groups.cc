// What the operator does with groups.
#include <array>
#include <boost/json/array.hpp>
#include <functional>
#include <string>
#include <utility>

#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "auth/random.h"
#include "base/cmid.h"
#include "base/group_ids.h"
#include "base/limits.h"
#include "node/session/checks.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

const char* name_of(pb::GroupKind kind) {
    return kind == pb::GROUP_KIND_DIRECT      ? "direct"
           : kind == pb::GROUP_KIND_BROADCAST ? "broadcast"
                                              : "normal";
}

// Answers not_found where there is no such group.
void with_group(AdminCall call,
                std::move_only_function<void(AdminCall, const pb::GroupSummary&)> done) {
    const GroupId gid{call.numbers[0]};
    bus::Bus& bus = call.parts.bus;
    // The request goes with this call; nothing behind the answer may look at it.
    ask_group(bus, gid, [call = std::move(call), done = std::move(done)](auto group) mutable {
        if (!group) return call.reply(refusal(group.error()));
        done(std::move(call), *group);
    });
}

void post(AdminCall call, GroupId gid, pb::ClientFrame command) {
    call.parts.commands.submit(
        {.gid = gid, .uid = {}, .frame = std::move(command)},
        [reply = std::move(call.reply)](auto answer) mutable { reply(frame_response(answer)); });
}

std::string fresh_cmid() {
    std::array<std::uint8_t, 10> random{};
    auth::fill_random(random);
    return std::string{Cmid::made_at(now(), random).view()};
}

void send(AdminCall call, GroupId gid) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto text = fields->text("text");
    if (!text) return call.reply(refusal(text.error()));
    pb::Body body;
    body.set_text(text->value_or(""));
    pb::ClientFrame command;
    pb::Send& send = *command.mutable_send();
    send.set_gid(gid.value);
    send.set_cmid(fresh_cmid());
    send.set_body(body.SerializeAsString());
    if (const auto good = session::check(send); !good) return call.reply(refusal(good.error()));
    post(std::move(call), gid, std::move(command));
}

// What does not fit is beyond every bound, and refused later.
constexpr std::uint32_t narrowed(std::uint64_t n) {
    return static_cast<std::uint32_t>(std::min(n, limits::kIdMax >> 22U));
}

// Takes those fields of the settings that the body names.
Result<pb::ConfigureGroup> changes_in(const Fields& fields) {
    pb::ConfigureGroup change;
    pb::GroupSettings& settings = *change.mutable_settings();
    using Text = void (*)(pb::GroupSettings&, std::string);
    constexpr std::array<std::pair<const char*, Text>, 3> kTexts{
        {{"name", [](auto& s, std::string text) { s.set_name(std::move(text)); }},
         {"topic", [](auto& s, std::string text) { s.set_topic(std::move(text)); }},
         {"welcome", [](auto& s, std::string text) { s.set_welcome(std::move(text)); }}}};
    using Number = void (*)(pb::GroupSettings&, std::uint64_t);
    constexpr std::array<std::pair<const char*, Number>, 6> kNumbers{
        {{"slow_mode_s", [](auto& s, std::uint64_t n) { s.set_slow_mode_s(narrowed(n)); }},
         {"hold_ms", [](auto& s, std::uint64_t n) { s.set_hold_ms(narrowed(n)); }},
         {"hold_entries", [](auto& s, std::uint64_t n) { s.set_hold_entries(narrowed(n)); }},
         {"join_policy",
          [](auto& s, std::uint64_t n) {
              s.set_join_policy(static_cast<pb::JoinPolicy>(std::min<std::uint64_t>(n, 99)));
          }},
         {"retention_s", [](auto& s, std::uint64_t n) { s.set_retention_s(n); }},
         {"retention_entries", [](auto& s, std::uint64_t n) { s.set_retention_entries(n); }}}};
    for (const auto& [name, set] : kTexts) {
        auto text = fields.text(name);
        if (!text) return std::unexpected(text.error());
        if (!*text) continue;
        set(settings, std::move(**text));
        change.add_fields(name);
    }
    for (const auto& [name, set] : kNumbers) {
        const auto number = fields.number(name);
        if (!number) return std::unexpected(number.error());
        if (!*number) continue;
        set(settings, **number);
        change.add_fields(name);
    }
    const auto history = fields.flag("history_for_joiners");
    if (!history) return std::unexpected(history.error());
    if (*history) {
        settings.set_history_for_joiners(**history);
        change.add_fields("history_for_joiners");
    }
    return change;
}

}  // namespace

boost::json::object group_object(const pb::GroupSummary& group) {
    return {{"gid", group.gid()},
            {"name", group.name()},
            {"kind", is_closed(group) ? "closed" : name_of(group.kind())},
            {"members", group.members()},
            {"head", group.head()},
            {"epoch", group.epoch()},
            {"activity_ms", group.activity_ms()}};
}

void ask_groups(bus::Bus& bus, GroupId after, std::uint32_t count,
                std::move_only_function<void(Result<pb::Groups>)> done) {
    bus.ask(partition_of(after), bus::AskGroups{.after = after, .count = count},
            [done = std::move(done)](Result<bus::Reply> answer) mutable {
                done(only<pb::Groups>(std::move(answer)));
            });
}

bool is_closed(const pb::GroupSummary& group) {
    return group.members() == 0 && group.name().empty() && group.kind() == pb::GROUP_KIND_NORMAL;
}

void ask_group(bus::Bus& bus, GroupId gid,
               std::move_only_function<void(Result<pb::GroupSummary>)> done) {
    ask_groups(bus, {gid.value == 0 ? 0 : gid.value - 1}, 1,
               [gid, done = std::move(done)](Result<pb::Groups> groups) mutable {
                   if (!groups) return done(std::unexpected(groups.error()));
                   const bool found = gid.value != 0 && groups->groups_size() == 1 &&
                                      groups->groups(0).gid() == gid.value;
                   if (!found) {
                       return done(std::unexpected(Error{.code = Code::not_found, .where = "gid"}));
                   }
                   done(std::move(*groups->mutable_groups(0)));
               });
}

// In the name of its owner, whoever else may make groups.
void create_group(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto name = fields->text("name");
    if (!name) return call.reply(refusal(name.error()));
    const auto owner = fields->number("owner");
    if (!owner) return call.reply(refusal(owner.error()));
    const UserId uid{owner->value_or(0)};
    pb::ClientFrame command;
    pb::CreateGroup& create = *command.mutable_create_group();
    create.mutable_settings()->set_name(name->value_or(""));
    create.set_cmid(fresh_cmid());
    if (const auto good = session::check(create); !good) return call.reply(refusal(good.error()));
    bus::Bus& bus = call.parts.bus;
    bus.ask(partition_of(uid), bus::AskUsers{.uids = {uid}},
            [&commands = call.parts.commands, uid, command = std::move(command),
             reply = std::move(call.reply)](auto answer) mutable {
                const auto users = only<pb::Users>(std::move(answer));
                if (!users) return reply(refusal(users.error()));
                if (users->users_size() != 1) {
                    return reply(refusal({.code = Code::not_found, .where = "owner"}));
                }
                const GroupId gid = created_gid(uid, command.create_group().cmid());
                commands.submit(
                    {.gid = gid, .uid = uid, .frame = std::move(command)},
                    [reply = std::move(reply)](auto made) mutable { reply(frame_response(made)); });
            });
}

void show_group(AdminCall call) {
    with_group(std::move(call), [](AdminCall answered, const pb::GroupSummary& group) {
        answered.reply(object_response(group_object(group)));
    });
}

void configure_group(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    auto change = changes_in(*fields);
    if (!change) return call.reply(refusal(change.error()));
    with_group(std::move(call),
               [change = std::move(*change)](AdminCall answered, const auto& group) mutable {
                   change.set_gid(group.gid());
                   change.set_epoch(group.epoch());
                   if (const auto good = session::check(change); !good) {
                       return answered.reply(refusal(good.error()));
                   }
                   pb::ClientFrame command;
                   *command.mutable_configure_group() = std::move(change);
                   post(std::move(answered), {group.gid()}, std::move(command));
               });
}

void recall_entry(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto seq = fields->number("seq");
    if (!seq) return call.reply(refusal(seq.error()));
    with_group(std::move(call), [seq = seq->value_or(0)](AdminCall answered, const auto& group) {
        pb::ClientFrame command;
        pb::Recall& recall = *command.mutable_recall();
        recall.set_gid(group.gid());
        recall.set_epoch(group.epoch());
        recall.set_seq(seq);
        if (const auto good = session::check(recall); !good) {
            return answered.reply(refusal(good.error()));
        }
        post(std::move(answered), {group.gid()}, std::move(command));
    });
}

// The operator leaves it in nobody's name: with that it goes (group/closing.cc).
void delete_group(AdminCall call) {
    const GroupId gid{call.numbers[0]};
    pb::ClientFrame command;
    command.mutable_leave_group()->set_gid(gid.value);
    if (const auto good = session::check(command.leave_group()); !good) {
        return call.reply(refusal(good.error()));
    }
    post(std::move(call), gid, std::move(command));
}

void send_to_group(AdminCall call) {
    const GroupId gid{call.numbers[0]};
    send(std::move(call), gid);
}

void broadcast(AdminCall call) { send(std::move(call), kBroadcastGroup); }

}  // namespace stentor::api
