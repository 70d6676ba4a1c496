#pragma once
// What waits for one thread, in shares: of each address, of the networks around it, and of each
// account that is asked for. Whoever asks for the first time comes before whoever has asked
// already, so many requests from one place cost the others one turn each. Pure.
//
// Start-time fair queueing: a task starts where the largest of its shares ends, and not before what
// is taken now; the smallest start is taken first. Askers that are known (they were let in from
// there lately) stand in a line of their own, of which three are taken before one of the others.
//
// Thread: none of its own, no lock. Cost: O(log n) for n that wait. Limits: `waiting_max` tasks,
// and as many shares again for each of kShares; where there is no room the last in line makes it.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace stentor::auth {

inline constexpr std::size_t kShares = 4;

// Whose password it is, and where they are: hashes. 0: no share of that kind.
struct Asker {
    std::array<std::uint64_t, kShares> shares{};
    bool known{};
};

template <class Task>
class FairQueue {
public:
    explicit FairQueue(std::size_t waiting_max) : waiting_max_{waiting_max} {}

    // What there is no room for: the new one, or one that stood behind it.
    [[nodiscard]] std::optional<Task> put(const Asker& asker, Task task) {
        Line& line = lines_[asker.known ? 0 : 1];
        const std::uint64_t start = start_of(line, asker);
        std::optional<Task> out;
        if (size() >= waiting_max_) {
            Line& longest = lines_[1].waiting.empty() ? lines_[0] : lines_[1];
            const bool last = &longest == &line && start >= longest.waiting.rbegin()->first.first;
            const bool others = asker.known || &longest == &line;
            if (waiting_max_ == 0 || last || !others) return task;
            out = take_from(longest, std::prev(longest.waiting.end()), true);
        }
        for (const std::uint64_t share : asker.shares) {
            if (share != 0) line.ends[share] = start + 1;
        }
        line.waiting.emplace(std::pair{start, ++number_}, Waiting{asker, std::move(task)});
        return out;
    }

    [[nodiscard]] std::optional<Task> take() {
        constexpr int kKnownInARow = 3;
        const bool others = lines_[0].waiting.empty() ||
                            (known_taken_ >= kKnownInARow && !lines_[1].waiting.empty());
        Line& line = lines_[others ? 1 : 0];
        known_taken_ = others ? 0 : known_taken_ + 1;
        if (line.waiting.empty()) return std::nullopt;
        line.now = line.waiting.begin()->first.first;
        auto task = take_from(line, line.waiting.begin(), false);
        // Shares that end here or before are as good as none.
        if (line.ends.size() > kShares * (waiting_max_ + 16) || line.waiting.empty()) {
            std::erase_if(line.ends, [&](const auto& end) {
                return line.waiting.empty() || end.second <= line.now;
            });
        }
        return task;
    }

    [[nodiscard]] std::size_t size() const {
        return lines_[0].waiting.size() + lines_[1].waiting.size();
    }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] std::size_t shares() const {
        return lines_[0].ends.size() + lines_[1].ends.size();
    }

private:
    struct Waiting {
        Asker asker;
        Task task;
    };
    struct Line {
        std::map<std::pair<std::uint64_t, std::uint64_t>, Waiting> waiting;  // By start, arrival.
        std::unordered_map<std::uint64_t, std::uint64_t> ends;               // Of each share.
        std::uint64_t now{};  // The start of what was taken last.
    };

    static std::uint64_t start_of(const Line& line, const Asker& asker) {
        std::uint64_t start = line.now;
        for (const std::uint64_t share : asker.shares) {
            const auto end = line.ends.find(share);
            if (share != 0 && end != line.ends.end()) start = std::max(start, end->second);
        }
        return start;
    }

    // `unserved`: its shares are given back.
    static Task take_from(Line& line, typename decltype(Line::waiting)::iterator place,
                          bool unserved) {
        const std::uint64_t end = place->first.first + 1;
        Waiting taken = std::move(place->second);
        line.waiting.erase(place);
        for (const std::uint64_t share : taken.asker.shares) {
            const auto known = line.ends.find(share);
            if (!unserved || known == line.ends.end() || known->second != end) continue;
            if (--known->second <= line.now) line.ends.erase(known);
        }
        return std::move(taken.task);
    }

    std::size_t waiting_max_;
    std::array<Line, 2> lines_;  // The known, then all others.
    std::uint64_t number_{};
    int known_taken_{};
};

}  // namespace stentor::auth
