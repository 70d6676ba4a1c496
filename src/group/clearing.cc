#include "group/clearing.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "group/answers.h"
#include "group/changes.h"
#include "group/loads.h"
#include "group/moderation.h"
#include "group/moderation_log.h"
#include "group/pipeline.h"
#include "group/state.h"
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

void end_sweeps(GroupState& group, const pb::ServerFrame& answered) {
    while (!group.sweeps.empty()) {
        for (const bus::Command& asked : group.sweeps.take().waiting) {
            answer(group, asked.reply_to, answered);
        }
    }
}

}  // namespace

bool admit_clear(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::ClearReactions& clear = command.frame.clear_reactions();
    const Seq seq{clear.seq()};
    const bool of_one = command.operator_rights && command.uid && seq == Seq{};
    auto error = objection_to_change(group, work, member, Epoch{clear.epoch()}, now);
    if (!error) error = objection_to(Act::clear_reactions, command, member);
    if (!error && !of_one && !may_see(group, command, member, seq)) error = kNoEntry;
    if (!error && group.sweeps.size() >= group.server_settings.parked_max) {
        error = Error{.code = Code::overloaded, .where = "gid", .retry_after_ms = 1'000};
    }
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    add_sweep(group,
              {.seq = of_one ? group.pipeline.tip.floor + 1 : seq,
               .emoji = text::emoji_form(clear.emoji()).value_or(clear.emoji()),
               .of = of_one ? command.uid : UserId{},
               .waiting = {command},
               .told = of_one ? std::nullopt
                              : std::optional{moderation_row(group, command, {.seq = seq}, now)}});
    return true;
}

void add_sweep(GroupState& group, Sweep sweep) {
    group.sweeps.add(std::move(sweep));
    continue_sweeps(group);
}

void continue_sweeps(GroupState& group) {
    if (store::is_closed(group.head)) return end_sweeps(group, done());  // All went with the group.
    if (group.phase != Phase::live) return;
    if (const Sweep* next = group.sweeps.next()) {
        load(group, LoadReactions{.seq = next->seq,
                                  .of = next->of,
                                  .after = next->after,
                                  .asked_at = group.changes.look_ups.begin()});
    }
}

void on_sweep_loaded(GroupState& group, const LoadReactions& asked, const Result<Found>& found) {
    if (!found || group.phase != Phase::live) {
        group.changes.look_ups.end(asked.asked_at);
        group.sweeps.step_done();
        return found ? continue_sweeps(group) : lose_sweeps(group, found.error());
    }
    const auto& page = std::get<LoadedSweep>(*found);
    Sweep& sweep = group.sweeps.current();
    std::map<Seq, Operation> steps;  // One an entry.
    for (store::ReactionRow& row : rows_of(sweep, page, group.changes)) {
        if (row.seq <= group.pipeline.tip.floor) continue;  // Dropped with its entry.
        Operation& step = steps.try_emplace(row.seq).first->second;
        const auto sums = std::ranges::find(page.tallies, row.seq, &store::TallyRow::seq);
        const store::TallyRow* newest = group.changes.tallies.find(row.seq);
        if (newest == nullptr && sums != page.tallies.end()) newest = &*sums;
        if (!step.tally && newest != nullptr) step.tally = *newest;
        if (step.tally) take_one(*step.tally, row.emoji);
        row.on = false;
        step.reactions.push_back(std::move(row));
    }
    sweep.last = !page.more;
    sweep.after = page.after;
    if (sweep.of) sweep.seq = page.next;
    group.changes.look_ups.end(asked.asked_at);
    group.changes.forget();
    // Behind what is not durable yet, as every answer.
    const bool unnames = sweep.of && sweep.last;  // An erased person's, done to its end.
    if (!unnames && steps.empty() && group.pipeline.empty()) return sweep_step_done(group);
    if (!steps.empty() && sweep.told && !std::exchange(sweep.is_told, true)) {
        steps.begin()->second.moderation = sweep.told;
    }
    if (steps.empty()) steps.try_emplace(Seq{});
    if (unnames) steps.rbegin()->second.unnamed = sweep.of;
    steps.rbegin()->second.ends_page = true;
    for (auto& [seq, step] : steps) {
        step.after = group.pipeline.tip;
        step.sweeps_reactions = true;
        for (const store::ReactionRow& row : step.reactions) {
            group.changes.reactions.stage({row.uid, row.seq, row.emoji}, false);
        }
        if (step.tally) group.changes.tallies.stage(seq, *step.tally);
        stage(group, std::move(step));
    }
}

void sweep_step_done(GroupState& group) {
    if (group.sweeps.empty()) return;
    if (group.sweeps.current().last) {
        for (const bus::Command& asked : group.sweeps.take().waiting) {
            answer(group, asked.reply_to, done());
        }
    } else {
        group.sweeps.step_done();
    }
    continue_sweeps(group);
}

// What was taken away does not come back, so to say that nothing was stored would be wrong.
void lose_sweeps(GroupState& group, Error error) {
    if (error.code == Code::store_unavailable) error = kOutcomeUnknown;
    end_sweeps(group, refused_answer(error));
}

}  // namespace stentor::group
