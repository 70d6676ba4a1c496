#include "store/moderation.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/limits.h"

namespace stentor::store {
namespace {

bool is_over(const ModerationRow& row, const Commit& commit, Time newest) {
    if (is_closed(commit.head)) return true;
    if (row.time + limits::kModerationKept < newest) return true;
    return row.kind == ModerationKind::report && row.seq <= commit.head.floor;
}

}  // namespace

std::uint64_t moderation_number(std::uint64_t version, std::size_t index) {
    return version * limits::kCommitEntries + index;
}

bool changes_moderation(const Commit& commit, Seq former_floor) {
    return !commit.moderation.empty() || commit.unnamed || commit.head.floor > former_floor ||
           is_closed(commit.head);
}

ModerationChange moderation_change(std::vector<ModerationRow> kept, const Commit& commit) {
    ModerationChange change;
    Time newest = commit.head.time;
    for (const ModerationRow& row : commit.moderation) newest = std::max(newest, row.time);
    std::ranges::sort(kept, std::greater<>{}, &ModerationRow::number);
    const std::size_t room =
        limits::kModerationRows - std::min(limits::kModerationRows, commit.moderation.size());
    std::size_t staying = 0;
    for (ModerationRow& row : kept) {
        if (staying >= room || is_over(row, commit, newest)) {
            change.dropped.push_back(row.number);
            continue;
        }
        ++staying;
        if (!commit.unnamed || row.by != commit.unnamed) continue;
        row.by = {};
        row.reason.clear();
        change.put.push_back(std::move(row));
    }
    for (std::size_t i = 0; i < commit.moderation.size(); ++i) {
        ModerationRow row = commit.moderation[i];
        row.number = moderation_number(commit.head.version, i);
        if (!is_over(row, commit, newest)) change.put.push_back(std::move(row));
    }
    return change;
}

}  // namespace stentor::store
