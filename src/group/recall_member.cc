#include "group/recall_member.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "group/answers.h"
#include "group/changes.h"
#include "group/moderation.h"
#include "group/moderation_log.h"
#include "group/pipeline.h"
#include "group/state.h"

namespace stentor::group {
namespace {

// What one step looks at.
struct Span {
    Seq from;
    Seq to;

    [[nodiscard]] bool empty() const { return from > to; }
};

Span span_of(const GroupState& group, const bus::Command& command, const CachedMember& member) {
    const Seq before{command.frame.recall_member().before()};
    const Seq own_floor = command.operator_rights ? Seq{} : member.row.floor;
    const Seq floor = std::max(own_floor, group.pipeline.tip.floor);
    Span span{.from = floor + 1, .to = group.head.seq};
    if (before > Seq{}) span.to = std::min(span.to, before - 1);
    if (!span.empty() && span.to - span.from >= limits::kRangeEntries)
        span.from = span.to - (limits::kRangeEntries - 1);
    return span;
}

// Ascending, each as it will be. Nothing: they are being loaded.
std::optional<std::vector<LogEntry>> entries_in(GroupState& group, const Work& work, Span& span) {
    std::vector<LogEntry> entries;
    if (const auto* page = found_as<std::vector<LogEntry>>(work.found)) {
        // What was added since it was asked for is not in it.
        span = {.from = page->empty() ? span.to + 1 : std::max(span.from, page->front().seq),
                .to = page->empty() ? span.to : std::min(span.to, page->back().seq)};
        for (const LogEntry& entry : *page) {
            if (entry.seq < span.from || entry.seq > span.to) continue;
            const LogEntry* changed = newest_state(group, entry.seq);
            entries.push_back(changed != nullptr ? *changed : entry);
        }
        return entries;
    }
    if (span.empty()) return entries;
    for (Seq seq = span.from; seq <= span.to; ++seq) {
        const LogEntry* entry =
            group.ring.find(seq) == nullptr ? nullptr : newest_state(group, seq);
        if (entry == nullptr) {
            load_for(group, work.command.uid, PageTo{span.to});
            return std::nullopt;
        }
        entries.push_back(*entry);
    }
    return entries;
}

std::optional<Error> objection(GroupState& group, Work& work, CachedMember& member, Time now) {
    const pb::RecallMember& recall = work.command.frame.recall_member();
    auto error = objection_to_change(group, work, member, Epoch{recall.epoch()}, now);
    return error ? error : objection_to(Act::recall_member, work.command, member);
}

}  // namespace

bool admit_recall_member(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::RecallMember& recall = command.frame.recall_member();
    const UserId whose{recall.uid()};
    if (const auto error = objection(group, work, member, now)) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    const CachedMember* target = other_member(group, work, whose);
    if (target == nullptr) return false;
    if (const auto outranked =
            objection_to(Act::recall_member, command, member, rank_of(target->row.role))) {
        refuse(group, command.reply_to, *outranked);
        return true;
    }
    Span span = span_of(group, command, member);
    const auto entries = entries_in(group, work, span);
    if (!entries) return false;

    const Time since = from_ms(recall.since_ms());
    std::vector<LogEntry> theirs;
    Seq before = span.from;
    bool over = span.empty() || span.from == group.pipeline.tip.floor + 1 ||
                span.from <= member.row.floor + 1;
    for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
        over = over || entry->time < since;
        if (entry->time < since) break;
        if (entry->sender != whose || entry->recalled || !entry->countable) continue;
        if (theirs.size() == limits::kRecalledPerStep) {
            before = entry->seq + 1;
            over = false;
            break;
        }
        theirs.push_back(*entry);
    }
    pb::ServerFrame told;
    told.mutable_member_recalled()->set_gid(group.gid.value);
    told.mutable_member_recalled()->set_count(static_cast<std::uint32_t>(theirs.size()));
    told.mutable_member_recalled()->set_before(over ? 0 : before.value);
    if (theirs.empty()) {
        answer(group, command.reply_to, std::move(told));
        return true;
    }
    for (const LogEntry& entry : theirs) {
        Operation part{.command = {}, .after = group.pipeline.tip, .part = true};
        part.command.uid = command.uid;
        stage_entry(group, std::move(part), recalled(entry, command.uid, now));
    }
    Operation operation = operation_for(group, command);
    operation.answer = std::move(told);
    note_act(group, operation, {.uid = whose, .value = theirs.size()}, now);
    stage(group, std::move(operation));
    return true;
}

}  // namespace stentor::group
