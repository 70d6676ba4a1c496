#pragma once
// The keys of format.md. Integers stand most significant byte first, so that the order of the bytes
// is the order of the numbers and a scan is one walk.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/cmid.h"
#include "base/ids.h"
#include "base/time.h"

namespace stentor::store::keys {

// ---- Table "default": small rows, the first byte tells which
[[nodiscard]] std::string meta(std::string_view name);
[[nodiscard]] std::string head(GroupId gid);
[[nodiscard]] std::string member(GroupId gid, UserId uid);
// Right behind the member's own row, so that one scan meets both.
[[nodiscard]] std::string read_position(GroupId gid, UserId uid);
[[nodiscard]] std::string members_of(GroupId gid);  // What the two above begin with.
[[nodiscard]] std::string membership(UserId uid, GroupId gid);
[[nodiscard]] std::string memberships_of(UserId uid);
[[nodiscard]] std::string user(UserId uid);
[[nodiscard]] std::string name(std::string_view name_key);

// Of a key made by member() or read_position().
struct MemberKey {
    UserId uid;
    bool is_read_position{};
};
[[nodiscard]] std::optional<MemberKey> parse_member(std::string_view key);
[[nodiscard]] std::optional<GroupId> parse_membership(std::string_view key);

// ---- Table "entry"
[[nodiscard]] std::string entry(GroupId gid, Seq seq);
[[nodiscard]] std::optional<Seq> parse_entry(std::string_view key);

// ---- Table "sent": days first, so that a forgotten day is one range
using Day = std::uint32_t;  // Since 1970; a cmid's 48 bits of milliseconds always fit.
[[nodiscard]] Day day_of(Time time);
[[nodiscard]] std::string sent(GroupId gid, UserId uid, Cmid cmid);
[[nodiscard]] std::string sent_of(Day day, GroupId gid);
[[nodiscard]] std::string sent_on(Day day);
struct SentKey {
    Day day{};
    GroupId gid;
    Cmid cmid;
    UserId uid;
};
[[nodiscard]] std::optional<SentKey> parse_sent(std::string_view key);

// The least key above all that begin with `prefix`; empty when there is none.
[[nodiscard]] std::string after(std::string prefix);

}  // namespace stentor::store::keys
