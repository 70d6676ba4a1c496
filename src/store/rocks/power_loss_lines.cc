#include "store/rocks/power_loss_lines.h"

#include <algorithm>

#include "store/user_log.h"
#include "store/verdict.h"
#include "wire/pb.h"

namespace stentor::store {
namespace {

constexpr std::size_t kNewest = 100;

}  // namespace

UserEvent Lines::draft(UserId uid) {
    pb::UserLogEntry entry;
    entry.set_time_ms(++drafted_);
    return {.uid = uid, .entry = entry.SerializeAsString()};
}

void Lines::accept(const Commit& commit) {
    if (auto row = feed_row(feed_.size() + 1, heads_[commit.gid], commit)) {
        feed_.push_back(*std::move(row));
    }
    heads_[commit.gid] = commit.head.seq;
    for (const UserEvent& event : commit.user_events) {
        Log& log = logs_[event.uid];
        log.head = next_user_log_seq({1}, log.head);
        log.entries.push_back(numbered(event, log.head).entry);
    }
}

std::optional<std::string> Lines::differ(Store& store) const {
    const std::size_t before = feed_.size() - std::min(feed_.size(), kNewest);
    const Result<FeedPage> feed = store.feed(before, 2 * kNewest);
    if (!feed) return "the feed cannot be read";
    if (feed->head != feed_.size()) return "the feed has another head";
    const std::vector<FeedRow> newest(feed_.begin() + static_cast<std::ptrdiff_t>(before),
                                      feed_.end());
    if (feed->rows != newest) return "the feed differs";

    for (const auto& [uid, log] : logs_) {
        const std::size_t skipped = log.entries.size() - std::min(log.entries.size(), kNewest);
        const std::uint64_t after = skipped == 0 ? 0 : log.head - log.entries.size() + skipped;
        const Result<UserLogPage> page = store.user_log(uid, after, 2 * kNewest);
        if (!page) return "a user's log cannot be read";
        if (page->reset || page->head != log.head) return "a user's log has another head";
        const std::vector<std::string> lines(
            log.entries.begin() + static_cast<std::ptrdiff_t>(skipped), log.entries.end());
        if (page->entries != lines) return "a user's log differs";
    }
    return std::nullopt;
}

}  // namespace stentor::store
