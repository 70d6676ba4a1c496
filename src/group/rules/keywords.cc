#include "group/rules/keywords.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/rules/fold.h"

namespace stentor::rules {
namespace {

std::uint64_t key(std::uint32_t node, char32_t character) {
    return (std::uint64_t{node} << 32U) | character;
}

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view kBlank = " \t\r";
    const std::size_t first = line.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

std::expected<Keywords, ListFault> Keywords::from_list(std::string_view list) {
    if (list.size() > limits::kKeywordListBytes) {
        return std::unexpected(
            ListFault{1, "the list has too many bytes", limits::kKeywordListBytes});
    }
    Keywords keywords;
    for (std::size_t line = 1; !list.empty(); ++line) {
        const std::size_t end = std::min(list.find('\n'), list.size());
        std::string_view text = trimmed(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
        if (text.empty() || text.starts_with('#')) continue;
        if (text.size() > limits::kKeywordBytes) {
            return std::unexpected(
                ListFault{line, "the word has too many bytes", limits::kKeywordBytes});
        }
        Word word;
        word.starts_anywhere = text.starts_with('*');
        if (word.starts_anywhere) text.remove_prefix(1);
        word.ends_anywhere = text.ends_with('*');
        if (word.ends_anywhere) text.remove_suffix(1);
        const std::u32string letters = folded(text);
        if (letters.empty() || std::ranges::all_of(letters, [](char32_t c) { return c == U' '; })) {
            return std::unexpected(ListFault{line, "nothing is left of the word", 1});
        }
        if (letters.find(U'\ufffd') != letters.npos) {
            return std::unexpected(ListFault{line, "the word is not UTF-8", 0});
        }
        if (keywords.words_.size() == limits::kKeywords) {
            return std::unexpected(
                ListFault{line, "the list has too many words", limits::kKeywords});
        }
        word.length = static_cast<std::uint32_t>(letters.size());
        keywords.add(letters, word);
    }
    keywords.link();
    return keywords;
}

void Keywords::add(std::u32string_view letters, const Word& word) {
    std::uint32_t node = 0;
    std::uint32_t depth = 0;
    for (const char32_t c : letters) {
        ++depth;
        const auto next = static_cast<std::uint32_t>(nodes_.size());
        const auto [edge, made] = edges_.try_emplace(key(node, c), next);
        if (made) {
            nodes_.emplace_back();
            new_edges_.push_back({depth, node, c, next});
        }
        node = edge->second;
    }
    nodes_[node].words.push_back(static_cast<std::uint32_t>(words_.size()));
    words_.push_back(word);
}

// By depth: a node falls back to a shallower one, which is linked already.
void Keywords::link() {
    std::ranges::sort(new_edges_, {}, &Edge::depth);
    for (const Edge& edge : std::exchange(new_edges_, {})) {
        Node& node = nodes_[edge.to];
        if (edge.from != 0) node.fall_back = step(nodes_[edge.from].fall_back, edge.character);
        const Node& shorter = nodes_[node.fall_back];
        node.also = shorter.words.empty() ? shorter.also : node.fall_back;
    }
}

std::uint32_t Keywords::step(std::uint32_t node, char32_t character) const {
    for (;; node = nodes_[node].fall_back) {
        if (const auto edge = edges_.find(key(node, character)); edge != edges_.end()) {
            return edge->second;
        }
        if (node == 0) return 0;
    }
}

bool Keywords::stands_alone(const Word& word, std::u32string_view text, std::size_t end) const {
    const std::size_t start = end - word.length;
    const bool joined_before = start > 0 && is_spaced_letter(text[start - 1]);
    const bool joined_behind = end < text.size() && is_spaced_letter(text[end]);
    return (word.starts_anywhere || !joined_before || !is_spaced_letter(text[start])) &&
           (word.ends_anywhere || !joined_behind || !is_spaced_letter(text[end - 1]));
}

bool Keywords::found_in(std::string_view text) const {
    if (empty()) return false;
    const std::u32string letters = folded(text);
    std::uint32_t node = 0;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        node = step(node, letters[i]);
        for (std::uint32_t ending = node; ending != 0; ending = nodes_[ending].also) {
            for (const std::uint32_t word : nodes_[ending].words) {
                if (stands_alone(words_[word], letters, i + 1)) return true;
            }
        }
    }
    return false;
}

}  // namespace stentor::rules
