#pragma once
// What must hold at each step. The truth is what the store applied, told here commit by commit;
// whatever a client is shown, acknowledged or refused is held against it at once, so a run stops
// within a step of its first violation. Beside it runs the ledger, with what only whole histories
// show. After a restore there are several histories: each frame names the one that it is of.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "store/store.h"
#include "testing/ledger/ledger.h"
#include "testing/sim/record.h"
#include "testing/sim/world.h"
#include "wire/pb.h"

namespace stentor::sim {

class Checks {
public:
    Checks(World& world, Epoch epoch) : world_{world}, epoch_{epoch} {
        world.checks = this;
        records_[epoch];
    }

    // ---- From the store
    // `late`: it was made by a former owner, or its outcome was given up.
    void on_applied(const store::HeadRow* before, const store::Commit& commit, bool late);
    // The store holds `record` again, and everything from now on is of `epoch`.
    void on_restored(const Record& record, Epoch epoch);

    // ---- From members
    void on_acked(UserId uid, const pb::Sent& sent);
    // An entry that reached a client of `uid`, in whatever frame.
    void on_seen(UserId uid, GroupId gid, Epoch epoch, const pb::Entry& entry);
    // They say that they have been shown the log up to here.
    void on_said_seen(UserId uid, GroupId gid, Seq seq);
    // Each of the history in which it was asked for.
    void on_note_kept(Epoch epoch, Record::Note note);
    void on_hide_kept(Epoch epoch, UserId uid, const pb::Hide& hide);
    // How things stood when an Open left.
    struct Asked {
        Seq read;       // In the store.
        bool quiet{};   // Nothing happened any more.
        Epoch written;  // Of the store, when it was looked at.
        Epoch held;     // What the client said that it holds.
        // In the store, when quiet.
        std::uint64_t members{};
        std::vector<Seq> hidden;  // By this user.
    };
    void on_opened(UserId uid, const pb::Opened& opened, const Asked& asked);
    // A batch for a client that holds everything up to `held`, which the server knows.
    void on_batch(UserId uid, const pb::Batch& batch, Seq held);

    // Nothing happens any more: unread counts are exact from here on, and whatever is shown is the
    // newest revision.
    void be_quiet() { quiet_ = true; }
    [[nodiscard]] bool is_quiet() const { return quiet_; }

    void violation(std::string what);
    [[nodiscard]] const std::optional<std::string>& first_violation() const { return violation_; }

    [[nodiscard]] ledger::Ledger& ledger() { return ledger_; }
    // Compares whole histories; makes a violation of what it finds.
    void close_ledger();
    // What was acknowledged beside the log is in the store.
    void close_notes(store::Store& store);

    // The history of now.
    [[nodiscard]] const Record& record() const { return records_.at(epoch_); }
    [[nodiscard]] Epoch epoch() const { return epoch_; }
    [[nodiscard]] Seq head(GroupId gid) const { return record().head(gid); }
    [[nodiscard]] bool is_member(GroupId gid, UserId uid) const {
        return record().is_member(gid, uid);
    }

private:
    using Who = Record::Who;

    Record& now() { return records_.at(epoch_); }
    // nullptr, and a violation, where there was never such a history.
    const Record* record_of(std::uint64_t epoch);
    void on_entry(const store::Commit& commit, const LogEntry& entry, ledger::ViewId view);
    void on_change(GroupId gid, const LogEntry& entry);
    void on_member(GroupId gid, const store::MemberRow& row);
    void check_accounts(const store::Commit& commit, bool late);

    World& world_;
    std::map<Epoch, Record> records_;
    Epoch epoch_;
    std::map<GroupId, ledger::ViewId> store_views_;  // The store as a receiver of everything.
    bool quiet_{};
    ledger::Ledger ledger_;
    std::optional<std::string> violation_;
};

}  // namespace stentor::sim
