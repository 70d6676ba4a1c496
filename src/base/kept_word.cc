#include "base/kept_word.h"

#include <mutex>
#include <set>
#include <string>

namespace stentor {

std::string_view kept_word(std::string_view word) {
    static std::mutex mutex;
    static std::set<std::string, std::less<>> words;  // Its nodes stay where they are.
    if (word.empty() || word.size() > kWordBytes) return {};
    const std::lock_guard lock{mutex};
    auto found = words.find(word);
    if (found == words.end()) {
        if (words.size() >= kWordsKept) return {};
        found = words.emplace(word).first;
    }
    return *found;
}

}  // namespace stentor
