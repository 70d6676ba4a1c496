#pragma once
// The rows of rows.h as columns, and back. A list of columns and the functions beside it go
// together: the values stand in the order of the columns.

#include <initializer_list>
#include <string_view>
#include <vector>

#include "store/mysql/session.h"
#include "store/rows.h"

namespace stentor::store::mysql {

// What stands before them is the key.
inline constexpr std::string_view kHeadColumns =
    "epoch,term,version,seq,digest,ordinal,time_ms,floor_seq,floor_digest,home,members,creator,"
    "settings,forks";
inline constexpr std::string_view kMemberColumns =
    "uid,a_role,flags,floor_seq,read_seq,left_seq,version,joined,muted_until,put_out";
inline constexpr std::string_view kInviteColumns =
    "code,made_by,expires,uses_left,made,uses,ended,name";
inline constexpr std::string_view kModerationColumns =
    "number,time_ms,done_by,kind,uid,epoch,seq,a_value,reason";
inline constexpr std::string_view kAccountColumns =
    "uid,name,name_key,password,created,disabled,erased,tokens_since,sign_ins,ended_tokens,per_s,"
    "burst,picture";

inline void append(Values& out, std::initializer_list<Value> values) {
    out.insert(out.end(), values.begin(), values.end());
}
void put(Values& out, const HeadRow& row);
void put(Values& out, const MemberRow& row);
void put(Values& out, const InviteRow& row);
void put(Values& out, const ModerationRow& row);
void put(Values& out, const UserRow& row);
[[nodiscard]] std::string counts_of(const TallyRow& row);
[[nodiscard]] std::string changed_of(const FeedRow& row);
[[nodiscard]] std::string members_of(const FeedRow& row);

[[nodiscard]] HeadRow head_of(Row& row);
[[nodiscard]] MemberRow member_of(Row& row);
[[nodiscard]] InviteRow invite_of(Row& row);
[[nodiscard]] ModerationRow moderation_of(Row& row);
[[nodiscard]] UserRow account_of(Row& row);
[[nodiscard]] TallyRow tally_of(Row& row);  // seq, counts
[[nodiscard]] FeedRow feed_of(Row& row);    // number, gid, first_seq, last_seq, changed, members
[[nodiscard]] SentRow sent_of(Row& row);    // cmid, uid, seq, body_hash

// "a.x,a.y" of "x,y".
[[nodiscard]] std::string of_table(std::string_view table, std::string_view columns);
// "a = VALUES(a), ..." for a row that is there already.
[[nodiscard]] std::string replacing(std::string_view columns);

}  // namespace stentor::store::mysql
