#include "group/rules/repeats.h"

#include <algorithm>

#include "base/limits.h"
#include "group/rules/fold.h"

namespace stentor::rules {

std::uint64_t text_hash(std::string_view text) {
    // FNV-1a: what collides costs its sender a wait, and they gain nothing by looking for it.
    constexpr std::uint64_t kBasis = 0xcbf29ce484222325U;
    constexpr std::uint64_t kPrime = 0x100000001b3U;
    std::uint64_t hash = kBasis;
    bool any = false;
    for (const char32_t c : folded(text)) {
        if (c == U' ' || c == U'\n' || c == U'\t') continue;
        hash = (hash ^ c) * kPrime;
        any = true;
    }
    return any ? hash : 0;
}

std::optional<Millis> Repeats::against(const RepeatRule& rule, std::uint64_t text, Time now) const {
    if (rule.times == 0 || text == 0) return std::nullopt;
    // Counted from the newest: the wait ends when the last that is too many has left the window.
    std::uint32_t count = 0;
    for (auto said = said_.rbegin(); said != said_.rend(); ++said) {
        if (said->time + rule.within <= now) break;
        if (said->text == text && ++count == rule.times) return said->time + rule.within - now;
    }
    return std::nullopt;
}

void Repeats::add(std::uint64_t text, Time now) {
    if (text == 0) return;
    if (said_.size() >= limits::kRepeatsKept) said_.erase(said_.begin());
    said_.push_back({text, now});
}

}  // namespace stentor::rules
