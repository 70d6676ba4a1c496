#pragma once
// A line of settings that is several words: "EdDSA https://id.example /etc/stentor/id.pem kid=1".

#include <string>
#include <string_view>
#include <vector>

namespace stentor::config {

// Parted by spaces.
[[nodiscard]] inline std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        if (space != 0) words.emplace_back(text.substr(0, space));
        text.remove_prefix(space == text.npos ? text.size() : space + 1);
    }
    return words;
}

// The word behind "NAME="; empty when there is none.
[[nodiscard]] inline std::string named_word(const std::vector<std::string>& words,
                                            std::string_view name) {
    for (const std::string& word : words) {
        if (word.starts_with(name) && word.substr(name.size(), 1) == "=") {
            return word.substr(name.size() + 1);
        }
    }
    return {};
}

}  // namespace stentor::config
