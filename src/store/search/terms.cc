#include "store/search/terms.h"

#include <algorithm>

#include "text/words.h"

namespace stentor::search {
namespace {

// Raised with each change of terms_of() or asked_of(), and of what else the index holds of an
// entry.
constexpr std::string_view kRules = "3";

// As keyboards write an apostrophe, and as people type it.
constexpr std::string_view kCurled = "\u2019";

std::string straight(std::string word) {
    for (std::size_t at = word.find(kCurled); at != std::string::npos; at = word.find(kCurled)) {
        word.replace(at, kCurled.size(), "'");
    }
    return word;
}

void each_once(std::vector<std::string>& terms) {
    std::ranges::sort(terms);
    const auto repeated = std::ranges::unique(terms);
    terms.erase(repeated.begin(), repeated.end());
}

void add_from_each_part(const text::Word& word, std::vector<std::string>& terms) {
    std::size_t at = 0;
    const std::size_t count = std::min(word.parts.size(), kPartsIndexed);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string& part = word.parts[i];
        at = word.folded.find(part, at);
        if (at == std::string::npos) return;  // Cut off.
        if (at > 0) terms.push_back(straight(word.folded.substr(at)));
        at += part.size();
    }
}

}  // namespace

std::vector<std::string> terms_of(std::string_view text) {
    std::vector<std::string> terms;
    const std::vector<text::Word> words = text::words_of(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const text::Word& word = words[i];
        if (word.unspaced && word.follows) terms.push_back(words[i - 1].folded + word.folded);
        add_from_each_part(word, terms);
        terms.push_back(straight(word.folded));
    }
    each_once(terms);
    return terms;
}

Asked asked_of(std::string_view text) {
    Asked asked;
    const std::vector<text::Word> words = text::words_of(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const text::Word& word = words[i];
        const bool goes_on = i + 1 < words.size() && words[i + 1].follows;
        if (!word.unspaced) {
            asked.beginnings.push_back(straight(word.folded));
        } else if (word.follows) {
            asked.whole.push_back(words[i - 1].folded + word.folded);
        } else if (!goes_on) {
            asked.whole.push_back(word.folded);
        }
    }
    each_once(asked.whole);
    each_once(asked.beginnings);
    return asked;
}

std::string rules_of_terms() { return std::string{kRules} + ' ' + text::words_version(); }

}  // namespace stentor::search
