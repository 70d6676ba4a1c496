#pragma once
// One call of commit() in one transaction: what it finds out under its locks, who passes, and the
// rows of those. Everything that is read is read before the first row is written.

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/mysql/session.h"
#include "store/store.h"

namespace stentor::store::mysql {

// Rows to be written, by their tables.
struct CommitRows {
    Values new_heads, heads, entries, sent;
    Values members, belongs, listed;
    Values changes;
    Values gone_members, gone_belongs, unlisted;
    Values dropped_invites, invites;
    Values gone_reactions, reactions, gone_tallies, tallies, hidden, notes;
    Values gone_moderation, moderation;
    Values user_log, user_log_heads;
    Values read_positions;
    struct Trim {
        UserId uid;
        std::uint64_t oldest_place;
    };
    std::vector<Trim> user_log_trims;
    struct ChangeTrim {
        GroupId gid;
        std::uint64_t newest;
    };
    std::vector<ChangeTrim> change_trims;

    void write(Session& session) const;
};

class CommitRun {
public:
    CommitRun(Session& session, std::span<const Commit> commits,
              std::span<const ReadPosition> positions)
        : session_(session), commits_(commits), positions_(positions) {}

    // All but the end of the transaction.
    void run();

    // One for each commit once run() has come so far; else none.
    [[nodiscard]] const std::vector<Outcome>& outcomes() const { return outcomes_; }
    // The epoch was raised meanwhile: what was judged in the former one is judged again.
    [[nodiscard]] bool stale() const { return stale_; }
    // Whether there is anything to commit.
    [[nodiscard]] bool writes() const { return writes_; }
    // Of the groups that it leaves with more to drop than it dropped.
    [[nodiscard]] std::vector<std::pair<GroupId, Seq>> raised_floors() const;

private:
    using MemberPlace = std::pair<GroupId, UserId>;
    struct Name {
        std::string name;
        std::string folded;
    };

    void lock_heads();
    void judge();
    void lock_accounts();
    void read_members();
    void read_groups_of_joining();
    void refuse_without_room();
    void read_moderation();
    void lock_user_logs();
    void number_feed();

    // Rows of a commit that passed.
    void add_rows(const Commit& commit);
    void add_head(const Commit& commit);
    void add_members(const Commit& commit);
    void list(const Commit& commit, const MemberRow* former, const MemberRow& row);
    void add_change(const Commit& commit);
    void add_beside(const Commit& commit);
    void add_moderation(const Commit& commit);
    void add_user_events(const Commit& commit);
    void add_positions();

    template <class Visit>
    void for_each_done(const Visit& visit) const {
        for (std::size_t i = 0; i < commits_.size(); ++i) {
            if (outcomes_[i] == Outcome::done) visit(commits_[i]);
        }
    }
    [[nodiscard]] const HeadRow* head_before(GroupId gid) const;
    [[nodiscard]] Seq floor_before(GroupId gid) const;

    Session& session_;
    const std::span<const Commit> commits_;
    const std::span<const ReadPosition> positions_;
    Epoch epoch_;
    std::vector<Outcome> outcomes_;
    std::map<GroupId, HeadRow> heads_;  // As they are told: in the store's epoch.
    std::map<UserId, Name> names_;
    std::map<MemberPlace, MemberRow> members_;    // These commits included.
    std::map<UserId, std::set<GroupId>> groups_;  // Of those who join, likewise.
    std::map<UserId, std::uint64_t> user_logs_;   // Their newest numbers, likewise.
    std::map<GroupId, std::vector<ModerationRow>> moderation_;
    CommitRows rows_;
    bool stale_{};
    bool writes_{};
};

}  // namespace stentor::store::mysql
