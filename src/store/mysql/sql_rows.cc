#include "store/mysql/sql_rows.h"

#include "store/mysql/lists.h"

namespace stentor::store::mysql {
namespace {

constexpr std::uint64_t kMutedForMe = 1;
constexpr std::uint64_t kBanned = 2;
constexpr std::uint64_t kPending = 4;
constexpr std::uint64_t kBlocked = 8;
constexpr std::uint64_t kOverlay = 16;

Cmid cmid_of(Row& row) {
    Cmid cmid;
    const std::string bytes = row.text();
    if (bytes.size() != cmid.bytes.size()) {
        row.spoil("cmid");
        return cmid;
    }
    std::ranges::copy(bytes, cmid.bytes.begin());
    return cmid;
}

}  // namespace

void put(Values& out, const HeadRow& row) {
    ListWriter forks;
    for (const ForkPoint& fork : row.forks) {
        forks.number(fork.epoch.value);
        forks.number(fork.seq.value);
    }
    append(out,
           {row.epoch, row.term, row.version, row.seq, row.digest, row.ordinal, row.time, row.floor,
            row.floor_digest, row.home, row.members, row.creator, row.settings, forks.take()});
}

HeadRow head_of(Row& row) {
    HeadRow head;
    head.epoch = {row.number()};
    head.term = {row.number()};
    head.version = row.number();
    head.seq = {row.number()};
    head.digest = row.digest();
    head.ordinal = row.number();
    head.time = row.time();
    head.floor = {row.number()};
    head.floor_digest = row.digest();
    head.home = static_cast<std::uint32_t>(row.number());
    head.members = row.number();
    head.creator = {row.number()};
    head.settings = row.text();
    const std::string bytes = row.text();
    ListReader forks{bytes};
    while (forks.more()) {
        const Epoch epoch{forks.number()};
        head.forks.push_back({.epoch = epoch, .seq = {forks.number()}});
    }
    if (!forks.good()) row.spoil("head.forks");
    return head;
}

void put(Values& out, const MemberRow& row) {
    const std::uint64_t flags = (row.muted_for_me ? kMutedForMe : 0) | (row.banned ? kBanned : 0) |
                                (row.pending ? kPending : 0) | (row.blocked ? kBlocked : 0) |
                                (row.overlay ? kOverlay : 0);
    append(out, {row.uid, row.role, flags, row.floor, row.read, row.left, row.version, row.joined,
                 row.muted_until, row.put_out});
}

MemberRow member_of(Row& row) {
    MemberRow member;
    member.uid = {row.number()};
    const std::uint64_t role = row.number();
    if (role > static_cast<std::uint64_t>(Role::owner)) row.spoil("member.role");
    member.role = static_cast<Role>(role);
    const std::uint64_t flags = row.number();
    member.muted_for_me = (flags & kMutedForMe) != 0;
    member.banned = (flags & kBanned) != 0;
    member.pending = (flags & kPending) != 0;
    member.blocked = (flags & kBlocked) != 0;
    member.overlay = (flags & kOverlay) != 0;
    member.floor = {row.number()};
    member.read = {row.number()};
    member.left = {row.number()};
    member.version = row.number();
    member.joined = row.time();
    member.muted_until = row.time();
    member.put_out = row.time();
    return member;
}

void put(Values& out, const InviteRow& row) {
    append(out, {row.code, row.by, row.expires, row.uses_left ? Value{*row.uses_left} : Value{},
                 row.made, row.uses, row.ended, row.name});
}

InviteRow invite_of(Row& row) {
    InviteRow invite;
    invite.code = row.text();
    invite.by = {row.number()};
    invite.expires = row.time();
    if (const auto left = row.maybe()) invite.uses_left = static_cast<std::uint32_t>(*left);
    invite.made = row.time();
    invite.uses = static_cast<std::uint32_t>(row.number());
    invite.ended = row.flag();
    invite.name = row.text();
    return invite;
}

void put(Values& out, const ModerationRow& row) {
    append(out, {row.number, row.time, row.by, row.kind, row.uid, row.epoch, row.seq, row.value,
                 row.reason});
}

ModerationRow moderation_of(Row& row) {
    ModerationRow line;
    line.number = row.number();
    line.time = row.time();
    line.by = {row.number()};
    const std::uint64_t kind = row.number();
    if (kind == 0 || kind > static_cast<std::uint64_t>(kLastModerationKind)) {
        row.spoil("moderation.kind");
    }
    line.kind = static_cast<ModerationKind>(kind);
    line.uid = {row.number()};
    line.epoch = {row.number()};
    line.seq = {row.number()};
    line.value = row.number();
    line.reason = row.text();
    return line;
}

void put(Values& out, const UserRow& row) {
    ListWriter sign_ins;
    for (const SignIn& one : row.sign_ins) {
        sign_ins.number(to_ms(one.minted));
        sign_ins.text(one.client);
        sign_ins.text(one.address);
    }
    ListWriter ended;
    for (const Time minted : row.ended_tokens) ended.number(to_ms(minted));
    append(out, {row.uid, row.name, row.name_key, row.password, row.created, row.disabled,
                 row.erased, row.tokens_since, sign_ins.take(), ended.take(), row.rate.per_s,
                 row.rate.burst, row.picture});
}

UserRow account_of(Row& row) {
    UserRow user;
    user.uid = {row.number()};
    user.name = row.text();
    user.name_key = row.text();
    user.password = row.text();
    user.created = row.time();
    user.disabled = row.flag();
    user.erased = row.flag();
    user.tokens_since = row.time();
    const std::string sign_in_bytes = row.text();
    const std::string ended_bytes = row.text();
    ListReader sign_ins{sign_in_bytes};
    while (sign_ins.more()) {
        SignIn& one = user.sign_ins.emplace_back();
        one.minted = from_ms(sign_ins.number());
        one.client = sign_ins.text();
        one.address = sign_ins.text();
    }
    ListReader ended{ended_bytes};
    while (ended.more()) user.ended_tokens.push_back(from_ms(ended.number()));
    if (!sign_ins.good() || !ended.good()) row.spoil("account.tokens");
    user.rate.per_s = static_cast<std::uint32_t>(row.number());
    user.rate.burst = static_cast<std::uint32_t>(row.number());
    user.picture = row.text();
    return user;
}

std::string counts_of(const TallyRow& row) {
    ListWriter counts;
    for (const auto& [emoji, count] : row.counts) {
        counts.text(emoji);
        counts.number(count);
    }
    return counts.take();
}

TallyRow tally_of(Row& row) {
    TallyRow tally{.seq = {row.number()}};
    const std::string bytes = row.text();
    ListReader counts{bytes};
    while (counts.more()) {
        std::string emoji = counts.text();
        tally.counts.emplace_back(std::move(emoji), counts.number());
    }
    if (!counts.good()) row.spoil("tally");
    return tally;
}

std::string changed_of(const FeedRow& row) {
    ListWriter changed;
    for (const Seq seq : row.changed) changed.number(seq.value);
    return changed.take();
}

std::string members_of(const FeedRow& row) {
    ListWriter members;
    for (const MemberEvent& event : row.members) {
        members.number(event.uid.value);
        members.number(static_cast<std::uint64_t>(event.kind));
        members.number(event.by.value);
    }
    return members.take();
}

FeedRow feed_of(Row& row) {
    FeedRow line{.number = row.number()};
    line.gid = {row.number()};
    line.first = {row.number()};
    line.last = {row.number()};
    const std::string changed_bytes = row.text();
    const std::string member_bytes = row.text();
    ListReader changed{changed_bytes};
    while (changed.more()) line.changed.push_back({changed.number()});
    ListReader members{member_bytes};
    bool good = true;
    while (members.more()) {
        MemberEvent event{.uid = {members.number()}};
        const std::uint64_t kind = members.number();
        good = good && kind > 0 && kind <= static_cast<std::uint64_t>(MemberEvent::kLast);
        event.kind = static_cast<MemberEvent::Kind>(kind);
        event.by = {members.number()};
        line.members.push_back(event);
    }
    if (!good || !changed.good() || !members.good()) row.spoil("feed");
    return line;
}

SentRow sent_of(Row& row) {
    SentRow sent{.cmid = cmid_of(row)};
    sent.uid = {row.number()};
    sent.seq = {row.number()};
    sent.body_hash = row.digest();
    return sent;
}

std::string of_table(std::string_view table, std::string_view columns) {
    std::string text{table};
    text += '.';
    for (const char c : columns) {
        text += c;
        if (c == ',') text.append(table).append(".");
    }
    return text;
}

std::string replacing(std::string_view columns) {
    std::string text = " ON DUPLICATE KEY UPDATE ";
    while (!columns.empty()) {
        const std::string_view one = columns.substr(0, columns.find(','));
        columns.remove_prefix(std::min(columns.size(), one.size() + 1));
        text.append(one).append("=VALUES(").append(one).append(")");
        if (!columns.empty()) text += ',';
    }
    return text;
}

}  // namespace stentor::store::mysql
