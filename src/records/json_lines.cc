#include "records/json_lines.h"

#include <sodium/utils.h>

#include <boost/json.hpp>
#include <stdexcept>
#include <utility>

#include "wire/pb.h"

namespace stentor::records {
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
    if (password) line["password"] = user.password;
    return line;
}

store::UserRow user_of(const json::object& line) {
    return {.uid = {number(line, "uid")},
            .name = text(line, "name"),
            .name_key = text(line, "name_key"),
            .password = line.contains("password") ? text(line, "password") : std::string{},
            .created = time(line, "created_ms"),
            .disabled = flag(line, "disabled"),
            .tokens_since = time(line, "tokens_since_ms")};
}

// ---- Groups

json::object line_of(GroupId gid, const store::HeadRow& head) {
    pb::GroupSettings settings;
    settings.ParseFromString(head.settings);
    return {{"kind", "group"},
            {"gid", gid.value},
            {"name", settings.name()},
            {"seq", head.seq.value},
            {"digest", base64(head.digest.view())},
            {"ordinal", head.ordinal},
            {"time_ms", to_ms(head.time)},
            {"floor", head.floor.value},
            {"floor_digest", base64(head.floor_digest.view())},
            {"members", head.members},
            {"creator", head.creator.value},
            {"settings", base64(head.settings)}};
}

store::HeadRow head_of(const json::object& line) {
    return {.seq = {number(line, "seq")},
            .digest = digest(line, "digest"),
            .ordinal = number(line, "ordinal"),
            .time = time(line, "time_ms"),
            .floor = {number(line, "floor")},
            .floor_digest = digest(line, "floor_digest"),
            .members = number(line, "members"),
            .creator = {number(line, "creator")},
            .settings = from_base64(text(line, "settings"))};
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
            .overlay = flag(line, "overlay")};
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

}  // namespace stentor::records
