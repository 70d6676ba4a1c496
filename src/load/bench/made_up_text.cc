#include "load/bench/made_up_text.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace stentor::bench {
namespace {

constexpr std::size_t kWordsLeast = 4;
constexpr std::size_t kWordsMost = 12;
constexpr std::size_t kChineseOneIn = 3;  // Messages

}  // namespace

// The rank in syllables, the lowest digit first; no two ranks make the same word.
std::string MadeUpText::word(std::size_t rank) {
    constexpr std::string_view kFirst = "bdfgklmnprstvz";
    constexpr std::string_view kSecond = "aeiou";
    constexpr std::size_t kSyllables = kFirst.size() * kSecond.size();
    std::string text;
    for (std::size_t rest = rank + kSyllables; rest > 0; rest /= kSyllables) {
        const std::size_t syllable = rest % kSyllables;
        text += kFirst[syllable / kSecond.size()];
        text += kSecond[syllable % kSecond.size()];
    }
    return text;
}

// From U+4E00 on; three bytes of UTF-8 each (RFC 3629).
std::string MadeUpText::sign(std::size_t rank) {
    const auto point = static_cast<std::uint32_t>(0x4E00 + rank % kSigns);
    return {static_cast<char>(0xE0U | (point >> 12U)),
            static_cast<char>(0x80U | ((point >> 6U) & 0x3FU)),
            static_cast<char>(0x80U | (point & 0x3FU))};
}

// Evenly spread logarithms of ranks make a rank's frequency fall with the rank.
std::size_t MadeUpText::rank_below(std::size_t end) {
    const double part = std::uniform_real_distribution<double>{0, 1}(random_);
    const auto rank = static_cast<std::size_t>(std::pow(static_cast<double>(end), part)) - 1;
    return std::min(rank, end - 1);
}

std::string MadeUpText::next() {
    const std::size_t count = kWordsLeast + random_() % (kWordsMost - kWordsLeast + 1);
    std::string text;
    if (random_() % kChineseOneIn == 0) {
        for (std::size_t i = 0; i < 2 * count; ++i) text += sign(rank_below(kSigns));
        return text;
    }
    std::vector<std::size_t> ranks;
    for (std::size_t i = 0; i < count; ++i) {
        ranks.push_back(rank_below(kWords));
        text += (i == 0 ? "" : " ") + word(ranks.back());
    }
    std::ranges::sort(ranks);
    const auto repeated = std::ranges::unique(ranks);
    ranks.erase(repeated.begin(), repeated.end());
    for (const std::size_t rank : ranks) ++messages_with_[rank];
    return text;
}

}  // namespace stentor::bench
