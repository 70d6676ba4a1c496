// Taking reactions away, a page at a time (sweeps.h).

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "group/answers.h"
#include "group/group.h"
#include "text/emoji.h"

namespace stentor::group {
namespace {

bool means(const Sweep& sweep, const std::string& emoji) {
    return sweep.emoji.empty() || emoji == sweep.emoji || text::emoji_form(emoji) == sweep.emoji;
}

// What is not settled is not in the page, or otherwise: it is taken as memory knows it.
std::vector<store::ReactionRow> rows_of(const Sweep& sweep, const LoadedSweep& page,
                                        const Changes& changes) {
    std::vector<store::ReactionRow> rows;
    for (const store::ReactionRow& row : page.rows) {
        const bool known = changes.reactions.find({row.uid, row.seq, row.emoji}) != nullptr;
        if (!known && means(sweep, row.emoji)) rows.push_back(row);
    }
    changes.reactions.for_each([&](const ReactionKey& key, bool on) {
        const bool theirs = sweep.of ? key.uid == sweep.of : key.seq == sweep.seq;
        if (!on || !theirs || !means(sweep, key.emoji)) return;
        rows.push_back({.uid = key.uid, .seq = key.seq, .emoji = key.emoji});
    });
    std::ranges::sort(rows, {}, [](const store::ReactionRow& row) {
        return std::tuple{row.seq, row.uid, row.emoji};
    });
    return rows;
}

void take_one(store::TallyRow& tally, const std::string& emoji) {
    const auto found = std::ranges::find(tally.counts, emoji,
                                         &decltype(store::TallyRow::counts)::value_type::first);
    if (found != tally.counts.end() && --found->second == 0) tally.counts.erase(found);
}

}  // namespace

// With the operator's rights and without an entry: all that the one in whose name it is asked
// added in this group.
bool Group::admit_clear(Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::ClearReactions& clear = command.frame.clear_reactions();
    const Seq seq{clear.seq()};
    const bool of_one = command.operator_rights && command.uid && seq == Seq{};
    auto error = objection_to_change(work, member, Epoch{clear.epoch()}, now);
    if (!error) error = objection_to(Act::clear_reactions, command, member);
    if (!error && !of_one && !may_see(command, member, seq)) error = kNoEntry;
    if (!error && sweeps_.size() >= settings_.parked_max) {
        error = Error{.code = Code::overloaded, .where = "gid", .retry_after_ms = 1'000};
    }
    if (error) {
        refuse(command.reply_to, *error);
        return true;
    }
    sweep({.seq = of_one ? tip_.floor + 1 : seq,
           .emoji = text::emoji_form(clear.emoji()).value_or(clear.emoji()),
           .of = of_one ? command.uid : UserId{},
           .waiting = {command.reply_to}});
    return true;
}

void Group::sweep(Sweep sweep) {
    sweeps_.add(std::move(sweep));
    sweep_on();
}

void Group::sweep_on() {
    if (store::is_closed(head_)) return end_sweeps(done());  // All went with the group.
    if (state_ != State::live) return;
    if (const Sweep* next = sweeps_.next()) {
        load(LoadReactions{.seq = next->seq,
                           .of = next->of,
                           .after = next->after,
                           .asked_at = changes_.look_ups.begin()});
    }
}

void Group::on_sweep_loaded(const LoadReactions& asked, const Result<Found>& found) {
    if (!found || state_ != State::live) {
        changes_.look_ups.end(asked.asked_at);
        sweeps_.step_done();
        return found ? sweep_on() : lose_sweeps(found.error());
    }
    const auto& page = std::get<LoadedSweep>(*found);
    Sweep& sweep = sweeps_.current();
    std::map<Seq, Operation> steps;  // One an entry.
    for (store::ReactionRow& row : rows_of(sweep, page, changes_)) {
        if (row.seq <= tip_.floor) continue;  // Dropped with its entry.
        Operation& step = steps.try_emplace(row.seq).first->second;
        const auto sums = std::ranges::find(page.tallies, row.seq, &store::TallyRow::seq);
        const store::TallyRow* newest = changes_.tallies.find(row.seq);
        if (newest == nullptr && sums != page.tallies.end()) newest = &*sums;
        if (!step.tally && newest != nullptr) step.tally = *newest;
        if (step.tally) take_one(*step.tally, row.emoji);
        row.on = false;
        step.reactions.push_back(std::move(row));
    }
    sweep.last = !page.more;
    sweep.after = page.after;
    if (sweep.of) sweep.seq = page.next;
    changes_.look_ups.end(asked.asked_at);
    changes_.forget();
    // Behind what is not durable yet, as every answer.
    if (steps.empty() && staged_.empty() && in_flight_.empty()) return sweep_stepped();
    if (steps.empty()) steps.try_emplace(Seq{});
    steps.rbegin()->second.ends_page = true;
    for (auto& [seq, step] : steps) {
        step.after = tip_;
        step.sweeps_reactions = true;
        for (const store::ReactionRow& row : step.reactions) {
            changes_.reactions.stage({row.uid, row.seq, row.emoji}, false);
        }
        if (step.tally) changes_.tallies.stage(seq, *step.tally);
        stage(std::move(step));
    }
}

void Group::sweep_stepped() {
    if (sweeps_.empty()) return;
    if (sweeps_.current().last) {
        for (const bus::ReplyTo& to : sweeps_.take().waiting) answer(to, done());
    } else {
        sweeps_.step_done();
    }
    sweep_on();
}

void Group::end_sweeps(const pb::ServerFrame& answered) {
    while (!sweeps_.empty()) {
        for (const bus::ReplyTo& to : sweeps_.take().waiting) answer(to, answered);
    }
}

// What was taken away does not come back, so to say that nothing was stored would be wrong.
void Group::lose_sweeps(Error error) {
    if (error.code == Code::store_unavailable) {
        error = {.code = Code::timeout, .where = "store", .retry_after_ms = 1'000};
    }
    end_sweeps(refused_answer(error));
}

}  // namespace stentor::group
