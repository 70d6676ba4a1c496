#pragma once
// Messages whose words are spread as in a language: the word of rank r comes r times as rarely as
// the first. Latin words and Chinese ones; it remembers in how many messages each stands. Pure: the
// same seed, the same messages.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace stentor::bench {

class MadeUpText {
public:
    static constexpr std::size_t kWords = 20'000;  // Ranks from 0.
    static constexpr std::size_t kSigns = 3'000;   // Of Chinese, likewise.

    explicit MadeUpText(std::uint64_t seed) : random_{seed}, messages_with_(kWords) {}

    [[nodiscard]] std::string next();
    [[nodiscard]] static std::string word(std::size_t rank);
    [[nodiscard]] static std::string sign(std::size_t rank);
    // Of the messages made so far.
    [[nodiscard]] std::uint32_t messages_with(std::size_t rank) const {
        return messages_with_[rank];
    }

private:
    [[nodiscard]] std::size_t rank_below(std::size_t end);

    std::mt19937_64 random_;
    std::vector<std::uint32_t> messages_with_;
};

}  // namespace stentor::bench
