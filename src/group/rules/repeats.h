#pragma once
// The hashes of one member's newest texts: nobody posts the same text over and over.
//
// Owner: a member in group::GroupState. Cost: a look at kRepeatsKept hashes; nothing is allocated
// before they write.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace stentor::rules {

struct RepeatRule {
    std::uint32_t times{5};  // The same text within `within`; 0: no limit. At most kRepeatsKept.
    Millis within{60'000};
};

// Of the folded text without its spaces: "a a" repeats "AA". 0 of a text that has nothing left.
[[nodiscard]] std::uint64_t text_hash(std::string_view text);

class Repeats {
public:
    // How long to wait when one more would be too many.
    [[nodiscard]] std::optional<Millis> against(const RepeatRule& rule, std::uint64_t text,
                                                Time now) const;
    void add(std::uint64_t text, Time now);

private:
    struct Said {
        std::uint64_t text;
        Time time;
    };
    std::vector<Said> said_;  // Oldest first.
};

}  // namespace stentor::rules
