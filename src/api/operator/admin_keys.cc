// What the operator does with the keys of other systems (api_keys.h).
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <utility>

#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "api/public/api_keys.h"
#include "auth/random.h"
#include "base/group_ids.h"
#include "base/limits.h"
#include "base/number_text.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

json::object object_of(const ApiKey& key) {
    json::array scopes;
    for (const Scope scope : key.scopes) {
        scopes.emplace_back(kScopeNames[static_cast<std::size_t>(scope)]);
    }
    json::array groups;
    for (const GroupId gid : key.groups) groups.emplace_back(std::to_string(gid.value));
    return {{"id", key.id},
            {"name", key.name},
            {"scopes", std::move(scopes)},
            {"uid", key.uid.value},
            {"per_second", key.per_second},
            {"groups", std::move(groups)},
            {"created_ms", to_ms(key.created)}};
}

// Numbers as texts, as fields hold lists.
Result<std::vector<GroupId>> groups_in(const Fields& fields) {
    const auto texts = fields.texts("groups");
    if (!texts) return std::unexpected(texts.error());
    const Error bad{.code = Code::bad_field, .where = "groups", .limit = limits::kKeyGroups};
    std::vector<GroupId> groups;
    for (const std::string& each : texts->value_or(std::vector<std::string>{})) {
        const auto gid = number_in(each);
        if (!gid || *gid == 0 || *gid > limits::kIdMax) return std::unexpected(bad);
        groups.push_back({*gid});
    }
    if (groups.size() > limits::kKeyGroups) return std::unexpected(bad);
    return groups;
}

Result<MadeKey> key_of(const Fields& fields) {
    const auto name = name_for_operator(fields);
    if (!name) return std::unexpected(name.error());
    const auto names = fields.texts("scopes");
    if (!names) return std::unexpected(names.error());
    std::vector<Scope> scopes;
    for (const std::string& each : names->value_or(std::vector<std::string>{})) {
        const auto scope = scope_named(each);
        if (!scope) return std::unexpected(Error{.code = Code::bad_field, .where = "scopes"});
        scopes.push_back(*scope);
    }
    if (scopes.empty()) {
        return std::unexpected(Error{.code = Code::bad_field, .where = "scopes", .limit = 1});
    }
    const auto uid = fields.number("uid");
    if (!uid) return std::unexpected(uid.error());
    const auto per_second = fields.number("per_second");
    if (!per_second) return std::unexpected(per_second.error());
    const std::uint64_t rate = per_second->value_or(limits::kKeyPerSecond);
    if (rate == 0 || rate > limits::kKeyPerSecondMax) {
        return std::unexpected(Error{
            .code = Code::bad_field, .where = "per_second", .limit = limits::kKeyPerSecondMax});
    }
    auto groups = groups_in(fields);
    if (!groups) return std::unexpected(groups.error());
    std::array<std::uint8_t, 40> random{};
    auth::fill_random(random);
    MadeKey made = make_key(*name, std::move(scopes), {uid->value_or(0)}, random, now());
    made.key.per_second = static_cast<std::uint32_t>(rate);
    made.key.groups = std::move(*groups);
    return made;
}

void keep_key(bus::Bus& bus, const MadeKey& made, Admin::Reply reply) {
    json::object object = object_of(made.key);
    object["key"] = made.text;
    keep_setting(bus,
                 {.name = std::string{kKeySettings} + made.key.id, .value = to_setting(made.key)},
                 std::move(object), std::move(reply));
}

// A key never sends to those that are not there, nor to those that push.cc refuses to all: one
// bound to them would be of no use, and whoever made it would find out much later.
void keep_if_groups_fit(bus::Bus& bus, std::size_t at, MadeKey made, Admin::Reply reply) {
    if (at == made.key.groups.size()) return keep_key(bus, made, std::move(reply));
    const GroupId gid = made.key.groups[at];
    const std::string number = std::to_string(gid.value);
    if (gid == kBroadcastGroup || is_direct(gid)) {
        const std::string why =
            gid == kBroadcastGroup ? "group 1 takes no key; the scope everybody writes to everybody"
                                   : number + " is a chat of two, which takes no key";
        return reply(refusal_saying({.code = Code::not_permitted, .where = "groups"}, why));
    }
    ask_group(bus, gid,
              [&bus, at, number, made = std::move(made),
               reply = std::move(reply)](const Result<pb::GroupSummary>& group) mutable {
                  if (!group && group.error().code != Code::not_found) {
                      return reply(refusal(group.error()));
                  }
                  if (!group || is_closed(*group)) {
                      return reply(refusal_saying({.code = Code::not_found, .where = "groups"},
                                                  "there is no group " + number));
                  }
                  keep_if_groups_fit(bus, at + 1, std::move(made), std::move(reply));
              });
}

}  // namespace

void list_keys(AdminCall call) {
    auto found = [reply = std::move(call.reply)](Result<bus::Reply> answer) mutable {
        const auto settings = only<std::vector<bus::Setting>>(std::move(answer));
        if (!settings) return reply(refusal(settings.error()));
        json::array keys;
        for (const bus::Setting& each : *settings) {
            if (const auto key = key_of_setting(each.value)) keys.push_back(object_of(*key));
        }
        reply(object_response({{"keys", std::move(keys)}}));
    };
    call.parts.bus.ask(PartitionId{}, bus::AskSettings{.prefix = std::string{kKeySettings}},
                       std::move(found));
}

void keep_setting(bus::Bus& bus, bus::AskSetSetting setting, json::object made,
                  Admin::Reply reply) {
    auto kept = [made = std::move(made),
                 reply = std::move(reply)](const Result<bus::Reply>& answer) mutable {
        reply(answer ? object_response(made) : refusal(answer.error()));
    };
    bus.ask(PartitionId{}, std::move(setting), std::move(kept));
}

void remove_setting(bus::Bus& bus, std::string name, std::string_view field,
                    bus::ReplyHandler removed) {
    auto found = [&bus, name, field,
                  removed = std::move(removed)](Result<bus::Reply> answer) mutable {
        const auto settings = only<std::vector<bus::Setting>>(std::move(answer));
        if (!settings) return removed(std::unexpected(settings.error()));
        if (std::ranges::find(*settings, name, &bus::Setting::name) == settings->end()) {
            return removed(std::unexpected(Error{.code = Code::not_found, .where = field}));
        }
        bus.ask(PartitionId{}, bus::AskSetSetting{.name = std::move(name)}, std::move(removed));
    };
    bus.ask(PartitionId{}, bus::AskSettings{.prefix = name}, std::move(found));
}

// The key itself is in this answer, and nowhere else ever.
void add_key(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    auto made = key_of(*fields);
    if (!made) return call.reply(refusal(made.error()));
    keep_if_groups_fit(call.parts.bus, 0, std::move(*made), std::move(call.reply));
}

void remove_key(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto id = fields->text("id");
    if (!id) return call.reply(refusal(id.error()));
    std::string name = std::string{kKeySettings} + id->value_or("");
    auto removed = [reply = std::move(call.reply)](const Result<bus::Reply>& answer) mutable {
        reply(answer ? object_response({{"ok", true}}) : refusal(answer.error()));
    };
    remove_setting(call.parts.bus, std::move(name), "id", std::move(removed));
}

}  // namespace stentor::api
