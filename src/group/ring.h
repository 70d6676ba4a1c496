#pragma once
// The newest entries of one group in its owner's memory: what a node is shown when it first asks,
// and what exact unread counts are made from.
//
// Owner: Group. Limits: kRing entries. Everything in it is durable.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "wire/log_entry.h"

namespace stentor::group {

class Ring {
public:
    // `newest` is dense; `before` is the digest ahead of its first entry.
    Ring(std::vector<LogEntry> newest, const Digest& before);

    void append(LogEntry entry);
    void replace(const LogEntry& entry);
    // Forgets the entries up to `floor`.
    void raise_floor(Seq floor);

    [[nodiscard]] const std::deque<LogEntry>& entries() const { return entries_; }
    [[nodiscard]] const Digest& digest_before() const { return before_; }
    [[nodiscard]] const LogEntry* find(Seq seq) const;
    [[nodiscard]] const LogEntry* newest_of(UserId sender) const;
    // The smallest seq in it; nothing when it is empty.
    [[nodiscard]] std::optional<Seq> first() const;

private:
    [[nodiscard]] std::optional<std::size_t> place_of(Seq seq) const;

    std::deque<LogEntry> entries_;
    Digest before_;
};

// The newest entry above `floor` that its reader did not hide, of the kRing newest: what stands for
// the group in their list. `hidden`: what they hid of those, ascending.
[[nodiscard]] std::optional<Seq> newest_shown(Seq floor, Seq head, std::span<const Seq> hidden);

// Unread = countable live entries above the reader's cursor, less their own and what they hid, up
// to kUnreadCap. Counted downwards from the head, page by page, until the cursor or the cap is
// reached.
class UnreadCount {
public:
    // `cursor` is max(read, floor of the member, floor of the group).
    UnreadCount(UserId reader, Seq cursor, Seq head)
        : reader_{reader}, cursor_{cursor}, next_{head} {}

    // What the reader hid of the entries that are looked at from now on, ascending.
    void hide(std::vector<Seq> hidden) { hidden_ = std::move(hidden); }
    [[nodiscard]] std::span<const Seq> hidden() const { return hidden_; }
    // The entry at next(), and so on downwards; any other is passed over.
    void look_at(const LogEntry& entry);
    // There is nothing below next() any more.
    void stop() { cursor_ = next_; }

    [[nodiscard]] bool complete() const;
    [[nodiscard]] Seq next() const { return next_; }  // The highest seq not looked at yet.
    [[nodiscard]] std::uint32_t count() const { return count_; }

private:
    UserId reader_;
    Seq cursor_;
    Seq next_;
    std::vector<Seq> hidden_;
    std::uint32_t count_{};
};

}  // namespace stentor::group
