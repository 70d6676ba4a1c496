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
#include "store/rows.h"

namespace stentor::store::keys {

// ---- Table "default": small rows, the first byte tells which
[[nodiscard]] std::string meta(std::string_view name);
[[nodiscard]] std::string head(GroupId gid);
[[nodiscard]] std::string heads();  // What all of those begin with.
[[nodiscard]] std::string member(GroupId gid, UserId uid);
// Right behind the member's own row, so that one scan meets both.
[[nodiscard]] std::string read_position(GroupId gid, UserId uid);
[[nodiscard]] std::string members();
[[nodiscard]] std::string members_of(GroupId gid);  // What the two above begin with.
[[nodiscard]] std::string membership(UserId uid, GroupId gid);
[[nodiscard]] std::string memberships_of(UserId uid);
[[nodiscard]] std::string user(UserId uid);
[[nodiscard]] std::string users();
[[nodiscard]] std::string name(std::string_view name_key);
// By text::folded(), for lists; a name holds no zero byte. A sign-in goes by the row above, whose
// key no version of Unicode moves.
[[nodiscard]] std::string folded_name(std::string_view name_key);
[[nodiscard]] std::string folded_names_like(std::string_view prefix);
[[nodiscard]] std::string invite(GroupId gid, std::string_view code);
[[nodiscard]] std::string invites_of(GroupId gid);  // What those begin with.
[[nodiscard]] std::string moderation(GroupId gid, std::uint64_t number);
[[nodiscard]] std::string moderation_of(GroupId gid);  // What those begin with.
[[nodiscard]] std::string all_moderation();
[[nodiscard]] std::string change(GroupId gid, std::uint64_t version);
[[nodiscard]] std::string changes_of(GroupId gid);  // What those begin with.
[[nodiscard]] std::string all_changes();
// Of a key made by moderation().
struct ModerationKey {
    GroupId gid;
    std::uint64_t number{};
};
[[nodiscard]] std::optional<ModerationKey> parse_moderation(std::string_view key);
[[nodiscard]] std::string account_change(std::uint64_t number);
[[nodiscard]] std::string account_changes();
[[nodiscard]] std::string account_change_of(UserId uid);
[[nodiscard]] std::string audit(std::uint64_t number);
[[nodiscard]] std::string audits();
[[nodiscard]] std::string user_log_head(UserId uid);
[[nodiscard]] std::string user_log(UserId uid, std::uint64_t place);
[[nodiscard]] std::string user_log_of(UserId uid);
[[nodiscard]] std::string setting(std::string_view name);
// Members, those who wait, those who are banned, likewise.
[[nodiscard]] std::string named(GroupId gid, Listed whom, std::string_view name_key, UserId uid);
[[nodiscard]] std::string named_like(GroupId gid, Listed whom, std::string_view prefix);

// What all rows of a kind begin with.
[[nodiscard]] std::string all_folded_names();
[[nodiscard]] std::string all_named();
[[nodiscard]] std::string all_memberships();
[[nodiscard]] std::string all_user_log_heads();
[[nodiscard]] std::string all_user_logs();
[[nodiscard]] std::string all_invites();
[[nodiscard]] std::string account_change_of();

[[nodiscard]] std::optional<GroupId> parse_head(std::string_view key);
// Of a key that is a letter and a number: user(), account_change(), audit().
[[nodiscard]] std::optional<std::uint64_t> parse_numbered(std::string_view key);
[[nodiscard]] std::optional<UserId> parse_named(std::string_view key);
// Of a key made by member() or read_position().
struct MemberKey {
    GroupId gid;
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

// ---- Table "beside": what stands beside a log, in blocks of entries, so that a risen floor drops
// it by one range, and in a block by the one it belongs to, so that a page of theirs is one walk
enum class Kind : char { hidden = 'h', note = 'n', reaction = 'r', tally = 't' };
inline constexpr std::uint64_t kBlock = 256;  // Entries
struct Beside {
    std::uint64_t block{};
    Kind kind{};
    UserId uid;             // 0 for tallies.
    Seq seq;                // A note's anchor.
    std::string_view rest;  // Of a note its number, of a reaction its emoji.
};
[[nodiscard]] std::string beside(GroupId gid, Kind kind, UserId uid, Seq seq,
                                 std::string_view rest = {});
[[nodiscard]] std::string beside_in(GroupId gid, std::uint64_t block, Kind kind, UserId uid);
[[nodiscard]] std::string beside_from(GroupId gid, std::uint64_t block);
[[nodiscard]] std::optional<Beside> parse_beside(std::string_view key);
[[nodiscard]] std::string fixed(std::uint64_t number);
[[nodiscard]] std::optional<std::uint64_t> parse_fixed(std::string_view bytes);

// ---- Table "feed": fixed(number)

// For people: the letter of a row in "default", and the numbers, as in "m 5 17".
[[nodiscard]] std::string shown(std::string_view key);

// The least key above `key`.
[[nodiscard]] std::string after_row(std::string key);
// The least key above all that begin with `prefix`; empty when there is none.
[[nodiscard]] std::string after(std::string prefix);

}  // namespace stentor::store::keys
