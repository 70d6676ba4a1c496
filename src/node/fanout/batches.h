#pragma once
// The entries of one pass: what gathered, as one Batch, or as few as its limits allow.
//
// Owner: a Channel's pass. Each form is made when the first seat needs it, and shared by all that
// do: almost all take everything, plain or compressed (RFC 7692); a member who opened the group
// while it gathered takes what lies above their Opened.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/encoded_push.h"
#include "base/ids.h"
#include "node/fanout/router.h"

namespace stentor::fanout {

class Batches {
public:
    // Contiguous, each one Batch in one frame.
    explicit Batches(std::vector<Push> pushes) : pushes_(std::move(pushes)) {}

    [[nodiscard]] Seq first() const { return pushes_.front().first; }
    [[nodiscard]] Seq last() const { return pushes_.back().last; }
    struct Slice {
        const SharedPush* push{};
        std::size_t saved{};  // Bytes that it has less than the plain one.
    };
    // What continues `pushed`; push nullptr: nothing does.
    [[nodiscard]] Slice after(Seq pushed, bool deflated, PassContext& workshop);

private:
    struct Encoding {
        std::size_t from{};  // In pushes_.
        SharedPush plain;
        SharedPush deflated;  // The same one where compressing gains nothing.
        std::size_t saved{};  // Bytes that it has less.
    };

    [[nodiscard]] std::size_t fitting(std::size_t from) const;
    [[nodiscard]] std::string joined(std::size_t from, std::size_t to) const;
    void make(Encoding& form, bool deflated, PassContext& workshop) const;

    std::vector<Push> pushes_;
    Encoding whole_;
    Encoding part_;  // The one that was wanted last.
};

}  // namespace stentor::fanout
