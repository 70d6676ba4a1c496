#include "store/rocks/keys.h"

#include <algorithm>

#include "text/names.h"

namespace stentor::store::keys {
namespace {

constexpr char kMeta = 'M';
constexpr char kHead = 'H';
constexpr char kMember = 'm';
constexpr char kMembership = 'g';
constexpr char kUser = 'u';
constexpr char kName = 'n';
constexpr char kFoldedName = 'F';
constexpr char kInvite = 'i';
constexpr char kUserLogHead = 'L';
constexpr char kUserLog = 'l';
constexpr char kSetting = 's';
constexpr char kNamed = 'N';
constexpr char kChange = 'A';
constexpr char kChangeOf = 'a';
constexpr char kAudit = 'J';
constexpr char kModeration = 'P';
constexpr char kGroupChange = 'C';
constexpr char kRowItself = 0;
constexpr char kReadPosition = 1;

void put(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8U * (bytes - 1 - i)));
}

std::uint64_t number(std::string_view key, std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    for (const char byte : key.substr(at, bytes)) {
        value = (value << 8U) | static_cast<unsigned char>(byte);
    }
    return value;
}

std::string row(char table, std::uint64_t first) {
    std::string key{table};
    put(key, first, 8);
    return key;
}

std::string row(char table, std::uint64_t first, std::uint64_t second) {
    std::string key = row(table, first);
    put(key, second, 8);
    return key;
}

}  // namespace

std::string meta(std::string_view name) { return kMeta + std::string{name}; }
std::string head(GroupId gid) { return row(kHead, gid.value); }
std::string heads() { return std::string{kHead}; }
std::string member(GroupId gid, UserId uid) {
    return row(kMember, gid.value, uid.value) + kRowItself;
}
std::string read_position(GroupId gid, UserId uid) {
    return row(kMember, gid.value, uid.value) + kReadPosition;
}
std::string members() { return std::string{kMember}; }
std::string members_of(GroupId gid) { return row(kMember, gid.value); }
std::string membership(UserId uid, GroupId gid) { return row(kMembership, uid.value, gid.value); }
std::string memberships_of(UserId uid) { return row(kMembership, uid.value); }
std::string user(UserId uid) { return row(kUser, uid.value); }
std::string users() { return std::string{kUser}; }
std::string name(std::string_view name_key) { return kName + std::string{name_key}; }

std::string folded_names_like(std::string_view prefix) {
    return kFoldedName + text::folded(prefix);
}

std::string folded_name(std::string_view name_key) {
    return folded_names_like(name_key) + '\0' + std::string{name_key};
}

std::string invite(GroupId gid, std::string_view code) {
    return row(kInvite, gid.value) + std::string{code};
}
std::string invites_of(GroupId gid) { return row(kInvite, gid.value); }
std::string moderation(GroupId gid, std::uint64_t number) {
    return row(kModeration, gid.value, number);
}
std::string moderation_of(GroupId gid) { return row(kModeration, gid.value); }
std::string change(GroupId gid, std::uint64_t version) {
    return row(kGroupChange, gid.value, version);
}
std::string changes_of(GroupId gid) { return row(kGroupChange, gid.value); }
std::string all_changes() { return std::string{kGroupChange}; }
std::string all_moderation() { return std::string{kModeration}; }
std::string account_change(std::uint64_t number) { return row(kChange, number); }
std::string account_changes() { return std::string{kChange}; }
std::string account_change_of(UserId uid) { return row(kChangeOf, uid.value); }
std::string audit(std::uint64_t number) { return row(kAudit, number); }
std::string audits() { return std::string{kAudit}; }
std::string user_log_head(UserId uid) { return row(kUserLogHead, uid.value); }
std::string user_log(UserId uid, std::uint64_t place) { return row(kUserLog, uid.value, place); }
std::string user_log_of(UserId uid) { return row(kUserLog, uid.value); }
std::string setting(std::string_view name) { return kSetting + std::string{name}; }

std::string named_like(GroupId gid, Listed whom, std::string_view prefix) {
    return row(kNamed, gid.value) + static_cast<char>(whom) + text::folded(prefix);
}

std::string named(GroupId gid, Listed whom, std::string_view name_key, UserId uid) {
    return named_like(gid, whom, name_key) + '\0' + fixed(uid.value);
}

std::string all_folded_names() { return std::string{kFoldedName}; }
std::string all_named() { return std::string{kNamed}; }
std::string all_memberships() { return std::string{kMembership}; }
std::string all_user_log_heads() { return std::string{kUserLogHead}; }
std::string all_user_logs() { return std::string{kUserLog}; }
std::string all_invites() { return std::string{kInvite}; }
std::string account_change_of() { return std::string{kChangeOf}; }

std::optional<ModerationKey> parse_moderation(std::string_view key) {
    if (key.size() != 17 || key[0] != kModeration) return std::nullopt;
    return ModerationKey{.gid = {number(key, 1, 8)}, .number = number(key, 9, 8)};
}

std::optional<GroupId> parse_head(std::string_view key) {
    if (key.size() != 9 || key[0] != kHead) return std::nullopt;
    return GroupId{number(key, 1, 8)};
}

std::optional<std::uint64_t> parse_numbered(std::string_view key) {
    if (key.size() != 9) return std::nullopt;
    return number(key, 1, 8);
}

std::optional<UserId> parse_named(std::string_view key) {
    if (key.size() < 19 || key[0] != kNamed) return std::nullopt;
    return UserId{number(key, key.size() - 8, 8)};
}

std::optional<MemberKey> parse_member(std::string_view key) {
    if (key.size() != 18 || key[0] != kMember) return std::nullopt;
    if (key[17] != kRowItself && key[17] != kReadPosition) return std::nullopt;
    return MemberKey{.gid = {number(key, 1, 8)},
                     .uid = {number(key, 9, 8)},
                     .is_read_position = key[17] == kReadPosition};
}

std::optional<GroupId> parse_membership(std::string_view key) {
    if (key.size() != 17 || key[0] != kMembership) return std::nullopt;
    return GroupId{number(key, 9, 8)};
}

std::string entry(GroupId gid, Seq seq) {
    std::string key;
    put(key, gid.value, 8);
    put(key, seq.value, 8);
    return key;
}

std::optional<Seq> parse_entry(std::string_view key) {
    if (key.size() != 16) return std::nullopt;
    return Seq{number(key, 8, 8)};
}

Day day_of(Time time) {
    constexpr std::uint64_t kDayMs = 86'400'000;
    constexpr std::uint64_t kDayMax = ~Day{0};
    return static_cast<Day>(std::min(to_ms(time) / kDayMs, kDayMax));
}

std::string sent_on(Day day) {
    std::string key;
    put(key, day, 4);
    return key;
}

std::string sent_of(Day day, GroupId gid) {
    std::string key = sent_on(day);
    put(key, gid.value, 8);
    return key;
}

std::string sent(GroupId gid, UserId uid, Cmid cmid) {
    std::string key = sent_of(day_of(cmid.time()), gid);
    key += cmid.view();
    put(key, uid.value, 8);
    return key;
}

std::optional<SentKey> parse_sent(std::string_view key) {
    if (key.size() != 36) return std::nullopt;
    SentKey parsed{.day = static_cast<Day>(number(key, 0, 4)),
                   .gid = {number(key, 4, 8)},
                   .uid = {number(key, 28, 8)}};
    std::ranges::copy(key.substr(12, 16), parsed.cmid.bytes.begin());
    return parsed;
}

std::string beside_from(GroupId gid, std::uint64_t block) {
    return fixed(gid.value) + fixed(block);
}

std::string beside_in(GroupId gid, std::uint64_t block, Kind kind, UserId uid) {
    return beside_from(gid, block) + static_cast<char>(kind) + fixed(uid.value);
}

std::string beside(GroupId gid, Kind kind, UserId uid, Seq seq, std::string_view rest) {
    std::string key = beside_in(gid, seq.value / kBlock, kind, uid);
    put(key, seq.value, 8);
    key += rest;
    return key;
}

std::optional<Beside> parse_beside(std::string_view key) {
    if (key.size() < 33) return std::nullopt;
    return Beside{.block = number(key, 8, 8),
                  .kind = static_cast<Kind>(key[16]),
                  .uid = {number(key, 17, 8)},
                  .seq = {number(key, 25, 8)},
                  .rest = key.substr(33)};
}

std::string fixed(std::uint64_t number) {
    std::string bytes;
    put(bytes, number, 8);
    return bytes;
}

std::optional<std::uint64_t> parse_fixed(std::string_view bytes) {
    if (bytes.size() != 8) return std::nullopt;
    return number(bytes, 0, 8);
}

std::string shown(std::string_view key) {
    std::string text;
    if (key.size() % 8 != 0 && key.front() >= 'A') {
        text = key.front();
        key.remove_prefix(1);
    }
    constexpr std::uint64_t kEnd = std::uint64_t{1} << 53U;  // Above, it is text.
    for (; key.size() >= 8 && number(key, 0, 8) < kEnd; key.remove_prefix(8)) {
        text += (text.empty() ? "" : " ") + std::to_string(number(key, 0, 8));
    }
    return text;
}

std::string after_row(std::string key) { return std::move(key) + '\0'; }

std::string after(std::string prefix) {
    while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
    if (!prefix.empty()) ++prefix.back();
    return prefix;
}

}  // namespace stentor::store::keys
