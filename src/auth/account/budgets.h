#pragma once
// What the users of a node have spent of their budgets (session/costs.h), over all their
// connections.
//
// Shared by all shards; a lock for each part of the users, held for a look into a table. Memory: a
// row for whoever has spent something in the last seconds, until forget_whole() comes by.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"

namespace stentor::account {

class Budgets {
public:
    // Of questions. Nothing: taken. Otherwise how long to wait until there is so much.
    std::optional<Millis> take(UserId uid, std::uint32_t units, Time now) {
        Part& part = part_of(uid);
        const std::lock_guard lock{part.mutex};
        return counted(take(part.debts[uid].questions_paid, units * kUnit, kQuestions, now),
                       questions_refused_);
    }
    // What an answer has cost beyond that, also where there is less.
    void charge(UserId uid, std::uint32_t units, Time now) {
        if (units == 0) return;
        Part& part = part_of(uid);
        const std::lock_guard lock{part.mutex};
        Time& paid = part.debts[uid].questions_paid;
        paid = std::max(paid, now) + units * kUnit;
    }
    // One group that is made.
    std::optional<Millis> take_group(UserId uid, Time now) {
        Part& part = part_of(uid);
        const std::lock_guard lock{part.mutex};
        return counted(take(part.debts[uid].groups_paid, limits::kGroupsMadeEvery, kGroups, now),
                       groups_refused_);
    }
    // About every second, by one thread: who has everything again is dropped, within kParts /
    // kForgottenAtOnce calls.
    void forget_whole(Time now) {
        for (std::size_t n = 0; n < kForgottenAtOnce; ++n) {
            Part& part = parts_[next_part_++ % kParts];
            const std::lock_guard lock{part.mutex};
            std::erase_if(part.debts, [now](const auto& row) {
                return row.second.questions_paid <= now && row.second.groups_paid <= now;
            });
            if (part.debts.bucket_count() > 4 * part.debts.size()) part.debts.rehash(0);
        }
    }
    // ---- Counted. Thread: any.
    [[nodiscard]] std::uint64_t questions_refused() const {
        return questions_refused_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t groups_refused() const {
        return groups_refused_.load(std::memory_order_relaxed);
    }
    // Users that are remembered.
    [[nodiscard]] std::size_t size() const {
        std::size_t rows = 0;
        for (const Part& part : parts_) {
            const std::lock_guard lock{part.mutex};
            rows += part.debts.size();
        }
        return rows;
    }

private:
    static constexpr Millis kUnit{1'000 / limits::kCostPerSecond};
    static constexpr Millis kQuestions = kUnit * limits::kCostBurst;
    static constexpr Millis kGroups = limits::kGroupsMadeEvery * limits::kGroupsMadeBurst;
    static constexpr std::size_t kParts = 64;
    static constexpr std::size_t kForgottenAtOnce = 4;

    // When each budget will be whole again.
    struct Debts {
        Time questions_paid{};
        Time groups_paid{};
    };
    struct Part {
        mutable std::mutex mutex;
        std::unordered_map<UserId, Debts> debts;
    };

    static std::optional<Millis> take(Time& paid, Millis cost, Millis whole, Time now) {
        const Time after = std::max(paid, now) + cost;
        if (after > now + whole) return after - now - whole;
        paid = after;
        return std::nullopt;
    }
    static std::optional<Millis> counted(std::optional<Millis> wait,
                                         std::atomic<std::uint64_t>& refused) {
        if (wait) refused.fetch_add(1, std::memory_order_relaxed);
        return wait;
    }
    [[nodiscard]] Part& part_of(UserId uid) { return parts_[spread(uid.value) % parts_.size()]; }

    std::array<Part, kParts> parts_;
    std::size_t next_part_{};  // forget_whole() alone.
    std::atomic<std::uint64_t> questions_refused_{0};
    std::atomic<std::uint64_t> groups_refused_{0};
};

}  // namespace stentor::account
