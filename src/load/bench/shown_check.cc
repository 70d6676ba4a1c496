#include "load/bench/shown_check.h"

#include <fmt/format.h>

namespace stentor::bench {

ShownCheck check_shown(const crowd::ShownLog& shown, std::uint64_t head,
                       const std::function<std::optional<pb::Entry>(std::uint64_t seq)>& entry_at) {
    ShownCheck check;
    if (head > 0 && shown.empty()) {
        check.fault = fmt::format("nobody was shown anything of {} entries", head);
        return check;
    }
    for (std::uint64_t seq = 1; seq <= head; ++seq) {
        const auto entry = entry_at(seq);
        if (!entry) {
            check.fault = fmt::format("the log has no entry {}", seq);
            return check;
        }
        const auto at = shown.find(seq);
        if (at == shown.end()) {
            if (seq < shown.begin()->first) continue;
            check.fault = fmt::format("nobody was shown entry {}", seq);
            return check;
        }
        if (at->second.sender != entry->sender() || at->second.body != entry->body()) {
            check.fault = fmt::format("entry {} was shown, and is not the log's", seq);
            return check;
        }
        ++check.compared;
    }
    if (!shown.empty() && shown.rbegin()->first > head) {
        check.fault =
            fmt::format("entry {} was shown, beyond the head {}", shown.rbegin()->first, head);
    }
    return check;
}

}  // namespace stentor::bench
