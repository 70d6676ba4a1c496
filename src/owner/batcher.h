#pragma once
// What waits for a loader, to be carried out together: one look at the store for many costs less
// than a look for each. It waits for nothing but the loader, so where little happens each goes
// alone.
//
// Thread: any. Must outlive the loaders' jobs.

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

#include "owner/loaders.h"

namespace stentor::owner {

template <class Item>
class Batcher {
public:
    // On a loader's thread, with at least one and at most `at_once`, in their order.
    using Work = std::function<void(std::vector<Item>)>;

    Batcher(Loaders& loaders, std::size_t at_once, Work work)
        : loaders_{loaders}, at_once_{at_once}, work_{std::move(work)} {}

    void put(std::vector<Item> items) {
        std::size_t missing = 0;
        {
            const std::lock_guard lock{mutex_};
            std::ranges::move(items, std::back_inserter(items_));
            const std::size_t needed = (items_.size() + at_once_ - 1) / at_once_;
            missing = needed - std::min(needed, jobs_);
            jobs_ += missing;
        }
        for (; missing > 0; --missing) loaders_.put([this] { carry_out(); });
    }

    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard lock{mutex_};
        return items_.size();
    }

private:
    // There is a job for each `at_once` that wait, so nothing is left behind.
    void carry_out() {
        std::vector<Item> taken;
        {
            const std::lock_guard lock{mutex_};
            --jobs_;
            const auto end =
                items_.begin() + static_cast<std::ptrdiff_t>(std::min(at_once_, items_.size()));
            taken.assign(std::move_iterator{items_.begin()}, std::move_iterator{end});
            items_.erase(items_.begin(), end);
        }
        if (!taken.empty()) work_(std::move(taken));
    }

    Loaders& loaders_;
    const std::size_t at_once_;
    const Work work_;
    mutable std::mutex mutex_;
    std::deque<Item> items_;
    std::size_t jobs_{};  // Put, and not begun.
};

}  // namespace stentor::owner
