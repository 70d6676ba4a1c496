// Who did what: rows for the operator.

#include <algorithm>
#include <utility>
#include <vector>

#include "owner/question_sources.h"

namespace stentor::owner {

Result<bus::Reply> answer_to(Sources& sources, const bus::AskAudit& ask) {
    const std::size_t count = std::min<std::size_t>(ask.count, limits::kAuditPage);
    const auto rows = sources.store.audit(ask.before, count);
    if (!rows) return std::unexpected(rows.error());
    std::vector<bus::AuditEntry> entries;
    entries.reserve(rows->size());
    for (const store::AuditRow& row : *rows) {
        entries.push_back({.number = row.number, .time = row.time, .text = row.text});
    }
    return bus::Reply{std::move(entries)};
}

}  // namespace stentor::owner
