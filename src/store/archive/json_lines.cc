#include "store/archive/json_lines.h"

#include <sodium/utils.h>

#include <boost/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/user_rate.h"
#include "wire/pb.h"

namespace stentor::archive {
namespace {

namespace json = boost::json;
using store::Role;

Digest digest(const json::object& line, std::string_view name) {
    return Digest::from(from_base64(text(line, name)));
}
Time time(const json::object& line, std::string_view name) { return from_ms(number(line, name)); }

const json::value& at(const json::object& line, std::string_view name) {
    const json::value* value = line.if_contains(name);
    if (value == nullptr) throw std::runtime_error{std::string{name} + " is missing"};
    return *value;
}

}  // namespace

std::string base64(std::string_view bytes) {
    std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libsodium's bytes
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    out.pop_back();
    return out;
}

std::string from_base64(std::string_view text) {
    std::string bytes(text.size(), '\0');
    std::size_t length = 0;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libsodium's bytes
    auto* const to = reinterpret_cast<unsigned char*>(bytes.data());
    if (sodium_base642bin(to, bytes.size(), text.data(), text.size(), nullptr, &length, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        throw std::runtime_error{"no base64"};
    }
    bytes.resize(length);
    return bytes;
}

std::uint64_t number(const json::object& line, std::string_view name) {
    json::error_code problem;
    const auto value = at(line, name).to_number<std::uint64_t>(problem);
    if (problem) throw std::runtime_error{std::string{name} + " is no whole number"};
    return value;
}

std::string text(const json::object& line, std::string_view name) {
    const json::value& value = at(line, name);
    if (!value.is_string()) throw std::runtime_error{std::string{name} + " is no text"};
    return std::string{value.get_string()};
}

bool flag(const json::object& line, std::string_view name) {
    const json::value* value = line.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

// ---- Users

json::object line_of(const store::UserRow& user, bool password) {
    json::object line{{"kind", "user"},
                      {"uid", user.uid.value},
                      {"name", user.name},
                      {"name_key", user.name_key},
                      {"created_ms", to_ms(user.created)},
                      {"tokens_since_ms", to_ms(user.tokens_since)}};
    if (user.disabled) line["disabled"] = true;
    if (user.erased) line["erased"] = true;
    if (!user.sign_ins.empty()) {
        json::array all;
        for (const store::SignIn& each : user.sign_ins) {
            all.emplace_back(json::object{{"minted_ms", to_ms(each.minted)},
                                          {"client", base64(each.client)},
                                          {"address", each.address}});
        }
        line["sign_ins"] = std::move(all);
    }
    if (!user.ended_tokens.empty()) {
        json::array all;
        for (const Time each : user.ended_tokens) all.emplace_back(to_ms(each));
        line["ended_tokens_ms"] = std::move(all);
    }
    if (user.rate) {
        line["sends_per_s"] = user.rate.per_s;
        line["sends_burst"] = user.rate.burst;
    }
    if (!user.picture.empty()) line["picture"] = user.picture;
    if (password) line["password"] = user.password;
    return line;
}

UserRate rate_of(const json::object& line) {
    if (!line.contains("sends_per_s")) return {};
    const auto within = [&](const char* name, std::uint32_t max) {
        const std::uint64_t value = number(line, name);
        if (value == 0 || value > max) {
            throw std::runtime_error{std::string{name} + " takes 1 to " + std::to_string(max)};
        }
        return static_cast<std::uint32_t>(value);
    };
    return {.per_s = within("sends_per_s", kSendsPerSecondMax),
            .burst = within("sends_burst", kSendsBurstMax)};
}

store::UserRow user_of(const json::object& line) {
    store::UserRow user{
        .uid = {number(line, "uid")},
        .name = text(line, "name"),
        .name_key = text(line, "name_key"),
        .password = line.contains("password") ? text(line, "password") : std::string{},
        .created = time(line, "created_ms"),
        .disabled = flag(line, "disabled"),
        .tokens_since = time(line, "tokens_since_ms"),
        .erased = flag(line, "erased"),
        .rate = rate_of(line)};
    if (line.contains("picture")) user.picture = text(line, "picture");
    if (const json::value* all = line.if_contains("sign_ins")) {
        for (const json::value& each : all->as_array()) {
            const json::object& row = each.as_object();
            user.sign_ins.push_back({.minted = time(row, "minted_ms"),
                                     .client = from_base64(text(row, "client")),
                                     .address = text(row, "address")});
        }
    }
    if (const json::value* all = line.if_contains("ended_tokens_ms")) {
        for (const json::value& each : all->as_array()) {
            user.ended_tokens.push_back(from_ms(each.to_number<std::uint64_t>()));
        }
    }
    return user;
}

// ---- Groups

json::object line_of(GroupId gid, const store::HeadRow& head) {
    pb::GroupSettings settings;
    settings.ParseFromString(head.settings);
    json::array forks;
    for (const store::ForkPoint& fork : head.forks) {
        forks.emplace_back(json::array{fork.epoch.value, fork.seq.value});
    }
    return {{"kind", "group"},
            {"gid", gid.value},
            {"epoch", head.epoch.value},
            {"forks", std::move(forks)},
            {"name", settings.name()},
            {"seq", head.seq.value},
            {"digest", base64(head.digest.view())},
            {"ordinal", head.ordinal},
            {"time_ms", to_ms(head.time)},
            {"floor", head.floor.value},
            {"floor_digest", base64(head.floor_digest.view())},
            {"home", std::uint64_t{head.home}},
            {"members", head.members},
            {"creator", head.creator.value},
            {"settings", base64(head.settings)}};
}

// What version 0.1.0 wrote has neither epoch nor forks.
store::HeadRow head_of(const json::object& line) {
    store::HeadRow head{.seq = {number(line, "seq")},
                        .digest = digest(line, "digest"),
                        .ordinal = number(line, "ordinal"),
                        .time = time(line, "time_ms"),
                        .floor = {number(line, "floor")},
                        .floor_digest = digest(line, "floor_digest"),
                        .members = number(line, "members"),
                        .creator = {number(line, "creator")},
                        .settings = from_base64(text(line, "settings"))};
    if (line.contains("epoch")) head.epoch = {number(line, "epoch")};
    if (line.contains("home")) head.home = static_cast<std::uint32_t>(number(line, "home"));
    if (const json::value* forks = line.if_contains("forks")) {
        for (const json::value& each : forks->as_array()) {
            const json::array& pair = each.as_array();
            head.forks.push_back({.epoch = {pair.at(0).to_number<std::uint64_t>()},
                                  .seq = {pair.at(1).to_number<std::uint64_t>()}});
        }
    }
    return head;
}

json::object line_of(GroupId gid, const store::MemberRow& row) {
    json::object line{{"kind", "member"},
                      {"gid", gid.value},
                      {"uid", row.uid.value},
                      {"role", static_cast<std::uint64_t>(row.role)},
                      {"floor", row.floor.value},
                      {"read", row.read.value},
                      {"left", row.left.value},
                      {"version", row.version},
                      {"joined_ms", to_ms(row.joined)},
                      {"muted_until_ms", to_ms(row.muted_until)}};
    if (row.put_out != Time{}) line["put_out_ms"] = to_ms(row.put_out);
    if (row.muted_for_me) line["muted_for_me"] = true;
    if (row.banned) line["banned"] = true;
    if (row.pending) line["pending"] = true;
    if (row.blocked) line["blocked"] = true;
    if (row.overlay) line["overlay"] = true;
    return line;
}

store::MemberRow member_of(const json::object& line) {
    const std::uint64_t role = number(line, "role");
    if (role > static_cast<std::uint64_t>(Role::owner)) throw std::runtime_error{"role is none"};
    return {.uid = {number(line, "uid")},
            .role = static_cast<Role>(role),
            .floor = {number(line, "floor")},
            .read = {number(line, "read")},
            .left = {number(line, "left")},
            .version = number(line, "version"),
            .joined = time(line, "joined_ms"),
            .muted_until = time(line, "muted_until_ms"),
            .muted_for_me = flag(line, "muted_for_me"),
            .banned = flag(line, "banned"),
            .pending = flag(line, "pending"),
            .blocked = flag(line, "blocked"),
            .overlay = flag(line, "overlay"),
            .put_out = line.contains("put_out_ms") ? time(line, "put_out_ms") : Time{}};
}

// ---- Entries

json::object line_of(GroupId gid, const LogEntry& entry) {
    pb::Entry parsed;
    pb::Body body;
    parsed.ParseFromString(*entry.bytes);
    body.ParseFromString(parsed.body());
    json::object line{{"kind", "entry"},
                      {"gid", gid.value},
                      {"seq", entry.seq.value},
                      {"sender", entry.sender.value},
                      {"time_ms", to_ms(entry.time)},
                      {"text", body.text()}};
    if (entry.recalled) line["recalled"] = true;
    line["bytes"] = base64(*entry.bytes);
    return line;
}

json::object line_of(GroupId gid, const store::TallyRow& row) {
    json::object counts;
    for (const auto& [emoji, count] : row.counts) counts[emoji] = count;
    return {{"kind", "tally"},
            {"gid", gid.value},
            {"seq", row.seq.value},
            {"counts", std::move(counts)}};
}

store::TallyRow tally_of(const json::object& line) {
    store::TallyRow row{.seq = {number(line, "seq")}};
    const json::value& counts = at(line, "counts");
    if (!counts.is_object()) throw std::runtime_error{"counts is no object"};
    for (const auto& [emoji, count] : counts.get_object()) {
        row.counts.emplace_back(std::string{emoji}, number(counts.get_object(), emoji));
        static_cast<void>(count);
    }
    return row;
}

// ---- What lets a retry be known, and a link be used

json::object line_of(GroupId gid, const store::SentRow& row) {
    return {{"kind", "sent"},
            {"gid", gid.value},
            {"uid", row.uid.value},
            {"seq", row.seq.value},
            {"cmid", base64(row.cmid.view())},
            {"body_hash", base64(row.body_hash.view())}};
}

store::SentRow sent_of(const json::object& line) {
    const auto cmid = Cmid::from(from_base64(text(line, "cmid")));
    if (!cmid) throw std::runtime_error{"cmid is none"};
    return {.cmid = *cmid,
            .uid = {number(line, "uid")},
            .seq = {number(line, "seq")},
            .body_hash = digest(line, "body_hash")};
}

json::object line_of(GroupId gid, const store::InviteRow& row) {
    json::object line{{"kind", "invite"},
                      {"gid", gid.value},
                      {"code", base64(row.code)},
                      {"by", row.by.value},
                      {"expires_ms", to_ms(row.expires)},
                      {"made_ms", to_ms(row.made)},
                      {"uses", row.uses}};
    if (row.uses_left) line["uses_left"] = *row.uses_left;
    if (row.ended) line["ended"] = true;
    if (!row.name.empty()) line["name"] = row.name;
    return line;
}

store::InviteRow invite_of(const json::object& line) {
    store::InviteRow row{.code = from_base64(text(line, "code")),
                         .by = {number(line, "by")},
                         .expires = time(line, "expires_ms"),
                         .made = time(line, "made_ms"),
                         .uses = static_cast<std::uint32_t>(number(line, "uses")),
                         .ended = flag(line, "ended")};
    if (line.contains("uses_left")) {
        row.uses_left = static_cast<std::uint32_t>(number(line, "uses_left"));
    }
    if (line.contains("name")) row.name = text(line, "name");
    return row;
}

json::object line_of(GroupId gid, const store::ModerationRow& row) {
    return {{"kind", "moderation"},
            {"gid", gid.value},
            {"time_ms", to_ms(row.time)},
            {"by", row.by.value},
            {"act", static_cast<std::uint64_t>(row.kind)},
            {"uid", row.uid.value},
            {"epoch", row.epoch.value},
            {"seq", row.seq.value},
            {"value", row.value},
            {"reason", row.reason}};
}

store::ModerationRow moderation_of(const json::object& line) {
    const std::uint64_t act = number(line, "act");
    if (act == 0 || act > static_cast<std::uint64_t>(store::kLastModerationKind)) {
        throw std::runtime_error{"act is unknown"};
    }
    return {.time = time(line, "time_ms"),
            .by = {number(line, "by")},
            .kind = static_cast<store::ModerationKind>(act),
            .uid = {number(line, "uid")},
            .epoch = {number(line, "epoch")},
            .seq = {number(line, "seq")},
            .value = number(line, "value"),
            .reason = text(line, "reason")};
}

}  // namespace stentor::archive
