#include "client/terminal/screen.h"

namespace stentor::terminal {
namespace {

constexpr std::size_t kNamesKept = 10'000;

}  // namespace

void Screen::say(std::string before, std::uint64_t uid, std::string after) {
    lines_.push_back({.before = std::move(before), .uid = uid, .after = std::move(after)});
}

std::optional<std::string> Screen::next() {
    if (lines_.empty()) return std::nullopt;
    const Line& line = lines_.front();
    const auto name = names_.find(line.uid);
    if (line.uid != 0 && name == names_.end()) return std::nullopt;
    std::string whole = line.before + (line.uid != 0 ? name->second : std::string{}) + line.after;
    lines_.pop_front();
    return whole;
}

void Screen::remember(std::uint64_t uid, std::string name) {
    while (names_.size() > kNamesKept) names_.erase(names_.begin());
    names_[uid] = std::move(name);
}

UserId Screen::user_named(std::string_view name) const {
    for (const auto& [uid, known] : names_) {
        if (known == name) return UserId{uid};
    }
    return {};
}

std::set<std::uint64_t> Screen::unnamed(std::size_t most) const {
    std::set<std::uint64_t> unknown;
    for (const Line& line : lines_) {
        if (line.uid != 0 && !names_.contains(line.uid)) unknown.insert(line.uid);
        if (unknown.size() == most) break;
    }
    return unknown;
}

void Screen::number_the_unnamed() {
    for (const Line& line : lines_) {
        if (line.uid != 0 && !names_.contains(line.uid)) {
            remember(line.uid, "#" + std::to_string(line.uid));
        }
    }
}

}  // namespace stentor::terminal
