#pragma once
// The values of format.md. Each begins with the version of its form, so that a later server can
// still read it; what is written is of the newest. decode gives nothing for bytes that encode did
// not make: too short, too long, of a later version, or with a number that its field cannot hold.

#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace stentor::store::rows {

// Of a user's own log; the entry stands verbatim.
struct UserLogLine {
    std::uint64_t user_log_seq{};
    std::string entry;

    friend bool operator==(const UserLogLine&, const UserLogLine&) = default;
};

[[nodiscard]] std::string encode(const HeadRow& row);
[[nodiscard]] std::string encode(const MemberRow& row);  // Without uid, which is in the key.
[[nodiscard]] std::string encode(const SentRow& row);    // Without cmid and uid.
[[nodiscard]] std::string encode(const UserRow& row);    // Without uid.
[[nodiscard]] std::string encode(const LogEntry& entry);
[[nodiscard]] std::string encode(const InviteRow& row);  // Without code.
[[nodiscard]] std::string encode(const TallyRow& row);   // Without seq.
[[nodiscard]] std::string encode(const FeedRow& row);    // Without number.
[[nodiscard]] std::string encode(const ChangeRow& row);
[[nodiscard]] std::string encode(const UserLogLine& line);
[[nodiscard]] std::string encode(const AuditRow& row);       // Without number.
[[nodiscard]] std::string encode(const ModerationRow& row);  // Without number.
[[nodiscard]] std::string encode(std::uint64_t number);

[[nodiscard]] std::optional<HeadRow> decode_head(std::string_view value);
[[nodiscard]] std::optional<MemberRow> decode_member(UserId uid, std::string_view value);
[[nodiscard]] std::optional<SentRow> decode_sent(UserId uid, Cmid cmid, std::string_view value);
[[nodiscard]] std::optional<UserRow> decode_user(UserId uid, std::string_view value);
[[nodiscard]] std::optional<LogEntry> decode_entry(Seq seq, std::string_view value);
[[nodiscard]] std::optional<Digest> decode_entry_digest(std::string_view value);
[[nodiscard]] std::optional<InviteRow> decode_invite(std::string_view code, std::string_view value);
[[nodiscard]] std::optional<TallyRow> decode_tally(Seq seq, std::string_view value);
[[nodiscard]] std::optional<FeedRow> decode_feed(std::uint64_t number, std::string_view value);
[[nodiscard]] std::optional<ChangeRow> decode_change(std::string_view value);
[[nodiscard]] std::optional<UserLogLine> decode_user_log(std::string_view value);
[[nodiscard]] std::optional<AuditRow> decode_audit(std::uint64_t number, std::string_view value);
[[nodiscard]] std::optional<ModerationRow> decode_moderation(std::uint64_t number,
                                                             std::string_view value);
[[nodiscard]] std::optional<std::uint64_t> decode_number(std::string_view value);

}  // namespace stentor::store::rows
