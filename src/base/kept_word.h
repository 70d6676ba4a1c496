#pragma once
// A word that came from elsewhere and is needed for ever, as the literals of an Error are.
//
// Thread: any. Limits: kWordsKept words of kWordBytes; any more become empty.

#include <cstddef>
#include <string_view>

namespace stentor {

inline constexpr std::size_t kWordsKept = 4'096;
inline constexpr std::size_t kWordBytes = 64;

[[nodiscard]] std::string_view kept_word(std::string_view word);

}  // namespace stentor
