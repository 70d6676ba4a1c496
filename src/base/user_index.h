#pragma once
// Finds the place of a user in a table, at about eight bytes a user: the table knows whose a place
// is, so the index holds places alone.
//
// Owner: the table's. Cost: O(1); growing looks at every place once.

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/ids.h"

namespace stentor {

// UserAt: UserId operator()(std::uint32_t place) const, of every place that is in the index.
template <class UserAt>
class UserIndex {
public:
    using Place = std::uint32_t;

    explicit UserIndex(UserAt user_at) : places_{0, Hash{user_at}, Equal{user_at}} {}

    [[nodiscard]] std::optional<Place> find(UserId uid) const {
        const auto found = places_.find(uid);
        return found == places_.end() ? std::nullopt : std::optional{*found};
    }
    // Nobody else has this user's place.
    void add(Place place) { places_.insert(place); }
    // While the table still knows whose it is.
    void remove(Place place) { places_.erase(place); }
    [[nodiscard]] std::size_t size() const { return places_.size(); }

private:
    struct Hash {
        using is_transparent = void;
        UserAt user_at;
        std::size_t operator()(UserId uid) const { return std::hash<UserId>{}(uid); }
        std::size_t operator()(Place place) const { return (*this)(user_at(place)); }
    };
    struct Equal {
        using is_transparent = void;
        UserAt user_at;
        bool operator()(Place a, Place b) const { return a == b; }
        bool operator()(UserId uid, Place place) const { return user_at(place) == uid; }
        bool operator()(Place place, UserId uid) const { return user_at(place) == uid; }
    };

    boost::unordered_flat_set<Place, Hash, Equal> places_;
};

}  // namespace stentor
