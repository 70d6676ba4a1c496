#pragma once
// What a client holds of one group: every entry up to `seq` of the history `epoch`, with the digest
// over them. Applies what comes next, drops what it has, sees a gap, recomputes every digest.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/digest.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "client/host.h"

namespace stentor::v1 {
class Batch;
class Opened;
class Range;
}  // namespace stentor::v1

namespace stentor::client {

// What became of a page.
struct Step {
    enum class Kind : std::uint8_t {
        applied,          // Possibly nothing new.
        gap,              // It begins above seq + 1: nothing was applied.
        other_epoch,      // Nothing was applied.
        digest_mismatch,  // At `at`.
        disorder,         // The page is not dense: `at` stands where `expected` belongs.
    };
    Kind kind{Kind::applied};
    Seq at;
    Seq expected;
};

class GroupCursor {
public:
    enum class Phase : std::uint8_t { closed, opening, open, refused };

    GroupCursor(GroupId gid, Epoch epoch, Seq seq, const Digest& digest)
        : gid_(gid), epoch_(epoch), seq_(seq), head_(seq), digest_(digest) {}

    // Each tells the host what it applied. `whole`: see Settings::pull_everything.
    Step on_opened(Host& host, const v1::Opened& opened, bool whole);
    Step on_range(Host& host, const v1::Range& range);
    Step on_batch(Host& host, const v1::Batch& batch);
    // The head that somebody told; false when it is of another epoch.
    bool on_head(Epoch epoch, Seq head);
    // The view begins again after `seq`.
    void restart(Host& host, Epoch epoch, Seq seq, const Digest& digest, Seq head);
    // What is above `fork` is dropped; where that cuts into what is held, nothing is held any more.
    void fork(Epoch epoch, Seq fork);
    void forget();

    [[nodiscard]] GroupId gid() const { return gid_; }
    [[nodiscard]] Epoch epoch() const { return epoch_; }
    [[nodiscard]] Seq seq() const { return seq_; }
    [[nodiscard]] Seq head() const { return head_; }
    [[nodiscard]] const Digest& digest() const { return digest_; }
    [[nodiscard]] bool holds_something() const { return static_cast<bool>(epoch_); }
    [[nodiscard]] bool behind() const { return seq_ < head_; }
    // Changes to entries that are held may have been missed: the newest page of them is pulled once
    // more. Entries of it that have changed are told by Host::on_changed.
    void look_again() {
        const Seq page = seq_ < kPage ? Seq{1} : seq_ - (kPage.value - 1);
        look_from_ = std::max(held_after_ + 1, page);
        if (look_from_ > seq_) look_from_ = {};
    }
    // Nothing at or below `floor` is to be had any more.
    void on_floor(Seq floor) {
        held_after_ = std::max(held_after_, floor);
        if (look_from_.value != 0 && look_from_ <= floor) look_again();
    }
    // Where the next pull begins; 0: none is wanted.
    [[nodiscard]] Seq wanted() const {
        return look_from_.value != 0 ? look_from_ : behind() ? seq_ + 1 : Seq{};
    }

    // ---- The client's notes on it
    Phase phase{Phase::closed};
    bool pulling{};  // One pull at a time.
    // The request that opens it; 0: Hello's resume. An Opened that answers another one was written
    // before a Close of ours and does not say that the server still has us there.
    static constexpr std::uint32_t kNotAsked = 0xffffffff;
    std::uint32_t open_request{kNotAsked};
    std::uint32_t tries{};  // Of the open or pull that fails.
    Time not_before;        // Of the next open or pull.
    void be_open() {
        phase = Phase::open;
        pulling = false;
        not_before = {};
        tries = 0;
    }

private:
    static constexpr Seq kPage{limits::kRangeEntries};

    template <class Page>
    Step apply(Host& host, const Page& page, Seq first, const Digest& at_end);

    GroupId gid_;
    Epoch epoch_;
    Seq seq_;
    Seq head_;
    Seq held_after_;  // What it holds begins above this.
    Seq look_from_;
    Digest digest_;
};

}  // namespace stentor::client
