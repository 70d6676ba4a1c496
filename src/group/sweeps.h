#pragma once
// Reactions that are to be taken away: a moderator clears an entry, an entry is recalled, a person
// is erased. An entry may have a million of them, so they go in steps of one page, each a commit of
// its own; sums and rows agree after every step, and others' commands go between them.
//
// Owner: Group. Cost: O(1). Limits: as many as may be parked. A step that is lost with the process
// is not taken again by itself: whoever asked was not answered, and the repeat sweeps the rest.

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "bus/bus.h"
#include "store/moderation_row.h"

namespace stentor::group {

struct Sweep {
    Seq seq;                              // Of the entry; for a person, where the next page begins.
    std::string emoji;                    // Empty: all kinds.
    UserId of;                            // This person's, to all entries; 0: everybody's to `seq`.
    std::vector<bus::Command> waiting{};  // Answered when all are gone.
    UserId after{};                       // Of everybody's: those up to here are done.
    Seq first{};                          // Where a person's began.
    bool last{};                          // The page under way is.
    // Of who takes them away, for the moderation log: with the first step that takes any.
    std::optional<store::ModerationRow> told{};
    bool is_told{};
};

class Sweeps {
public:
    void add(Sweep sweep) {
        for (std::size_t i = under_way_ ? 1 : 0; i < sweeps_.size(); ++i) {
            Sweep& other = sweeps_[i];
            if (other.seq != sweep.seq || other.of != sweep.of || other.emoji != sweep.emoji) {
                continue;
            }
            // The same one is to come: one takes away all that is there by then.
            std::ranges::move(sweep.waiting, std::back_inserter(other.waiting));
            return;
        }
        sweep.first = sweep.seq;
        sweeps_.push_back(std::move(sweep));
    }
    // Whose page is to be loaded now. Nothing is asked for before the step under way is durable.
    [[nodiscard]] const Sweep* next() {
        if (sweeps_.empty() || std::exchange(under_way_, true)) return nullptr;
        return &sweeps_.front();
    }
    [[nodiscard]] Sweep& current() { return sweeps_.front(); }
    [[nodiscard]] bool empty() const { return sweeps_.empty(); }
    [[nodiscard]] std::size_t size() const { return sweeps_.size(); }
    void step_done() { under_way_ = false; }
    [[nodiscard]] Sweep take() {
        under_way_ = false;
        Sweep done = std::move(sweeps_.front());
        sweeps_.pop_front();
        return done;
    }
    // Whoever waits is to ask again: none is left.
    [[nodiscard]] std::vector<bus::Command> take_waiting() {
        std::vector<bus::Command> waiting;
        for (Sweep& sweep : std::exchange(sweeps_, {})) {
            std::ranges::move(sweep.waiting, std::back_inserter(waiting));
        }
        under_way_ = false;
        return waiting;
    }
    // Memory was dropped: what became of the step is unknown.
    void restart() {
        under_way_ = false;
        if (sweeps_.empty()) return;
        Sweep& sweep = sweeps_.front();
        sweep.after = {};
        sweep.seq = sweep.first;
        sweep.last = false;
        sweep.is_told = false;
    }

private:
    std::deque<Sweep> sweeps_;
    bool under_way_{};
};

}  // namespace stentor::group
