#include "client/terminal/open_group.h"

#include <cstddef>
#include <utility>

#include "client/terminal/words.h"

namespace stentor::terminal {
namespace {

constexpr std::size_t kEntriesKept = 1'000;

template <class Map>
void forget_oldest(Map& map) {
    while (map.size() > kEntriesKept) map.erase(map.begin());
}

}  // namespace

void OpenGroup::on_shown(const pb::Entry& entry) {
    revisions_[entry.seq()] = entry.revision();
    forget_oldest(revisions_);
    if (oldest_ == 0 || entry.seq() < oldest_) oldest_ = entry.seq();
}

bool OpenGroup::on_tally(const pb::Tally& tally) {
    const std::string words = words_of(tally);
    const bool differs = std::exchange(tallies_[tally.seq()], words) != words;
    forget_oldest(tallies_);
    return differs;
}

std::optional<std::uint32_t> OpenGroup::revision_of(Seq seq) const {
    const auto known = revisions_.find(seq.value);
    if (known == revisions_.end()) return std::nullopt;
    return known->second;
}

}  // namespace stentor::terminal
