// What stands beside the numbers: changes to entries, what is deleted for oneself, notes, kicks,
// the member's own log, and what a restored server lost.

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "client/commands.h"
#include "testing/sim/member.h"

namespace stentor::sim {
namespace {

constexpr std::string_view kThumbUp = "\xF0\x9F\x91\x8D";

std::string former_body() {
    pb::Body body;
    body.set_text("of a former epoch");
    return body.SerializeAsString();
}

}  // namespace

// ---- What it asks for

void Member::command(pb::ClientFrame frame, bool former) {
    const std::uint32_t id = client_->ask(moment(), frame);
    if (id == 0) return;
    commands_[id] = {.frame = std::move(frame), .asked = deps_.checks.epoch(), .former = former};
}

void Member::change_something() {
    const auto gid = some_group_inside();
    if (!gid || client_->cursor(*gid) == nullptr) return;
    Attendance& attendance = attendances_[*gid];
    if (attendance.shown.empty()) return;
    auto at = attendance.shown.begin();
    std::advance(at, world_.random.below(attendance.shown.size()));
    const auto& [seq, shown] = *at;
    const client::Place place{.gid = *gid, .epoch = attendance.shown_epoch, .seq = seq};
    const std::uint64_t chosen = world_.random.below(100);
    if (chosen < 25) {
        command(client::hide_command(*gid, place.epoch, {seq}));
    } else if (chosen < 35) {
        command(client::react_command(place, kThumbUp, world_.random.chance(300)));
    } else if (founded_.contains(*gid) && chosen < 65) {
        act_on_others(*gid, shown.sender);
    } else if (shown.sender == uid_ && !shown.recalled && chosen < 85) {
        pb::Body body;
        body.set_text(name() + " edits " + std::to_string(++edited_));
        command(client::edit_command(place, shown.revision, body.SerializeAsString()));
    } else {
        // Of others as well: whoever may not is refused.
        command(client::recall_command(place));
    }
}

void Member::act_on_others(GroupId gid, UserId uid) {
    if (uid == uid_) return;
    if (world_.random.chance(250)) return command(client::kick_command(gid, uid));
    const std::string text = name() + " notes " + std::to_string(++edited_);
    command(client::note_command(gid, uid, text));
}

// What was meant before the fork, by one who comes back: each must be refused as such.
void Member::try_former_epoch() {
    for (auto& [gid, attendance] : attendances_) {
        if (!attendance.former || !attendance.inside || !client_->ready()) continue;
        const client::Place place{
            .gid = gid, .epoch = std::exchange(attendance.former, {}), .seq = {1}};
        switch (world_.random.below(6)) {
            case 0: return command(client::read_command(place), true);
            case 1: return command(client::recall_command(place), true);
            case 2: return command(client::edit_command(place, 0, former_body()), true);
            case 3: return command(client::react_command(place, kThumbUp, false), true);
            case 4: return command(client::hide_command(gid, place.epoch, {place.seq}), true);
            default: break;
        }
        pb::ClientFrame frame;
        pb::Send& send = *frame.mutable_send();
        send.set_gid(gid.value);
        send.set_epoch(place.epoch.value);
        const Time made = client_->server_time(world_.now());
        send.set_cmid(std::string{Cmid::made_at(made, world_.random.bytes10()).view()});
        send.set_body(former_body());
        return command(std::move(frame), true);
    }
}

void Member::on_command_answered(const Command& command, const pb::ServerFrame& frame) {
    if (frame.has_refused()) {
        const Code code{static_cast<std::uint16_t>(frame.refused().code())};
        if (command.former) {
            if (code == Code::epoch_changed) world_.count(Seen::former_epoch_refused);
        } else {
            world_.count(Seen::change_refused);
        }
        return;
    }
    if (command.former) return deps_.checks.violation(name() + " did something in a former epoch");
    const pb::ClientFrame& asked = command.frame;
    if (asked.has_hide()) {
        deps_.checks.on_hide_kept(command.asked, uid_, asked.hide());
    } else if (asked.has_react()) {
        world_.count(Seen::reacted);
    } else if (asked.has_write_note()) {
        const pb::WriteNote& note = asked.write_note();
        deps_.checks.on_note_kept(
            command.asked, {.gid = {note.gid()}, .reader = {note.uid()}, .text = note.text()});
    } else if (asked.has_recall() && founded_.contains({asked.recall().gid()})) {
        world_.count(Seen::recalled_by_owner);
    }
}

// ---- What it is told

void Member::on_changed(GroupId gid, Epoch epoch, const pb::Entry& entry) {
    Attendance& attendance = attendances_[gid];
    const auto shown = attendance.shown.find({entry.seq()});
    if (epoch != attendance.shown_epoch || shown == attendance.shown.end()) return;
    if (entry.revision() <= shown->second.revision) return;
    world_.count(is_page_ ? Seen::change_found_again : Seen::change_told);
    shown->second.revision = entry.revision();
    shown->second.recalled = entry.recalled();
}

void Member::on_tally(GroupId /*gid*/, Epoch /*epoch*/, const pb::Tally& /*tally*/) {
    world_.count(Seen::tally_heard);
}

void Member::on_hidden(GroupId gid, Epoch /*epoch*/, Seq seq) {
    attendances_[gid].hidden.try_emplace(seq, false);
}

void Member::on_note(const pb::Note& note) {
    world_.count(Seen::note_heard);
    attendances_[{note.gid()}].notes[note.note_id()] = {note.anchor_seq()};
}

// The next one of the record's, no other. What was on its way at a restore is of the lost history.
void Member::on_user_log(const pb::UserLogEntry& entry) {
    if (entry.user_log_seq() == 0) {
        return world_.count(entry.has_reacted() ? Seen::reacted_elsewhere_heard
                                                : Seen::read_elsewhere_heard);
    }
    world_.count(Seen::user_log_heard);
    const auto page = deps_.store.truth().user_log(uid_, log_seq_, 1);
    pb::UserLogEntry stored;
    const bool next = page && !page->entries.empty() &&
                      stored.ParseFromString(page->entries.front()) &&
                      stored.SerializeAsString() == entry.SerializeAsString();
    if (!next && Epoch{entry.epoch()} == deps_.checks.epoch()) {
        deps_.checks.violation(name() + ", whose own log ended at " + std::to_string(log_seq_) +
                               ", was told " + std::to_string(entry.user_log_seq()) +
                               ", which is not the next");
    }
    if (page && page->head > entry.user_log_seq()) world_.count(Seen::user_log_behind);
    // Where numbers leap, what a page told of those between was lost by a restore.
    for (auto& [gid, attendance] : attendances_) {
        std::erase_if(attendance.notes, [&](const auto& it) {
            return it.first > log_seq_ && it.first < entry.user_log_seq();
        });
    }
    log_seq_ = entry.user_log_seq();
    if (entry.has_note()) on_note(entry.note());
    for (const std::uint64_t seq : entry.hidden().seqs()) {
        attendances_[{entry.gid()}].hidden[{seq}] = true;
    }
}

// Pages bring again what is still true.
void Member::on_user_log_reset() {
    world_.count(Seen::user_log_reset);
    log_seq_ = client_->user_log_seq();
    for (auto& [gid, attendance] : attendances_) {
        attendance.hidden.clear();
        attendance.notes.clear();
    }
}

// ---- A restored server

void Member::on_forked(GroupId gid, Epoch epoch, Seq fork) {
    world_.count(Seen::fork_heard);
    world_.tell([&] {
        return name() + " hears of a fork of " + std::to_string(gid.value) + " at " +
               std::to_string(fork.value) + " to epoch " + std::to_string(epoch.value);
    });
    Attendance& attendance = attendances_[gid];
    const client::GroupCursor* cursor = client_->cursor(gid);
    if (attendance.shown_epoch < epoch) attendance.former = attendance.shown_epoch;
    if (cursor != nullptr && cursor->holds_something()) {
        attendance.shown_epoch = epoch;
    } else {
        world_.count(Seen::fork_below_held);
    }
    // A change, or what only a page said, may be newer than what was restored.
    std::erase_if(attendance.shown,
                  [&](const auto& it) { return it.first > fork || it.second.revision > 0; });
    std::erase_if(attendance.hidden, [&](const auto& it) { return it.first > fork; });
    forget_unlogged(attendance);
    const auto is_cut = [&](const Kept& kept) {
        return kept.send.gid == gid && kept.epoch < epoch && kept.seq > fork;
    };
    for (const Kept& kept : kept_) {
        if (is_cut(kept)) pending_.push_back(kept.send);
    }
    if (std::erase_if(kept_, is_cut) == 0) return;
    attendance.lost = true;
    // As they were written: answers may have come in another order.
    std::ranges::sort(pending_, {}, &Pending::number);
    for (Pending& pending : pending_) {
        if (pending.gid == gid) pending.seen = std::min(pending.seen, fork);
    }
}

void Member::forget_unlogged(Attendance& attendance) const {
    std::erase_if(attendance.hidden, [](const auto& it) { return !it.second; });
    std::erase_if(attendance.notes, [&](const auto& it) { return it.first > log_seq_; });
}

void Member::offer_lost() {
    for (auto& [gid, attendance] : attendances_) {
        if (!std::exchange(attendance.lost, false)) continue;
        world_.count(Seen::offered_again);
        std::vector<client::Client::Lost> chain;
        for (const Pending& pending : pending_) {
            if (pending.gid == gid) chain.push_back({.cmid = pending.cmid, .body = pending.body});
        }
        client_->offer_again(moment(), gid, std::move(chain));
    }
}

// ---- The end

// Whether it shows something else beside the log than the record holds, in the newest page: older
// ones are fetched again when they are shown.
std::optional<std::string> Member::disagrees(GroupId gid, const Attendance& attendance) const {
    if (attendance.shown.empty()) return std::nullopt;
    const Record& record = deps_.checks.record();
    store::MemoryStore& truth = deps_.store.truth();
    const Seq head = record.head(gid);
    const Seq page =
        head.value > limits::kRangeEntries ? head - (limits::kRangeEntries - 1) : Seq{1};
    const Seq first = std::max(page, attendance.shown.begin()->first);
    for (auto at = attendance.shown.lower_bound(first); at != attendance.shown.end(); ++at) {
        const Record::Row* row = record.row(gid, at->first);
        if (row != nullptr && at->second.revision == row->newest().revision()) continue;
        return "shows an old revision of " + std::to_string(at->first.value);
    }
    const auto hidden = truth.hidden(gid, uid_, first, head);
    for (const Seq seq : hidden.value()) {
        if (!attendance.hidden.contains(seq))
            return "shows " + std::to_string(seq.value) + ", which they hid";
    }
    for (auto at = attendance.hidden.lower_bound(first); at != attendance.hidden.end(); ++at) {
        if (std::ranges::find(*hidden, at->first) != hidden->end()) continue;
        return "hides " + std::to_string(at->first.value);
    }
    const auto notes = truth.notes(gid, uid_, first, head);
    for (const store::NoteRow& note : notes.value()) {
        if (!attendance.notes.contains(note.user_log_seq)) {
            return "lacks note " + std::to_string(note.user_log_seq);
        }
    }
    for (const auto& [id, anchor] : attendance.notes) {
        const bool kept =
            std::ranges::find(*notes, id, &store::NoteRow::user_log_seq) != notes->end();
        if (anchor >= first && !kept && notes->size() < limits::kNotesPerPage) {
            return "shows note " + std::to_string(id) + ", which is not theirs";
        }
    }
    return std::nullopt;
}

}  // namespace stentor::sim
