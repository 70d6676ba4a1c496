#pragma once
// What a MemoryStore holds. Only this folder includes it.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/memory/memory_store.h"

namespace stentor::store {

struct Group {
    HeadRow head;
    std::vector<LogEntry> entries;                    // From head.floor + 1 on.
    std::map<std::pair<Cmid, UserId>, SentRow> sent;  // In the order of time.
    std::map<UserId, MemberRow> members;
    std::map<std::string, InviteRow, std::less<>> invites;
    std::set<std::tuple<UserId, Seq, std::string>> reactions;
    std::map<Seq, TallyRow> tallies;
    std::set<std::pair<UserId, Seq>> hidden;
    std::map<std::tuple<UserId, Seq, std::uint64_t>, NoteRow> notes;  // By anchor, then number.
    std::map<std::uint64_t, ModerationRow> moderation;                // By number.
    std::map<std::uint64_t, ChangeRow> changes;                       // By version.

    [[nodiscard]] const LogEntry& at(Seq seq) const { return entries[seq - head.floor - 1]; }
    [[nodiscard]] Digest digest_at(Seq seq) const {
        return seq == head.floor ? head.floor_digest : at(seq).digest;
    }
};

struct UserLog {
    std::uint64_t head{};
    std::map<std::uint64_t, std::string> entries;  // By user_log_seq.
};

struct MemoryStore::State {
    Epoch epoch;
    Term term;
    std::map<GroupId, std::shared_ptr<Group>> groups;
    std::unordered_map<UserId, std::set<GroupId>> memberships;
    std::unordered_map<UserId, UserLog> user_logs;
    std::unordered_map<UserId, UserRow> users;
    std::map<std::string, UserId, std::less<>> names;  // By place_of().
    std::map<std::uint64_t, UserId> account_changes;
    std::unordered_map<UserId, std::uint64_t> account_change_of;
    std::uint64_t newest_change{};
    std::map<std::uint64_t, AuditRow> audit;
    std::uint64_t newest_audit{};
    std::map<std::string, std::string, std::less<>> settings;
    std::uint64_t feed_floor{};
    std::vector<FeedRow> feed;  // Above feed_floor.

    // As names are ordered: by text::folded(), those that fold alike by themselves.
    [[nodiscard]] static std::string place_of(std::string_view name_key);
    [[nodiscard]] const Group* find(GroupId gid) const;
    // A snapshot may share the group's rows: then they are copied before they are changed.
    [[nodiscard]] Group& writable(GroupId gid);
    [[nodiscard]] Result<HeadRow> take_head(GroupId gid, Term by);
    [[nodiscard]] bool has_room(const Commit& commit) const;  // For whoever joins with it.
    void apply(const Commit& commit);                         // Whose verdict was `done`.
    void advance_read(std::span<const ReadPosition> positions);
    void note_account_change(UserId uid);
    void put_setting(std::string_view name, std::optional<std::string_view> value);
};

struct MemoryStore::Shared {
    std::mutex mutex;
    State state;
};

}  // namespace stentor::store
