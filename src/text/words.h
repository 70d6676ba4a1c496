#pragma once
// The words of a text in any script, by Unicode's rules (UAX 29) through ICU. Pure.
//
// Letters of scripts that put no space between words (Chinese, Japanese, Korean, Thai, Lao, Khmer,
// Burmese) are words each by itself: a dictionary would part the same letters differently in a text
// and in a question, so that what stands there were not found.
//
// Cost: about 0.1 us a byte.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stentor::text {

struct Word {
    std::string folded;              // NFKC_Casefold, at most kWordBytes: a longer one is cut.
    std::vector<std::string> parts;  // Of "192.168.1" or "don't", when there are several.
    bool unspaced{};                 // A letter of such a script...
    bool follows{};                  // ...right behind another one.
};

inline constexpr std::size_t kWordBytes = 200;
inline constexpr std::size_t kLetterBytes = 64;  // Of an unspaced letter; more marks are left out.

// Words with a letter or a digit in them.
[[nodiscard]] std::vector<Word> words_of(std::string_view text);
// Of Unicode, on which the borders of words depend.
[[nodiscard]] std::string words_version();

}  // namespace stentor::text
