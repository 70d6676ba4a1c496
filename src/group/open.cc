// Who am I in this group, and what is there? Answered from memory; a member row or older entries
// (for an exact unread count) are loaded first where they are missing.

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "group/group.h"

namespace stentor::group {

void Group::on_open(std::uint64_t ask, const bus::AskOpen& question, Time now) {
    used_ = now;
    Opening opening{.ask = ask, .question = question};
    if (state_ == State::unloaded || state_ == State::loading) {
        openings_waiting_.push_back(std::move(opening));
        if (state_ == State::unloaded) load(LoadGroup{});
        return;
    }
    open_step(std::move(opening));
}

void Group::open_step(Opening opening) {
    const UserId uid = opening.question.uid;
    const auto member = members_.find(uid);
    if (member == members_.end()) {
        auto& parked = openings_parked_[uid];
        // A load for this user may be under way already, for a command of his.
        if (parked.empty() && !parked_.contains(uid)) load(LoadMember{uid});
        parked.push_back(std::move(opening));
        return;
    }
    member->second.used = used_;
    // A join that is ordered may still be lost with its commit: nobody reads on the strength of it.
    if (member->second.pending > 0) return openings_staged_.push_back(std::move(opening));
    const store::MemberRow& row = member->second.row;
    // Exactly as if the group did not exist, and after the same loads: an id that was guessed right
    // tells nothing.
    if (state_ != State::live || row.role == store::Role::none) {
        return effects_.answer_open(opening.ask, std::unexpected(kNoGroup));
    }

    const Seq cursor = std::max({row.read, row.floor, head_.floor});
    if (row.overlay && !opening.hidden_known) return look_for_hidden(std::move(opening), cursor);
    if (!opening.unread) {
        opening.unread.emplace(uid, cursor, head_.seq);
        opening.unread->hide(std::move(opening.hidden));
    }
    const auto& entries = ring_.entries();
    std::for_each(entries.rbegin(), entries.rend(),
                  [&](const LogEntry& entry) { opening.unread->look_at(entry); });
    if (opening.unread->complete()) return answer_open(opening, row);
    const Seq to = opening.unread->next();
    const std::uint64_t ask = opening.ask;
    counting_.emplace(ask, std::move(opening));
    load(LoadOlder{.to = to, .ask = ask});
}

// Only of those who have something of their own here. What one hid further down counts as unread.
void Group::look_for_hidden(Opening opening, Seq cursor) {
    const Seq deepest = head_.seq - std::min<std::uint64_t>(head_.seq.value, limits::kUnreadScan);
    const Seq from = std::max(std::min(cursor, ring_.first().value_or(head_.seq)), deepest);
    const LoadHidden hidden{
        .uid = opening.question.uid, .from = from, .to = head_.seq, .ask = opening.ask};
    counting_.emplace(opening.ask, std::move(opening));
    load(hidden);
}

// What they hid, or a page of older entries.
void Group::on_looked_up(std::uint64_t ask, const Result<Found>& found) {
    auto extracted = counting_.extract(ask);
    if (extracted.empty()) return;
    Opening& opening = extracted.mapped();
    if (!found) return effects_.answer_open(ask, std::unexpected(found.error()));
    if (const auto* hidden = std::get_if<std::vector<Seq>>(&*found)) {
        opening.hidden = *hidden;
        opening.hidden_known = true;
        return open_step(std::move(opening));
    }
    const auto& page = std::get<std::vector<LogEntry>>(*found);
    std::for_each(page.rbegin(), page.rend(),
                  [&](const LogEntry& entry) { opening.unread->look_at(entry); });
    // A page that brings nothing means that what lies below is no longer kept.
    if (page.empty()) opening.unread->stop();
    open_step(std::move(opening));
}

void Group::answer_open(const Opening& opening, const store::MemberRow& row) {
    bus::OpenAnswer answer{.member = view_of(row)};
    answer.member.unread = opening.unread->count();
    if (opening.question.with_view) {
        count_readers();
        answer.view = view();
    }
    answer.head = head_.seq;
    const auto shown = newest_shown(answer.member.floor, head_.seq, opening.unread->hidden());
    const LogEntry* last = shown ? ring_.find(*shown) : nullptr;
    if (last != nullptr) answer.last = *last;
    effects_.answer_open(opening.ask, std::move(answer));
}

bus::MemberView Group::view_of(const store::MemberRow& row) const {
    return {.role = static_cast<pb::Role>(row.role),
            .floor = std::max(row.floor, head_.floor),
            .read = row.read,
            .version = row.version,
            .muted_until = row.muted_until,
            .muted_for_me = row.muted_for_me,
            .blocked = row.blocked,
            .overlay = row.overlay};
}

bus::GroupView Group::view() const {
    const auto& entries = ring_.entries();
    std::vector<bus::ForkPoint> forks;
    for (const store::ForkPoint& fork : head_.forks) forks.push_back({fork.epoch, fork.seq});
    return {.gid = gid_,
            .epoch = head_.epoch,
            .term = lease_.term,
            .head = head_.seq,
            .digest = head_.digest,
            .floor = head_.floor,
            .floor_digest = head_.floor_digest,
            .ordinal = head_.ordinal,
            .members = head_.members,
            .settings = settings_now_,
            .newest = {entries.begin(), entries.end()},
            .digest_before = entries.empty() ? head_.digest : ring_.digest_before(),
            .tallies = tallies_.all(readers_.counts()),
            .forks = std::move(forks)};
}

}  // namespace stentor::group
