#pragma once
// What of a text stands in the index, and what of a question is looked for there. Pure.
//
// A word stands as a whole, and from each of its parts to its end ("192.168.1.15", "168.1.15",
// "1.15", "15"), so that a question finds it by the beginning of any part. A letter of a script
// without spaces stands by itself and together with the one behind it.
//
// Cost: that of text/words.h. Limits: kTermBytes a term, kPartsIndexed a word.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stentor::search {

inline constexpr std::size_t kTermBytes = 200;
inline constexpr std::size_t kPartsIndexed = 16;

// Each once, in no order that matters.
[[nodiscard]] std::vector<std::string> terms_of(std::string_view text);

struct Asked {
    std::vector<std::string> whole;       // Terms that must be there,
    std::vector<std::string> beginnings;  // and beginnings of terms.

    [[nodiscard]] bool empty() const { return whole.empty() && beginnings.empty(); }
};
// Empty when there is no letter and no digit in it.
[[nodiscard]] Asked asked_of(std::string_view words);

// Names the rules of both: an index that was made by others is made again.
[[nodiscard]] std::string rules_of_terms();

}  // namespace stentor::search
