#pragma once
// The ledger check: what was invoked, answered and delivered, held against one log per group and
// epoch. Each receiver is compared with that log as they go, by digest, so their view costs 64
// bytes however much they receive; the log costs about 100 bytes an entry, a send about 130.
//
// Thread: one. Order of calls is taken as real time: what was ok() before another's invoke() was
// acknowledged before it was invoked.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/cmid.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "testing/ledger/report.h"

namespace stentor::v1 {
class Entry;
}

namespace stentor::ledger {

// One receiver's view of one group.
using ViewId = Id<struct ViewTag, std::uint32_t>;

class Ledger {
public:
    // How many violations are told in words; all are counted.
    explicit Ledger(std::size_t told_max = 20) : told_max_(told_max) {}

    // ---- Senders

    // Before the first byte of the send leaves. `body_hash` is hash_of the serialized Body. Each
    // `writer`, a device of the sender, keeps an order of its own.
    void invoke(UserId sender, GroupId gid, const Cmid& cmid, const Digest& body_hash,
                std::uint64_t writer = 0);
    void ok(const Cmid& cmid, Epoch epoch, Seq seq);
    // No answer, for good: stored once or not at all. The same as saying nothing.
    void unknown(const Cmid& cmid);
    // Refused for good: stored never.
    void refused(const Cmid& cmid);

    // ---- Receivers

    // `receiver` is the caller's own number, only used in words. They see nothing at or below
    // `floor`.
    [[nodiscard]] ViewId add_view(std::uint64_t receiver, GroupId gid, Seq floor = {});
    // The next entry that the receiver applied; `digest` is their own, at this entry.
    void delivered(ViewId view, Epoch epoch, const v1::Entry& entry, const Digest& digest);
    // Allowed jumps: the server told them that their view begins anew after `after`.
    void restarted(ViewId view, Epoch epoch, Seq after);
    // They left, or were put out, when the log's head was `last`; nothing above may reach them.
    void left(ViewId view, Seq last);
    // A mismatch or disorder that the client itself saw.
    void complained(ViewId view, std::string_view what, Seq at);
    // They need not have reached the head at the end.
    void excuse(ViewId view);
    // A head that a server told: the log must reach it.
    void heard_head(GroupId gid, Epoch epoch, Seq head);

    // ---- Histories

    // The new epoch keeps the former one's entries up to `fork`; what was acknowledged above is
    // counted as cut, not as lost.
    void forked(GroupId gid, Epoch from, Epoch to, Seq fork);
    // The log of this group is only known from first on: entries below were there before.
    void begins_at(GroupId gid, Seq first, const Digest& digest_before);

    // ---- The check: looks at everything; may be made in between, `final` also asks for heads.
    [[nodiscard]] Report check(bool final = true) const;

    [[nodiscard]] std::uint64_t delivered_count() const { return delivered_; }
    [[nodiscard]] std::uint64_t stored_count() const;
    // The newest seq that anybody received.
    [[nodiscard]] Seq head(GroupId gid, Epoch epoch) const;

private:
    enum class Fate : std::uint8_t { unknown, ok, refused };
    struct Send {
        GroupId gid;
        UserId sender;
        Digest body_hash;
        std::uint64_t writer;
        std::uint64_t number;  // Of this writer in this group: 1, 2, 3 ...
        Seq above;             // What was acknowledged in this group when it was invoked.
        Epoch epoch;           // Of the acknowledgement.
        Seq seq;
        Epoch above_epoch;
        Fate fate{Fate::unknown};
    };
    struct Row {
        Digest digest;
        Digest body_hash;
        Cmid cmid;
        UserId sender;
        Time time;
        std::uint32_t kind{};
        bool known{};
    };
    struct Log {
        Seq first{1};   // Of rows.
        Digest before;  // At first - 1; zero: genesis.
        Seq told;       // Head that a server told.
        std::vector<Row> rows;
        Epoch parent;  // Forked from it ...
        Seq fork;      // ... above here.
    };
    struct View {
        GroupId gid;
        std::uint64_t receiver;
        Epoch epoch;
        Seq floor;
        Seq last;  // Newest applied in `epoch`.
        Seq left;
        bool started{};
        bool has_left{};
        bool excused{};
    };
    using LogKey = std::pair<GroupId, Epoch>;

    friend class Checker;  // check() itself: looks at everything, changes nothing.
    void tell(Violation kind, std::string words);
    Log& log(GroupId gid, Epoch epoch);
    [[nodiscard]] const Log* find_log(GroupId gid, Epoch epoch) const;
    // Whether what stood at `seq` in `from` still stands there in `to`.
    [[nodiscard]] bool kept(GroupId gid, Epoch from, Epoch to, Seq seq) const;
    void compare(const View& view, const v1::Entry& entry, const Digest& digest);

    std::unordered_map<Cmid, Send> sends_;
    std::map<std::tuple<UserId, std::uint64_t, GroupId>, std::uint64_t> numbers_;
    std::map<GroupId, std::pair<Epoch, Seq>> acked_;  // Newest acknowledged, per group.
    std::map<GroupId, std::pair<Seq, Digest>> begins_;
    std::map<LogKey, Log> logs_;
    std::vector<View> views_;
    std::uint64_t delivered_{};
    std::size_t told_max_;
    Report online_;  // What was seen as it happened.
};

}  // namespace stentor::ledger
