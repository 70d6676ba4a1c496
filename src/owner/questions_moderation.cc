// A group's moderation log, for those who moderate it.

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "owner/question_sources.h"

namespace stentor::owner {

Result<bus::Reply> answer_to(Sources& sources, const bus::AskModeration& ask) {
    const GroupId gid{ask.fetch.gid()};
    const auto seen = may(sources.store, ask.asker, ask.operator_rights, group::Act::moderate, gid);
    if (!seen) return std::unexpected(seen.error());
    const std::size_t count =
        std::min<std::size_t>(ask.fetch.count() == 0 ? 50 : ask.fetch.count(), limits::kListPage);
    const auto rows = sources.store.moderation(gid, ask.fetch.before(), count);
    if (!rows) return std::unexpected(rows.error());
    // A quiet group's store drops them later.
    const Time kept = now() - limits::kModerationKept;
    pb::Moderation moderation;
    moderation.set_gid(gid.value);
    for (const store::ModerationRow& row : *rows) {
        if (row.time < kept) continue;
        pb::ModerationRow& told = *moderation.add_rows();
        told.set_number(row.number);
        told.set_time_ms(to_ms(row.time));
        told.set_kind(static_cast<pb::ModerationKind>(row.kind));
        told.set_by(row.by.value);
        told.set_uid(row.uid.value);
        told.set_epoch(row.epoch.value);
        told.set_seq(row.seq.value);
        told.set_value(row.value);
        told.set_reason(row.reason);
    }
    if (rows->size() == count) moderation.set_next(rows->back().number);
    return bus::Reply{std::move(moderation)};
}

}  // namespace stentor::owner
