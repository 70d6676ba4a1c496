#pragma once
// The calls of /admin/api/, each a function. What they share: a call, and how an owner's answer
// becomes one over HTTP.

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/fields.h"
#include "api/operator/admin.h"
#include "api/public/accounts.h"

namespace stentor::api {

struct AdminCall {
    const net::http::Request& request;
    std::vector<std::uint64_t> numbers;  // At the places of the path, from left to right.
    AdminParts parts;
    Admin::Reply reply;
};
using AdminHandler = void (*)(AdminCall);

[[nodiscard]] net::http::Response object_response(const boost::json::object& object);
// Sent, Done, GroupReady and the like; a Refused as any refusal.
[[nodiscard]] net::http::Response frame_response(const Result<pb::ServerFrame>& answer);

// Answers with `made` once the setting is stored.
void keep_setting(bus::Bus& bus, bus::AskSetSetting setting, boost::json::object made,
                  Admin::Reply reply);
// not_found{field} when there is no setting of this name. `field`: a literal.
void remove_setting(bus::Bus& bus, std::string name, std::string_view field,
                    bus::ReplyHandler removed);

void ask_settings(bus::Bus& bus, std::string_view prefix,
                  std::move_only_function<void(Result<std::vector<bus::Setting>>)> done);

// The number of this name, `otherwise` without one; bad_field unless it is 1 to `max`. `name`: a
// literal.
[[nodiscard]] Result<std::uint64_t> number_within(const Fields& fields, std::string_view name,
                                                  std::uint64_t otherwise, std::uint64_t max);

// What the operator calls a key or a token, in "name": a plain line of at most kNameBytes;
// bad_name.
[[nodiscard]] Result<std::string> name_for_operator(const Fields& fields);

// ---- admin_users.cc
void list_users(AdminCall call);
void add_user(AdminCall call);
void disable_user(AdminCall call);
void enable_user(AdminCall call);
void note_token(AdminCall call);
void sign_user_out(AdminCall call);
void set_password(AdminCall call);
void set_user_rate(AdminCall call);
void end_user_rate(AdminCall call);
// ---- admin_storm.cc
void show_storm(AdminCall call);
void pin_storm(AdminCall call);
// ---- admin_erase.cc
void erase_user(AdminCall call);
// ---- admin_audit.cc
void list_audit(AdminCall call);
// ---- admin_keys.cc
void list_keys(AdminCall call);
void add_key(AdminCall call);
void remove_key(AdminCall call);
// ---- admin_registration.cc
void list_registration_tokens(AdminCall call);
void add_registration_token(AdminCall call);
void end_registration_token(AdminCall call);
// ---- admin_bans.cc
void list_address_bans(AdminCall call);
void add_address_ban(AdminCall call);
void end_address_ban(AdminCall call);
// ---- admin_groups.cc
[[nodiscard]] boost::json::object group_object(const pb::GroupSummary& group);
// All of them, in the order of their numbers.
void ask_groups(bus::Bus& bus, GroupId after, std::uint32_t count,
                std::move_only_function<void(Result<pb::Groups>)> done);
// The group itself, or not_found{gid}.
void ask_group(bus::Bus& bus, GroupId gid,
               std::move_only_function<void(Result<pb::GroupSummary>)> done);
// Nobody is in it and it has no name: its number alone is left.
[[nodiscard]] bool is_closed(const pb::GroupSummary& group);
void create_group(AdminCall call);
void show_group(AdminCall call);
void list_members(AdminCall call);
void configure_group(AdminCall call);
void recall_entry(AdminCall call);
void delete_group(AdminCall call);
void send_to_group(AdminCall call);
void broadcast(AdminCall call);
// ---- admin_group_settings.cc
void show_group_settings(AdminCall call);
// ---- admin_searches.cc
void list_groups(AdminCall call);
void list_reports(AdminCall call);
// ---- admin_invites.cc
void list_invites(AdminCall call);
void end_invite(AdminCall call);
// ---- admin_moderation.cc
void list_moderation(AdminCall call);
void dismiss_reports(AdminCall call);
// ---- admin_members.cc
void kick_member(AdminCall call);
void ban_member(AdminCall call);
void unban_member(AdminCall call);
void mute_member(AdminCall call);
void unmute_member(AdminCall call);
void set_role(AdminCall call);

}  // namespace stentor::api
