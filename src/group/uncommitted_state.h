#pragma once
// The newest state of what commands have changed, kept as long as the store may still show an older
// one: until it is durable, and beyond that until no look-up is under way that may have read
// before.
//
// Without the second half, an edit of an old entry that was looked up just before somebody recalled
// it would be staged upon the text from before the recall.
//
// Owner: Group. Cost: a hash look-up. Limits: what is staged, and what commits change while one
// look-up lasts.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "store/rows.h"
#include "wire/log_entry.h"

namespace stentor::group {

// Look-ups under way, by how many commits were done when each was asked for.
class LookUps {
public:
    std::uint64_t begin() {
        under_way_.insert(commits_);
        return commits_;
    }
    void end(std::uint64_t asked_at) {
        if (const auto one = under_way_.find(asked_at); one != under_way_.end()) {
            under_way_.erase(one);
        }
    }
    void commit_done() { ++commits_; }
    [[nodiscard]] std::uint64_t commits() const { return commits_; }
    // What became durable with this commit, or before, is shown by whatever comes in from now on.
    [[nodiscard]] std::uint64_t settled() const {
        return under_way_.empty() ? commits_ : *under_way_.begin();
    }

private:
    std::multiset<std::uint64_t> under_way_;
    std::uint64_t commits_{};
};

template <class Key, class State, class Hash = std::hash<Key>>
class UncommittedState {
public:
    void stage(const Key& key, State state) {
        Place& place = places_[key];
        place.state = std::move(state);
        ++place.staged;
    }
    // One staged state of `key` is durable, with the commit of this number.
    void set_durable(const Key& key, std::uint64_t commit) {
        const auto found = places_.find(key);
        if (found == places_.end()) return;
        --found->second.staged;
        found->second.commit = commit;
        durable_.emplace_back(commit, key);
    }
    void forget(std::uint64_t settled) {
        auto next = durable_.begin();
        for (; next != durable_.end() && next->first <= settled; ++next) {
            const auto found = places_.find(next->second);
            if (found == places_.end()) continue;
            const Place& place = found->second;
            if (place.staged == 0 && place.commit == next->first) places_.erase(found);
        }
        durable_.erase(durable_.begin(), next);
    }
    void clear() {
        places_.clear();
        durable_.clear();
    }

    [[nodiscard]] const State* find(const Key& key) const {
        const auto found = places_.find(key);
        return found == places_.end() ? nullptr : &found->second.state;
    }
    // Whether that state waits for a commit still.
    [[nodiscard]] bool is_staged(const Key& key) const {
        const auto found = places_.find(key);
        return found != places_.end() && found->second.staged > 0;
    }
    // Each key with its state, in no order.
    template <class Look>
    void for_each(Look&& look) const {
        for (const auto& [key, place] : places_) look(key, place.state);
    }
    [[nodiscard]] std::size_t size() const { return places_.size(); }

private:
    struct Place {
        State state;
        std::uint32_t staged{};
        std::uint64_t commit{};
    };
    std::unordered_map<Key, Place, Hash> places_;
    std::vector<std::pair<std::uint64_t, Key>> durable_;  // Ascending.
};

struct ReactionKey {
    UserId uid;
    Seq seq;
    std::string emoji;

    friend bool operator==(const ReactionKey&, const ReactionKey&) = default;
};
struct ReactionKeyHash {
    std::size_t operator()(const ReactionKey& key) const noexcept {
        return std::hash<std::string>{}(key.emoji) ^
               static_cast<std::size_t>(spread(key.uid.value ^ spread(key.seq.value)));
    }
};

// All that commands change but rows of members.
struct Changes {
    LookUps look_ups;
    UncommittedState<Seq, LogEntry> entries;
    UncommittedState<Seq, store::TallyRow> tallies;
    UncommittedState<ReactionKey, bool, ReactionKeyHash> reactions;  // Whether it is on.

    void forget() {
        const std::uint64_t settled = look_ups.settled();
        entries.forget(settled);
        tallies.forget(settled);
        reactions.forget(settled);
    }
};

}  // namespace stentor::group
