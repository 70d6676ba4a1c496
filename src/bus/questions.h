#pragma once
// What nodes, and handlers of HTTP, ask of whoever owns a group or a user: questions that change
// nothing that is ordered, and their answers.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "base/user_rate.h"
#include "bus/group_questions.h"
#include "wire/log_entry.h"
#include "wire/member_event.h"
#include "wire/pb.h"

namespace stentor::bus {

// ---- Questions: answered by the owner, changing nothing that is ordered

struct AskNear {
    GroupId gid;
    Time time;
};
struct AskList {
    UserId uid;
    std::string cursor;
    std::uint32_t count{};
};
struct AskHello {  // What a device that has just connected must know.
    UserId uid;
    Time token_minted;
    std::uint64_t user_log_after{};
};
struct HelloAnswer {
    pb::UserLog user_log;
    std::vector<GroupId> groups;  // In their order.
};
struct AskUserLog {
    UserId uid;
    std::uint64_t after{};
};
struct AskMine {  // What they alone have there: subtracted from, or added to, a page.
    GroupId gid;
    UserId uid;
    Seq from;
    Seq to;
};
struct Mine {
    std::vector<Seq> hidden;
    std::vector<pb::Note> notes;
    std::vector<std::pair<Seq, std::string>> reactions;
};
struct AskMembers {
    UserId asker;
    bool operator_rights{};
    pb::FetchMembers fetch;
};
struct AskWhoRead {
    UserId asker;
    pb::WhoRead who_read;
};
struct AskSearch {
    UserId asker;
    pb::SearchEntries search;
};
struct AskUsers {
    UserId asker;  // 0: the server itself wants to know.
    std::vector<UserId> uids;
};
struct AskAccounts {  // For the operator: by folded name.
    std::string prefix;
    std::string after_key;
    std::uint32_t count{};
};
struct AskGroups {  // For the operator: all groups, in the order of gid.
    GroupId after;
    std::uint32_t count{};
};
struct EntryPlace {
    GroupId gid;
    Seq seq;
};
struct AskWritten {  // The posts of one user, taken back ones left out.
    UserId uid;
    EntryPlace from;    // In the order of gid and seq.
    bool with_words{};  // For themselves: the entries, and the groups that they are in.
};
struct WrittenAnswer {
    std::vector<EntryPlace> entries;  // At most kWrittenPerPage, perhaps none.
    std::vector<GroupId> waiting;     // Groups that they asked to join,
    std::vector<GroupId> banned;      // and those that they are banned from.
    std::optional<EntryPlace> next;   // Where to go on; none when all was looked through.
    struct Words {
        GroupId gid;
        LogEntry entry;
    };
    std::vector<Words> words;  // With words: those of `entries`, up to kRangeBytes or one.
    struct Stay {
        GroupId gid;
        std::string name;
        pb::Role role{};
        Time joined;
    };
    std::vector<Stay> groups;  // With words: that they are members of.
};
struct SignIn {
    Time minted;  // Names the token.
    std::string client;
    std::string address;
};
struct AskChangeUser {
    UserId uid;
    std::optional<std::string> password_hash;
    std::optional<bool> disabled;
    std::optional<Time> tokens_since;
    bool erase{};                     // Closed for good: another name, no password.
    std::optional<SignIn> signed_in;  // A token was given out.
    std::optional<Time> ended_token;  // By the time at which it was minted.
    std::optional<UserRate> rate;     // One of 0 per second takes it away.
    struct Name {
        std::string name;
        std::string key;  // Folded.
    };
    std::optional<Name> name;
    std::optional<std::string> picture;  // Of a file of theirs; empty takes it away.
};
struct AskOutsideUser {  // Whoever another system calls `subject`; made when first seen.
    std::string issuer;
    std::string subject;
    std::string name;      // Wanted; another is found when it is taken.
    std::string name_key;  // Folded.
};
struct AskSettings {  // Small things by name (store::Settings).
    std::string prefix;
};
struct AskSetSetting {
    std::string name;
    std::optional<std::string> value;   // None removes it.
    std::optional<std::string> former;  // Else REVISION_CHANGED; empty: it is not there.
};
struct Setting {
    std::string name;
    std::string value;
};
struct AskFeed {  // All that was committed, in the store's order.
    std::uint64_t after{};
    std::uint32_t count{};  // Of commits.
};
struct FeedAnswer {
    struct Row {
        std::uint64_t number{};
        GroupId gid;
        std::vector<LogEntry> entries;     // Added or changed, as they are now.
        std::vector<MemberEvent> members;  // Who came and went.
    };
    std::vector<Row> rows;
    std::uint64_t head{};
    std::uint64_t floor{};  // Rows at or below are no longer kept.
};
struct AskAccountChanges {  // For gates: accounts that are not simply good, or have a rate.
    std::uint64_t after{};
    std::uint32_t count{};
};
struct AccountState {
    UserId uid;
    bool closed{};  // Disabled or erased.
    Time tokens_since;
    std::vector<Time> ended_tokens;  // By the time at which they were minted.
    UserRate rate;                   // Of sends.
};
struct AccountChangesAnswer {
    std::vector<AccountState> states;
    std::uint64_t head{};  // Of the store.
    std::uint64_t last{};  // Of this page: go on after it.
};
struct AskInvites {
    UserId asker;
    bool operator_rights{};
    pb::ListInvites list;
};
struct AskModeration {  // A page of a group's moderation log.
    UserId asker;
    bool operator_rights{};
    pb::FetchModeration fetch;
};
struct AuditEntry {  // Who did what to whom, from where.
    std::uint64_t number{};
    Time time;
    std::string text;  // One JSON object.
};
struct AskAddAudit {
    std::vector<AuditEntry> entries;
};
struct AskAudit {  // Newest first, below `before`; 0: from the newest on.
    std::uint64_t before{};
    std::uint32_t count{};
};
struct AskAddUser {
    bool operator_rights{};  // The operator makes it: the outside filter is not asked.
    std::string name;
    std::string name_key;
    std::string password_hash;
};
struct AskUserByName {
    std::string name_key;
};
struct Account {
    UserId uid;
    std::string name;
    std::string password_hash;
    bool disabled{};
    Time created;
    Time tokens_since;
    bool erased{};
    std::vector<SignIn> sign_ins;  // The newest.
    UserRate rate;                 // Of sends.
    std::string picture;           // An address; empty: none.
};

using Question =
    std::variant<AskOpen, AskEntries, AskNear, AskList, AskUsers, AskAddUser, AskUserByName,
                 AskHello, AskUserLog, AskMine, AskMembers, AskWhoRead, AskSearch, AskAccounts,
                 AskGroups, AskWritten, AskChangeUser, AskOutsideUser, AskSettings, AskSetSetting,
                 AskFeed, AskAccountChanges, AskInvites, AskModeration, AskAddAudit, AskAudit,
                 AskChanges, AskStays>;
using Reply = std::variant<OpenAnswer, EntriesAnswer, Seq, pb::Groups, pb::Users, Account,
                           HelloAnswer, pb::UserLog, Mine, pb::Members, pb::Readers,
                           pb::FoundEntries, std::vector<Account>, std::vector<Setting>, FeedAnswer,
                           WrittenAnswer, AccountChangesAnswer, pb::Invites, pb::Moderation,
                           std::vector<AuditEntry>, ChangesAnswer, StaysAnswer>;
using ReplyHandler = std::move_only_function<void(Result<Reply>)>;

}  // namespace stentor::bus
