#pragma once
// What must hold at each step. The truth is what the store applied, told here commit by commit;
// whatever a client is shown, acknowledged or refused is held against it at once, so a run stops
// within a step of its first violation. Beside it runs the ledger, with what only whole histories
// show.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/cmid.h"
#include "base/ids.h"
#include "ledger/ledger.h"
#include "sim/world.h"
#include "store/store.h"
#include "wire/pb.h"

namespace stentor::sim {

class Checks {
public:
    // `streams_break`: a node may miss that somebody left until it asks again. Then what he is
    // shown is only counted; in all other runs it is a violation.
    Checks(World& world, bool streams_break) : world_{world}, streams_break_{streams_break} {
        world.checks = this;
    }

    // ---- From the store
    void on_applied(const store::HeadRow* before, const store::Commit& commit);
    // An owner that has been replaced writes a read position: its successor may not know it.
    void on_stale_read(GroupId gid, UserId uid) { stale_reads_.insert({gid, uid}); }

    // ---- From members
    void on_acked(UserId uid, const pb::Sent& sent);
    // An entry that reached a client of `uid`, in whatever frame.
    void on_seen(UserId uid, GroupId gid, const pb::Entry& entry);
    // How things stood when an Open left.
    struct Asked {
        Seq read;      // In the store.
        bool quiet{};  // Nothing happened any more.
    };
    void on_opened(UserId uid, const pb::Opened& opened, const Asked& asked);
    // A batch for a client that holds everything up to `held`, which the server knows.
    void on_batch(UserId uid, const pb::Batch& batch, Seq held);

    // Nothing happens any more: unread counts are exact from here on.
    void be_quiet() { quiet_ = true; }
    [[nodiscard]] bool is_quiet() const { return quiet_; }

    void violation(std::string what);
    [[nodiscard]] const std::optional<std::string>& first_violation() const { return violation_; }

    [[nodiscard]] ledger::Ledger& ledger() { return ledger_; }
    // Compares whole histories; makes a violation of what it finds.
    void close_ledger();
    [[nodiscard]] bool streams_break() const { return streams_break_; }

    [[nodiscard]] Seq head(GroupId gid) const;
    [[nodiscard]] bool is_member(GroupId gid, UserId uid) const;

private:
    struct Row {
        pb::Entry entry;
        Digest digest;
    };
    // He sees what lies above floor, up to left.
    struct Stay {
        Seq floor;
        std::optional<Seq> left;
    };
    using Who = std::pair<GroupId, UserId>;

    void on_member(GroupId gid, const store::MemberRow& row);
    [[nodiscard]] bool may_see(GroupId gid, UserId uid, Seq seq) const;
    [[nodiscard]] bool was_in_before(GroupId gid, UserId uid, Seq seq) const;
    [[nodiscard]] std::uint32_t unread(GroupId gid, UserId uid, Seq cursor) const;

    World& world_;
    std::map<GroupId, std::vector<Row>> logs_;
    std::map<GroupId, Term> terms_;
    std::map<GroupId, ledger::ViewId> store_views_;  // The store as a receiver of everything.
    std::set<std::pair<UserId, Cmid>> stored_;
    std::map<Who, std::vector<Stay>> stays_;
    std::set<Who> stale_reads_;
    bool streams_break_;
    bool quiet_{};
    ledger::Ledger ledger_;
    std::optional<std::string> violation_;
};

}  // namespace stentor::sim
