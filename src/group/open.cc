#include "group/open.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "group/loads.h"
#include "group/state.h"
#include "group/tallies_publish.h"

namespace stentor::group {
namespace {

// Only of those who have something of their own here. What one hid further down counts as unread.
void look_for_hidden(GroupState& group, Opening opening, Seq cursor) {
    const Seq deepest =
        group.head.seq - std::min<std::uint64_t>(group.head.seq.value, limits::kUnreadScan);
    const Seq from =
        std::max(std::min(cursor, group.ring.first().value_or(group.head.seq)), deepest);
    const LoadHidden hidden{
        .uid = opening.question.uid, .from = from, .to = group.head.seq, .ask = opening.ask};
    group.openings.counting.emplace(opening.ask, std::move(opening));
    load(group, hidden);
}

bus::GroupView group_view(const GroupState& group) {
    const auto& entries = group.ring.entries();
    std::vector<bus::ForkPoint> forks;
    for (const store::ForkPoint& fork : group.head.forks) forks.push_back({fork.epoch, fork.seq});
    return {.gid = group.gid,
            .epoch = group.head.epoch,
            .head = group.head.seq,
            .digest = group.head.digest,
            .floor = group.head.floor,
            .floor_digest = group.head.floor_digest,
            .ordinal = group.head.ordinal,
            .members = group.head.members,
            .settings = group.durable_settings,
            .newest = {entries.begin(), entries.end()},
            .digest_before = entries.empty() ? group.head.digest : group.ring.digest_before(),
            .tallies = group.sums.tallies.all(group.sums.readers.counts()),
            .forks = std::move(forks)};
}

void answer_open(GroupState& group, const Opening& opening, const store::MemberRow& row) {
    bus::OpenAnswer answer{.member = member_view(group.head, row),
                           .head = group.head.seq,
                           .epoch = group.head.epoch,
                           .term = group.lease.term,
                           .versions = {.from = group.told, .to = group.head.version}};
    answer.member.unread = opening.unread->count();
    if (opening.question.with_view) {
        count_readers(group);
        answer.view = group_view(group);
    }
    const auto shown = newest_shown(answer.member.floor, group.head.seq, opening.unread->hidden());
    const LogEntry* last = shown ? group.ring.find(*shown) : nullptr;
    if (last != nullptr) answer.last = *last;
    group.port.answer_open(opening.ask, std::move(answer));
}

}  // namespace

void receive_question(GroupState& group, Opening opening, Time now) {
    group.used = now;
    if (group.phase == Phase::unloaded || group.phase == Phase::loading) {
        group.openings.waiting.push_back(std::move(opening));
        if (group.phase == Phase::unloaded) load(group, LoadGroup{});
        return;
    }
    open_step(group, std::move(opening));
}

void open_again(GroupState& group) {
    std::vector<Opening>& waiting = group.openings.waiting;
    for (auto& [uid, openings] : group.openings.parked) {
        std::ranges::move(openings, std::back_inserter(waiting));
    }
    group.openings.parked.clear();
    std::ranges::move(std::exchange(group.openings.staged, {}), std::back_inserter(waiting));
    for (auto& [ask, opening] : group.openings.counting) {
        waiting.push_back({.ask = ask, .question = opening.question});
    }
    group.openings.counting.clear();
}

void open_step(GroupState& group, Opening opening) {
    const UserId uid = opening.question.uid;
    const auto member = group.members.find(uid);
    if (member == group.members.end()) {
        auto& parked = group.openings.parked[uid];
        // A load for this user may be under way already, for a command of theirs.
        if (parked.empty() && !group.loads.parked.contains(uid)) load(group, LoadMember{uid});
        parked.push_back(std::move(opening));
        return;
    }
    member->second.used = group.used;
    // A join that is ordered may still be lost with its commit: nobody reads on the strength of it.
    if (member->second.pending > 0) return group.openings.staged.push_back(std::move(opening));
    const store::MemberRow& row = member->second.row;
    // Exactly as if the group did not exist, and after the same loads: an id that was guessed right
    // tells nothing.
    if (group.phase != Phase::live || row.role == store::Role::none) {
        return group.port.answer_open(opening.ask, std::unexpected(kNoGroup));
    }

    const Seq cursor = std::max({row.read, row.floor, group.head.floor});
    if (row.overlay && !opening.hidden_known)
        return look_for_hidden(group, std::move(opening), cursor);
    if (!opening.unread) {
        opening.unread.emplace(uid, cursor, group.head.seq);
        opening.unread->hide(std::move(opening.hidden));
    }
    const auto& entries = group.ring.entries();
    std::for_each(entries.rbegin(), entries.rend(),
                  [&](const LogEntry& entry) { opening.unread->look_at(entry); });
    if (opening.unread->complete()) return answer_open(group, opening, row);
    const Seq to = opening.unread->next();
    const std::uint64_t ask = opening.ask;
    group.openings.counting.emplace(ask, std::move(opening));
    load(group, LoadOlder{.to = to, .ask = ask});
}

void on_looked_up(GroupState& group, std::uint64_t ask, const Result<Found>& found) {
    auto extracted = group.openings.counting.extract(ask);
    if (extracted.empty()) return;
    Opening& opening = extracted.mapped();
    if (!found) return group.port.answer_open(ask, std::unexpected(found.error()));
    if (const auto* hidden = std::get_if<std::vector<Seq>>(&*found)) {
        opening.hidden = *hidden;
        opening.hidden_known = true;
        return open_step(group, std::move(opening));
    }
    const auto& page = std::get<std::vector<LogEntry>>(*found);
    std::for_each(page.rbegin(), page.rend(),
                  [&](const LogEntry& entry) { opening.unread->look_at(entry); });
    // A page that brings nothing means that what lies below is no longer kept.
    if (page.empty()) opening.unread->stop();
    open_step(group, std::move(opening));
}

bus::MemberView member_view(const store::HeadRow& head, const store::MemberRow& row) {
    return {.role = static_cast<pb::Role>(row.role),
            .floor = std::max(row.floor, head.floor),
            .read = row.read,
            .version = row.version,
            .muted_until = row.muted_until,
            .muted_for_me = row.muted_for_me,
            .blocked = row.blocked,
            .overlay = row.overlay};
}

}  // namespace stentor::group
