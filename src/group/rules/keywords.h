#pragma once
// A word list as one automaton (Aho and Corasick, 1975): all words are looked for in one pass over
// the text, however many there are.
//
// Immutable: a new list is a new automaton, which the shell hands to the workers; those who read
// the former one keep it until they are done. Thread: any.
// Cost: a look-up per character; about 40 bytes for each character of the list.
//
// The list: UTF-8, one word a line; empty lines, and lines that start with '#', are passed over.
// A word is found whatever its case, and in full-width or broken up by characters without width
// (fold.h). Where a word ends in a letter of a script that puts spaces between words, it must end
// there in the text too, so that "ass" does not find "class"; '*' at that end of the word lifts
// this.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace stentor::rules {

// What is wrong with a list, for whoever wrote it.
struct ListFault {
    std::size_t line{};  // From 1.
    std::string_view reason;
    std::size_t limit{};
};

class Keywords {
public:
    Keywords() = default;  // Finds nothing.
    [[nodiscard]] static std::expected<Keywords, ListFault> from_list(std::string_view list);

    [[nodiscard]] bool found_in(std::string_view text) const;
    [[nodiscard]] std::size_t size() const { return words_.size(); }
    [[nodiscard]] bool empty() const { return words_.empty(); }

private:
    struct Word {
        std::uint32_t length{};  // Characters, folded.
        bool starts_anywhere{};
        bool ends_anywhere{};
    };
    struct Node {
        std::uint32_t fall_back{};         // The longest proper suffix that is a node.
        std::uint32_t also{};              // The nearest of those that ends a word; 0: none.
        std::vector<std::uint32_t> words;  // That end here.
    };
    struct Edge {
        std::uint32_t depth;
        std::uint32_t from;
        char32_t character;
        std::uint32_t to;
    };

    void add(std::u32string_view letters, const Word& word);
    void link();
    [[nodiscard]] std::uint32_t step(std::uint32_t node, char32_t character) const;
    [[nodiscard]] bool stands_alone(const Word& word, std::u32string_view text,
                                    std::size_t end) const;

    std::vector<Word> words_;
    std::vector<Node> nodes_{1};
    std::vector<Edge> new_edges_;  // Until link().
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> edges_;
};

}  // namespace stentor::rules
