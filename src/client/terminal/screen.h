#pragma once
// The lines that are to be printed, in order, and the names of people. A line that names somebody
// waits until the name is known, and the lines behind it wait, too.
//
// Limits: 10,000 names are remembered.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.h"

namespace stentor::terminal {

class Screen {
public:
    void say(std::string text) { lines_.push_back({.before = std::move(text)}); }
    // With the name of `uid` in between; 0: nobody is named.
    void say(std::string before, std::uint64_t uid, std::string after);
    // The next line that can be printed; it leaves.
    [[nodiscard]] std::optional<std::string> next();
    [[nodiscard]] bool empty() const { return lines_.empty(); }

    void remember(std::uint64_t uid, std::string name);
    // Zero when nobody of that name was heard of.
    [[nodiscard]] UserId user_named(std::string_view name) const;
    // The people for whose names lines wait, at most so many.
    [[nodiscard]] std::set<std::uint64_t> unnamed(std::size_t most) const;
    // They have no name: they are shown by their number, or the lines behind would wait for ever.
    void number_the_unnamed();

private:
    struct Line {
        std::string before;
        std::uint64_t uid{};
        std::string after;
    };

    std::deque<Line> lines_;
    std::map<std::uint64_t, std::string> names_;
};

}  // namespace stentor::terminal
