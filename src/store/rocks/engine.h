#pragma once
// The engine behind open_rocks(), and the one door for tests: an environment of their own. Only
// files of this folder include this, because RocksDB's headers cost seconds each.
//
// Locks, in the order in which they may be taken:
//   group locks   a stripe per group, ascending; from the comparison of a head to the end of the
//                 write, so that two owners cannot both find the head they expect, and no read
//                 position is written behind a new owner's back
//   order_        from the numbering of a commit's lines in the feed and in users' logs to the end
//   of
//                 the write, so that no reader meets a number before the ones below it. Hence one
//                 commit() at a time writes: an engine has one committer.
//   users_, terms_, audit_, small_   one each for what is read and then written outside a commit
// Readers take none: RocksDB publishes a batch at once, and what is read together is read under
// one snapshot.

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "store/rocks/keys.h"
#include "store/rocks/rocks_store.h"
#include "store/rocks/synced_mark.h"

namespace stentor::store {

inline constexpr std::uint64_t kFormat = 4;

// The environment gives the file system and the clock.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocks_on(std::shared_ptr<rocksdb::Env> env,
                                                           const RocksOptions& options);

// An open database and its tables, closed in the right order.
struct Database {
    std::shared_ptr<rocksdb::Env> env;
    std::unique_ptr<rocksdb::DB> db;
    std::unique_ptr<SyncedMark> synced;  // None while it is only read.
    rocksdb::ColumnFamilyHandle* rows{};
    rocksdb::ColumnFamilyHandle* entries{};
    rocksdb::ColumnFamilyHandle* sent{};
    rocksdb::ColumnFamilyHandle* beside{};
    rocksdb::ColumnFamilyHandle* feed{};

    Database() = default;
    Database(Database&& other) noexcept;
    Database& operator=(Database&&) = delete;
    ~Database();
};

// Only to be read, with whatever tables there are; nothing in the folder is touched.
[[nodiscard]] rocksdb::Status open_for_reading(const RocksOptions& options, Database& base);
// Why a folder cannot be opened, in words.
[[nodiscard]] std::string_view reason_of(const rocksdb::Status& status);

class RocksStore final : public Store, public Maintenance {
public:
    RocksStore(Database database, Epoch epoch, std::uint64_t feed_head)
        : base_(std::move(database)),
          epoch_(epoch),
          feed_head_(feed_head),
          durable_(base_.db->GetLatestSequenceNumber()) {}

    using GroupLog::commit;
    std::vector<Outcome> commit(std::span<const Commit> commits,
                                std::span<const ReadPosition> positions) override;
    Result<GroupStart> load_group(GroupId gid, Term term, Time sent_since) override;
    Result<HeadRow> head(GroupId gid) override;
    Result<EntryPage> entries(GroupId gid, Seq from, std::size_t count_max) override;
    Result<GroupChanges> changes(GroupId gid, std::uint64_t since, Seq after) override;
    Result<Seq> first_at(GroupId gid, Time time) override;
    Result<std::optional<SentRow>> sent(GroupId gid, UserId uid, Cmid cmid) override;
    Result<std::vector<SentRow>> sent_since(GroupId gid, Time since,
                                            std::size_t count_max) override;
    Result<void> forget_sent_before(Time time) override;
    Result<std::optional<MemberRow>> member(GroupId gid, UserId uid) override;
    Result<std::vector<std::optional<MemberRow>>> member_rows(
        std::span<const MemberKey> keys) override;
    Result<std::vector<MemberRow>> members(GroupId gid, UserId after,
                                           std::size_t count_max) override;
    Result<std::vector<Membership>> memberships(UserId uid, std::size_t count_max) override;
    Result<std::vector<std::vector<GroupId>>> group_lists(std::span<const UserId> uids,
                                                          std::size_t count_max) override;
    Result<void> advance_read(std::span<const ReadPosition> positions) override;
    Result<std::vector<NamedMember>> members_by_name(GroupId gid, std::string_view prefix,
                                                     const NamePlace& after, Listed whom,
                                                     std::size_t count_max) override;
    Result<std::optional<InviteRow>> invite(GroupId gid, std::string_view code) override;
    Result<std::vector<InviteRow>> invites(GroupId gid, std::string_view after_code,
                                           std::size_t count_max) override;
    Result<std::vector<ReactionRow>> reactions_to(GroupId gid, Seq seq, std::string_view emoji,
                                                  UserId after, std::size_t count_max) override;
    Result<std::vector<ReactionRow>> reactions_of(GroupId gid, UserId uid, Seq from,
                                                  Seq to) override;
    Result<std::vector<TallyRow>> tallies(GroupId gid, Seq from, Seq to) override;
    Result<std::vector<Seq>> hidden(GroupId gid, UserId uid, Seq from, Seq to) override;
    Result<std::vector<NoteRow>> notes(GroupId gid, UserId uid, Seq from, Seq to) override;
    Result<std::vector<ModerationRow>> moderation(GroupId gid, std::uint64_t before,
                                                  std::size_t count_max) override;
    Result<UserLogPage> user_log(UserId uid, std::uint64_t after, std::size_t count_max) override;
    Result<std::vector<std::uint64_t>> user_log_heads(std::span<const UserId> uids) override;
    Result<std::vector<GroupHead>> groups(GroupId after, std::size_t count_max) override;
    Result<FeedPage> feed(std::uint64_t after, std::size_t count_max) override;
    Result<void> forget_feed(std::uint64_t number) override;
    Result<void> add_user(const UserRow& user) override;
    Result<std::optional<UserRow>> user(UserId uid) override;
    Result<std::vector<std::optional<UserRow>>> user_rows(std::span<const UserId> uids) override;
    Result<std::optional<UserRow>> user_by_name(std::string_view name_key) override;
    Result<UserRow> change_user(UserId uid, const Edit& edit) override;
    Result<AccountChanges> account_changes(std::uint64_t after, std::size_t count_max) override;
    Result<std::vector<UserRow>> users_by_name(std::string_view prefix, std::string_view after_key,
                                               std::size_t count_max) override;
    Result<void> add_audit(std::span<const AuditRow> rows) override;
    Result<std::vector<AuditRow>> audit(std::uint64_t before, std::size_t count_max) override;
    Result<void> forget_audit_before(Time time) override;
    Result<std::optional<std::string>> setting(std::string_view name) override;
    Result<void> set_setting(std::string_view name, std::optional<std::string_view> value) override;
    Result<void> replace_setting(std::string_view name, std::optional<std::string_view> former,
                                 std::optional<std::string_view> value) override;
    Result<std::vector<Setting>> settings(std::string_view prefix) override;
    Result<Epoch> epoch() override {
        if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
        return epoch_.load();
    }
    Result<Epoch> raise_epoch(Epoch least) override;
    Result<Term> next_term() override;

    EngineMemory memory() const override;
    Result<std::uint64_t> checkpoint(const std::string& folder) override;
    std::uint64_t latest() const override { return durable_; }
    std::uint64_t wait_above(std::uint64_t number, Millis within) override;
    std::unique_ptr<UpdateReader> updates_after(std::uint64_t number) override;
    Result<void> apply(std::span<const Update> updates) override;
    Result<std::uint64_t> line() override;
    Result<std::uint64_t> begin_line() override;

    // Of a record of format 2. Nobody else may use it meanwhile.
    [[nodiscard]] Result<void> bring_to_newest_format(std::uint64_t from);

private:
    using Row = std::optional<std::string>;
    using GroupLocks = std::vector<std::unique_lock<std::mutex>>;

    [[nodiscard]] GroupLocks lock_groups(std::span<const Commit> commits,
                                         std::span<const ReadPosition> positions);
    [[nodiscard]] std::mutex& lock_of(GroupId gid);
    // One verdict for each commit; those that are `done` have their rows in `batch`.
    [[nodiscard]] std::vector<Outcome> prepare(std::span<const Commit> commits,
                                               rocksdb::WriteBatch& batch);
    // What the rows of a commit need that it does not bear itself. Outlives the commits of a call:
    // several may tell one user something.
    struct Known {
        std::map<UserId, UserRow> users;
        std::map<UserId, std::uint64_t> user_logs;   // Their newest numbers.
        std::map<UserId, std::set<GroupId>> groups;  // Of those who join, these commits included.
        std::vector<ModerationRow> moderation;  // All that the commit's group has, where it counts.
    };
    [[nodiscard]] Result<void> find_out(const Commit& commit, Seq former_floor, Known& known);
    // Whether there is room for whoever joins with the commit, which then counts as theirs.
    [[nodiscard]] Result<bool> take_places(const Commit& commit, Known& known);
    // Of those that count; `commits` are the ones that are written with them.
    [[nodiscard]] Result<void> append_positions(std::span<const ReadPosition> positions,
                                                const std::map<GroupId, const Commit*>& commits,
                                                rocksdb::WriteBatch& batch);
    void append(const Commit& commit, const HeadRow& before, Known& known,
                rocksdb::WriteBatch& batch);
    void append_members(const Commit& commit, const Known& known, rocksdb::WriteBatch& batch);
    void append_beside(const Commit& commit, Seq former_floor, rocksdb::WriteBatch& batch);
    void append_moderation(const Commit& commit, Known& known, rocksdb::WriteBatch& batch);
    void append_user_events(const Commit& commit, Known& known, rocksdb::WriteBatch& batch);
    void drop_entries(GroupId gid, Seq former_floor, Seq floor, rocksdb::WriteBatch& batch);

    [[nodiscard]] Result<void> append_account_change(UserId uid, rocksdb::WriteBatch& batch);
    [[nodiscard]] Result<void> append_other_name(const UserRow& before, const UserRow& after,
                                                 std::vector<MemberKey> places,
                                                 rocksdb::WriteBatch& batch);
    [[nodiscard]] Result<std::vector<MemberKey>> find_rows_of(UserId uid);
    // Under users_, and with another name under order_ too.
    [[nodiscard]] Result<void> write_change(const UserRow& before, const UserRow& after,
                                            std::vector<MemberKey> places);
    struct UserChange {
        UserRow before;
        UserRow after;
    };
    [[nodiscard]] Result<UserChange> change_of(UserId uid, const Edit& edit);

    [[nodiscard]] Result<void> write_setting(std::string_view name,
                                             std::optional<std::string_view> value);

    [[nodiscard]] Result<void> index_accounts();
    [[nodiscard]] Result<void> list_staff();
    [[nodiscard]] Result<void> fold_names();

    // Stops the engine when it fails.
    [[nodiscard]] Result<void> write(rocksdb::WriteBatch& batch, bool sync);
    // A synced write makes everything before it durable too.
    void raise_durable(const rocksdb::WriteBatch& batch);
    [[nodiscard]] Result<Row> get(const rocksdb::ReadOptions& how,
                                  rocksdb::ColumnFamilyHandle* table, const std::string& key);
    // As it is told: in the store's epoch.
    [[nodiscard]] Result<HeadRow> read_head(const rocksdb::ReadOptions& how, GroupId gid);
    [[nodiscard]] Result<HeadRow> read_kept_head(const rocksdb::ReadOptions& how, GroupId gid);
    [[nodiscard]] Result<void> write_term(GroupId gid, Term term);
    [[nodiscard]] Result<std::uint64_t> read_number(const rocksdb::ReadOptions& how,
                                                    const std::string& key);
    [[nodiscard]] Result<LogEntry> read_entry(const rocksdb::ReadOptions& how, GroupId gid,
                                              Seq seq);
    // One for each key, read together: that costs less than one after the other, most where keys
    // are neighbours.
    [[nodiscard]] Result<std::vector<Row>> get(const rocksdb::ReadOptions& how,
                                               rocksdb::ColumnFamilyHandle* table,
                                               std::span<const std::string> keys);
    [[nodiscard]] Result<std::vector<std::optional<MemberRow>>> read_members(
        const rocksdb::ReadOptions& how, std::span<const MemberKey> members);
    [[nodiscard]] Result<std::vector<std::vector<GroupId>>> read_groups(
        const rocksdb::ReadOptions& how, std::span<const UserId> uids, std::size_t count_max);
    [[nodiscard]] Result<std::optional<MemberRow>> read_member(const rocksdb::ReadOptions& how,
                                                               GroupId gid, UserId uid);

    // Rows of one kind beside the entries from `from` to `to`, in order; `visit` says whether it
    // could read one.
    using Visit = std::function<bool(const keys::Beside&, std::string_view value)>;
    [[nodiscard]] Result<void> walk(GroupId gid, keys::Kind kind, UserId uid, Seq from, Seq to,
                                    const Visit& visit, const rocksdb::Snapshot* snapshot = {});
    // Of one look: under a snapshot of its own where none is given.
    [[nodiscard]] Result<std::vector<TallyRow>> read_tallies(const rocksdb::Snapshot* snapshot,
                                                             GroupId gid, Seq from, Seq to);
    [[nodiscard]] Result<std::vector<SentRow>> read_sent(const rocksdb::Snapshot* snapshot,
                                                         GroupId gid, Time since,
                                                         std::size_t count_max);
    // From `begin`, as far as keys begin with `prefix`; `visit` says whether to go on.
    using VisitRow = std::function<Result<bool>(std::string_view key, std::string_view value)>;
    [[nodiscard]] Result<void> scan(const rocksdb::ReadOptions& how,
                                    rocksdb::ColumnFamilyHandle* table, const std::string& begin,
                                    const std::string& prefix, const VisitRow& visit);

    static constexpr std::size_t kGroupLocks = 1'024;
    static constexpr std::size_t kGroupsAtOnce = 512;

    Database base_;
    std::atomic<Epoch> epoch_;
    std::uint64_t feed_head_;  // Under order_.
    std::array<std::mutex, kGroupLocks> group_locks_;
    std::mutex order_;
    std::mutex users_;
    std::mutex terms_;
    std::mutex audit_;
    std::mutex small_;  // Settings.
    std::atomic<bool> stopped_{false};
    std::mutex durable_mutex_;
    std::condition_variable durable_rose_;
    std::atomic<std::uint64_t> durable_;  // Raised under durable_mutex_.
};

// A name that no other history of updates has.
[[nodiscard]] std::uint64_t drawn_line();

// A row that cannot be read, or is not what this engine writes; `key`: its own, where it is known,
// or that of the row looked for.
[[nodiscard]] std::unexpected<Error> unreadable(std::string_view where,
                                                const rocksdb::Status& status = {},
                                                std::string_view key = {});
[[nodiscard]] inline std::unexpected<Error> unreadable(std::string_view where,
                                                       std::string_view key) {
    return unreadable(where, {}, key);
}

}  // namespace stentor::store
