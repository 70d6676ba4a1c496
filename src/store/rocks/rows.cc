#include "store/rocks/rows.h"

#include <limits>

#include "store/varint.h"

namespace stentor::store::rows {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kVersion2 = 2;  // Of members, users and invites: each gained fields.
constexpr std::uint8_t kVersion3 = 3;  // Of users: their rate; of invites: their name.
constexpr std::uint8_t kVersion4 = 4;  // Of users: their picture.
constexpr std::uint8_t kMutedForMe = 1;
constexpr std::uint8_t kBanned = 2;
constexpr std::uint8_t kPending = 4;
constexpr std::uint8_t kBlocked = 8;
constexpr std::uint8_t kOverlay = 16;
constexpr std::uint8_t kDisabled = 1;
constexpr std::uint8_t kErased = 2;
constexpr std::uint8_t kEnded = 1;

class Writer {
public:
    explicit Writer(std::uint8_t version = kVersion) { byte(version); }

    void byte(std::uint8_t value) { out_ += static_cast<char>(value); }
    void number(std::uint64_t value) { append_varint(out_, value); }
    void time(Time time) { number(to_ms(time)); }
    void digest(const Digest& digest) { out_ += digest.view(); }
    void text(std::string_view text) {
        number(text.size());
        out_ += text;
    }
    void rest(std::string_view bytes) { out_ += bytes; }
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    std::string out_;
};

// Once a field is missing or wrong all later ones are zero and whole() says no.
class Reader {
public:
    explicit Reader(std::string_view in, std::uint8_t newest = kVersion) : in_(in) {
        version_ = byte();
        require(version_ >= kVersion && version_ <= newest);
    }

    [[nodiscard]] std::uint8_t version() const { return version_; }

    std::uint8_t byte() {
        const std::string_view one = take(1);
        return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
    }
    std::uint64_t number() {
        const auto value = good_ ? take_varint(in_) : std::nullopt;
        require(value.has_value());
        return value.value_or(0);
    }
    Time time() { return from_ms(number()); }
    Digest digest() { return Digest::from(take(16)); }
    std::string text() { return std::string{take(number())}; }
    std::string rest() { return std::string{take(in_.size())}; }
    // How many follow that take `least` bytes each: more cannot be there.
    std::uint64_t count(std::size_t least) {
        const std::uint64_t count = number();
        require(count <= in_.size() / least);
        return good_ ? count : 0;
    }
    std::uint8_t flags(std::uint8_t known) {
        const std::uint8_t flags = byte();
        require((flags & ~known) == 0);
        return flags;
    }
    std::uint32_t small() {
        const std::uint64_t value = number();
        require(value <= std::numeric_limits<std::uint32_t>::max());
        return static_cast<std::uint32_t>(value);
    }
    void require(bool holds) { good_ = good_ && holds; }
    [[nodiscard]] bool whole() const { return good_ && in_.empty(); }

private:
    std::string_view take(std::uint64_t size) {
        good_ = good_ && size <= in_.size();
        if (!good_) return {};
        const std::string_view taken = in_.substr(0, size);
        in_.remove_prefix(size);
        return taken;
    }

    std::string_view in_;
    std::uint8_t version_{};
    bool good_ = true;
};

template <class Row>
std::optional<Row> checked(const Reader& in, Row&& row) {
    if (!in.whole()) return std::nullopt;
    return std::forward<Row>(row);
}

}  // namespace

std::string encode(const HeadRow& row) {
    Writer out;
    for (const std::uint64_t value :
         {row.epoch.value, row.term.value, row.version, row.seq.value, row.ordinal, to_ms(row.time),
          row.floor.value, std::uint64_t{row.home}, row.members, row.creator.value}) {
        out.number(value);
    }
    out.digest(row.digest);
    out.digest(row.floor_digest);
    out.text(row.settings);
    out.number(row.forks.size());
    for (const ForkPoint& fork : row.forks) {
        out.number(fork.epoch.value);
        out.number(fork.seq.value);
    }
    return out.take();
}

std::optional<HeadRow> decode_head(std::string_view value) {
    Reader in{value};
    HeadRow row;
    row.epoch = {in.number()};
    row.term = {in.number()};
    row.version = in.number();
    row.seq = {in.number()};
    row.ordinal = in.number();
    row.time = in.time();
    row.floor = {in.number()};
    row.home = in.small();
    row.members = in.number();
    row.creator = {in.number()};
    row.digest = in.digest();
    row.floor_digest = in.digest();
    row.settings = in.text();
    for (std::uint64_t left = in.count(2); left > 0; --left) {
        const Epoch epoch{in.number()};
        row.forks.push_back({.epoch = epoch, .seq = {in.number()}});
    }
    return checked(in, std::move(row));
}

std::string encode(const MemberRow& row) {
    Writer out{kVersion2};
    out.byte(static_cast<std::uint8_t>(row.role));
    out.byte(static_cast<std::uint8_t>((row.muted_for_me ? kMutedForMe : 0) |
                                       (row.banned ? kBanned : 0) | (row.pending ? kPending : 0) |
                                       (row.blocked ? kBlocked : 0) |
                                       (row.overlay ? kOverlay : 0)));
    for (const std::uint64_t value :
         {row.floor.value, row.read.value, row.left.value, row.version, to_ms(row.joined),
          to_ms(row.muted_until), to_ms(row.put_out)}) {
        out.number(value);
    }
    return out.take();
}

std::optional<MemberRow> decode_member(UserId uid, std::string_view value) {
    Reader in{value, kVersion2};
    MemberRow row{.uid = uid};
    const std::uint8_t role = in.byte();
    in.require(role <= static_cast<std::uint8_t>(Role::owner));
    row.role = static_cast<Role>(role);
    const std::uint8_t flags = in.flags(kMutedForMe | kBanned | kPending | kBlocked | kOverlay);
    row.muted_for_me = (flags & kMutedForMe) != 0;
    row.banned = (flags & kBanned) != 0;
    row.pending = (flags & kPending) != 0;
    row.blocked = (flags & kBlocked) != 0;
    row.overlay = (flags & kOverlay) != 0;
    row.floor = {in.number()};
    row.read = {in.number()};
    row.left = {in.number()};
    row.version = in.number();
    row.joined = in.time();
    row.muted_until = in.time();
    if (in.version() >= kVersion2) row.put_out = in.time();
    return checked(in, std::move(row));
}

std::string encode(const SentRow& row) {
    Writer out;
    out.number(row.seq.value);
    out.digest(row.body_hash);
    return out.take();
}

std::optional<SentRow> decode_sent(UserId uid, Cmid cmid, std::string_view value) {
    Reader in{value};
    SentRow row{.cmid = cmid, .uid = uid};
    row.seq = {in.number()};
    row.body_hash = in.digest();
    return checked(in, std::move(row));
}

std::string encode(const UserRow& row) {
    Writer out{kVersion4};
    out.text(row.name);
    out.text(row.name_key);
    out.text(row.password);
    out.time(row.created);
    out.byte(
        static_cast<std::uint8_t>((row.disabled ? kDisabled : 0) | (row.erased ? kErased : 0)));
    out.time(row.tokens_since);
    out.number(row.sign_ins.size());
    for (const SignIn& sign_in : row.sign_ins) {
        out.time(sign_in.minted);
        out.text(sign_in.client);
        out.text(sign_in.address);
    }
    out.number(row.ended_tokens.size());
    for (const Time minted : row.ended_tokens) out.time(minted);
    out.number(row.rate.per_s);
    out.number(row.rate.burst);
    out.text(row.picture);
    return out.take();
}

std::optional<UserRow> decode_user(UserId uid, std::string_view value) {
    Reader in{value, kVersion4};
    UserRow row{.uid = uid};
    row.name = in.text();
    row.name_key = in.text();
    row.password = in.text();
    row.created = in.time();
    const bool second = in.version() >= kVersion2;
    const std::uint8_t flags = in.flags(second ? kDisabled | kErased : kDisabled);
    row.disabled = (flags & kDisabled) != 0;
    row.erased = (flags & kErased) != 0;
    row.tokens_since = in.time();
    if (!second) return checked(in, std::move(row));
    for (std::uint64_t left = in.count(3); left > 0; --left) {
        SignIn& sign_in = row.sign_ins.emplace_back();
        sign_in.minted = in.time();
        sign_in.client = in.text();
        sign_in.address = in.text();
    }
    for (std::uint64_t left = in.count(1); left > 0; --left) row.ended_tokens.push_back(in.time());
    if (in.version() < kVersion3) return checked(in, std::move(row));
    row.rate.per_s = in.small();
    row.rate.burst = in.small();
    if (in.version() >= kVersion4) row.picture = in.text();
    return checked(in, std::move(row));
}

// The digest, then the entry's own bytes as they travel: what has a version there is protobuf.
std::string encode(const LogEntry& entry) {
    std::string out;
    out.reserve(16 + entry.bytes->size());
    out += entry.digest.view();
    out += *entry.bytes;
    return out;
}

std::optional<Digest> decode_entry_digest(std::string_view value) {
    if (value.size() < 16) return std::nullopt;
    return Digest::from(value.substr(0, 16));
}

std::optional<LogEntry> decode_entry(Seq seq, std::string_view value) {
    const std::optional<Digest> digest = decode_entry_digest(value);
    if (!digest) return std::nullopt;
    Result<LogEntry> entry = parse_log_entry(share(std::string{value.substr(16)}), *digest);
    if (!entry || entry->seq != seq) return std::nullopt;
    return std::move(*entry);
}

// No limit is 0, hence a limit is one more than it says.
std::string encode(const InviteRow& row) {
    Writer out{kVersion3};
    out.number(row.by.value);
    out.time(row.expires);
    out.number(row.uses_left ? std::uint64_t{*row.uses_left} + 1 : 0);
    out.time(row.made);
    out.number(row.uses);
    out.byte(row.ended ? kEnded : 0);
    out.text(row.name);
    return out.take();
}

std::optional<InviteRow> decode_invite(std::string_view code, std::string_view value) {
    Reader in{value, kVersion3};
    InviteRow row{.code = std::string{code}};
    row.by = {in.number()};
    row.expires = in.time();
    const std::uint64_t limit = in.number();
    in.require(limit <= std::uint64_t{std::numeric_limits<std::uint32_t>::max()} + 1);
    if (limit > 0) row.uses_left = static_cast<std::uint32_t>(limit - 1);
    if (in.version() >= kVersion2) {
        row.made = in.time();
        row.uses = in.small();
        row.ended = in.flags(kEnded) != 0;
    }
    if (in.version() >= kVersion3) row.name = in.text();
    return checked(in, std::move(row));
}

std::string encode(const TallyRow& row) {
    Writer out;
    out.number(row.counts.size());
    for (const auto& [emoji, count] : row.counts) {
        out.text(emoji);
        out.number(count);
    }
    return out.take();
}

std::optional<TallyRow> decode_tally(Seq seq, std::string_view value) {
    Reader in{value};
    TallyRow row{.seq = seq};
    for (std::uint64_t left = in.count(2); left > 0; --left) {
        std::string emoji = in.text();
        row.counts.emplace_back(std::move(emoji), in.number());
    }
    return checked(in, std::move(row));
}

// Members stand at the end of a row that begins with a group 0, which there is not: rows from
// before they were told have none.
std::string encode(const FeedRow& row) {
    Writer out;
    if (!row.members.empty()) out.number(0);
    out.number(row.gid.value);
    out.number(row.first.value);
    out.number(row.last + 1 - row.first);
    out.number(row.changed.size());
    for (const Seq seq : row.changed) out.number(seq.value);
    if (row.members.empty()) return out.take();
    out.number(row.members.size());
    for (const MemberEvent& event : row.members) {
        out.number(event.uid.value);
        out.number(static_cast<std::uint64_t>(event.kind));
        out.number(event.by.value);
    }
    return out.take();
}

std::optional<FeedRow> decode_feed(std::uint64_t number, std::string_view value) {
    Reader in{value};
    FeedRow row{.number = number};
    row.gid = {in.number()};
    const bool with_members = row.gid == GroupId{};
    if (with_members) row.gid = {in.number()};
    row.first = {in.number()};
    row.last = row.first + in.number() - 1;
    for (std::uint64_t left = in.count(1); left > 0; --left) row.changed.push_back({in.number()});
    if (!with_members) return checked(in, std::move(row));
    for (std::uint64_t left = in.count(3); left > 0; --left) {
        MemberEvent event{.uid = {in.number()}};
        const std::uint64_t kind = in.number();
        in.require(kind > 0 && kind <= static_cast<std::uint64_t>(MemberEvent::kLast));
        event.kind = static_cast<MemberEvent::Kind>(kind);
        event.by = {in.number()};
        row.members.push_back(event);
    }
    in.require(!row.members.empty());
    return checked(in, std::move(row));
}

std::string encode(const ChangeRow& row) {
    Writer out;
    out.number(row.entries.size());
    for (const Seq seq : row.entries) out.number(seq.value);
    out.number(row.members.size());
    for (const UserId uid : row.members) out.number(uid.value);
    return out.take();
}

std::optional<ChangeRow> decode_change(std::string_view value) {
    Reader in{value};
    ChangeRow row;
    for (std::uint64_t left = in.count(1); left > 0; --left) row.entries.push_back({in.number()});
    for (std::uint64_t left = in.count(1); left > 0; --left) row.members.push_back({in.number()});
    return checked(in, std::move(row));
}

std::string encode(const UserLogLine& line) {
    Writer out;
    out.number(line.user_log_seq);
    out.rest(line.entry);
    return out.take();
}

std::optional<UserLogLine> decode_user_log(std::string_view value) {
    Reader in{value};
    UserLogLine line;
    line.user_log_seq = in.number();
    line.entry = in.rest();
    return checked(in, std::move(line));
}

std::string encode(const AuditRow& row) {
    Writer out;
    out.time(row.time);
    out.rest(row.text);
    return out.take();
}

std::optional<AuditRow> decode_audit(std::uint64_t number, std::string_view value) {
    Reader in{value};
    AuditRow row{.number = number};
    row.time = in.time();
    row.text = in.rest();
    return checked(in, std::move(row));
}

std::string encode(const ModerationRow& row) {
    Writer out;
    out.time(row.time);
    out.number(row.by.value);
    out.number(static_cast<std::uint64_t>(row.kind));
    out.number(row.uid.value);
    out.number(row.epoch.value);
    out.number(row.seq.value);
    out.number(row.value);
    out.rest(row.reason);
    return out.take();
}

std::optional<ModerationRow> decode_moderation(std::uint64_t number, std::string_view value) {
    Reader in{value};
    ModerationRow row{.number = number};
    row.time = in.time();
    row.by = {in.number()};
    const std::uint64_t kind = in.number();
    in.require(kind > 0 && kind <= static_cast<std::uint64_t>(kLastModerationKind));
    row.kind = static_cast<ModerationKind>(kind);
    row.uid = {in.number()};
    row.epoch = {in.number()};
    row.seq = {in.number()};
    row.value = in.number();
    row.reason = in.rest();
    return checked(in, std::move(row));
}

std::string encode(std::uint64_t number) {
    Writer out;
    out.number(number);
    return out.take();
}

std::optional<std::uint64_t> decode_number(std::string_view value) {
    Reader in{value};
    const std::uint64_t number = in.number();
    return in.whole() ? std::optional{number} : std::nullopt;
}

}  // namespace stentor::store::rows
