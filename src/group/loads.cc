#include "group/loads.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "group/admission.h"
#include "group/answers.h"
#include "group/clearing.h"
#include "group/closing.h"
#include "group/duties.h"
#include "group/members.h"
#include "group/open.h"
#include "group/pipeline.h"
#include "group/publish.h"
#include "group/retention.h"
#include "group/state.h"
#include "group/tallies_publish.h"

namespace stentor::group {
namespace {

void mark_absent(GroupState& group, const Load& load) {
    const auto& asked = std::get<LoadSent>(load.what);
    const auto parked = group.loads.parked.find(asked.uid);
    if (parked == group.loads.parked.end() || parked->second.empty()) return;
    Work& first = parked->second.front();
    const pb::Send& send = first.command.frame.send();
    if (Cmid::from(send.cmid()) == asked.cmid) first.cmid_absent = true;
    if (Cmid::from(send.after()) == asked.cmid) first.after_absent = true;
}

void resume_parked(GroupState& group, UserId uid, Time now) {
    const auto parked = group.loads.parked.find(uid);
    if (parked == group.loads.parked.end()) return;
    std::deque<Work>& queue = parked->second;
    while (!queue.empty()) {
        if (!admit(group, queue.front(), now)) return;
        queue.pop_front();
        --group.loads.parked_count;
    }
    group.loads.parked.erase(uid);
}

void on_found_for(GroupState& group, const LoadFor& load, const Found& found, Time now) {
    if (const auto* about = std::get_if<MemberOf>(&load.what)) {
        remember_member(group, about->uid, std::get<std::optional<store::MemberRow>>(found), now);
    }
    const bool rows =
        std::holds_alternative<OwnersOf>(load.what) || std::holds_alternative<HeirOf>(load.what);
    if (rows) {
        for (const auto& row : std::get<std::vector<store::MemberRow>>(found)) {
            remember_member(group, row.uid, row, now);
        }
    }
    if (const auto parked = group.loads.parked.find(load.uid); parked != group.loads.parked.end()) {
        Work& work = parked->second.front();
        if (const auto* verdict = std::get_if<Verdict>(&found)) {
            work.verdict = *verdict;
        } else {
            work.found = found;
        }
    }
    resume_parked(group, load.uid, now);
}

void load_failed(GroupState& group, UserId uid, const Error& error) {
    if (const auto parked = group.loads.parked.extract(uid); !parked.empty()) {
        group.loads.parked_count -= parked.mapped().size();
        for (const Work& work : parked.mapped()) refuse(group, work.command.reply_to, error);
    }
    if (const auto openings = group.openings.parked.extract(uid); !openings.empty()) {
        for (const Opening& opening : openings.mapped()) {
            group.port.answer_open(opening.ask, std::unexpected(error));
        }
    }
}

void become_live(GroupState& group, const LoadedGroup& loaded) {
    group.phase = store::is_closed(loaded.head) ? Phase::closed : Phase::live;
    group.head = loaded.head;
    group.head.epoch = std::max(group.head.epoch, group.lease.epoch);
    group.head.term = group.lease.term;
    group.pipeline.tip = {.seq = group.head.seq,
                          .digest = group.head.digest,
                          .ordinal = group.head.ordinal,
                          .time = group.head.time,
                          .members = group.head.members,
                          .floor = group.head.floor,
                          .floor_digest = group.head.floor_digest};
    group.durable_settings.ParseFromString(group.head.settings);
    group.pipeline.settings = group.durable_settings;
    group.ring = Ring{loaded.newest, loaded.digest_before};
    group.sent = SentIndex{loaded.sent_since};
    group.sums.tallies.load(loaded.tallies);
    for (const store::SentRow& row : loaded.sent) {
        group.sent.add({row.uid, row.cmid},
                       {.seq = row.seq, .body_hash = row.body_hash, .durable = true});
    }
    if (group.phase == Phase::closed) sweep_rest(group);
}

void resume_waiting(GroupState& group, Time now) {
    std::deque<Work> works = std::exchange(group.loads.waiting, {});
    for (Work& work : works) {
        if (group.loads.parked.contains(work.command.uid) || !admit(group, work, now))
            park(group, std::move(work));
    }
    for (Opening& opening : std::exchange(group.openings.waiting, {}))
        open_step(group, std::move(opening));
}

void refuse_waiting(GroupState& group, const Error& error) {
    // "Nothing was stored" must not be said of what was in a commit whose outcome nobody knows.
    const bool denies = error.code == Code::store_unavailable;
    for (const Work& work : std::exchange(group.loads.waiting, {})) {
        refuse(group, work.command.reply_to, denies && work.maybe_kept ? kOutcomeUnknown : error);
    }
    for (const Opening& opening : std::exchange(group.openings.waiting, {})) {
        group.port.answer_open(opening.ask, std::unexpected(error));
    }
    lose_sweeps(group, error);
}

void on_group_loaded(GroupState& group, const Loaded& loaded, Time now) {
    if (loaded.found) {
        become_live(group, std::get<LoadedGroup>(*loaded.found));
        publish_version(group);
        if (std::exchange(group.loads.reread, false)) {
            nudge_head(group);
            nudge_moved(group, {});
            if (!group.durable_settings.name().empty())
                nudge_moved(group, group.durable_settings.name());
        }
        if (std::exchange(group.sums.recount, false)) count_readers(group);
    } else if (loaded.found.error().code == Code::not_found) {
        group.phase = Phase::absent;
    } else {
        group.phase = Phase::unloaded;
        return refuse_waiting(group, loaded.found.error());
    }
    continue_sweeps(group);
    resume_waiting(group, now);
}

}  // namespace

void park(GroupState& group, Work work) {
    if (group.loads.parked_count >= group.server_settings.parked_max) {
        return refuse(group, work.command.reply_to,
                      {.code = Code::overloaded, .retry_after_ms = 1'000});
    }
    ++group.loads.parked_count;
    group.loads.parked[work.command.uid].push_back(std::move(work));
}

void load(GroupState& group, LoadWhat what) {
    if (std::holds_alternative<LoadGroup>(what)) group.phase = Phase::loading;
    group.port.load({.gid = group.gid,
                     .generation = group.loads.generation,
                     .term = group.lease.term,
                     .what = std::move(what)});
}

void load_for(GroupState& group, UserId uid, decltype(LoadFor::what) what) {
    load(group,
         LoadFor{.uid = uid, .what = std::move(what), .asked_at = group.changes.look_ups.begin()});
}

void receive_loaded(GroupState& group, const Loaded& loaded, Time now) {
    if (loaded.load.generation != group.loads.generation) return;
    if (std::holds_alternative<LoadGroup>(loaded.load.what))
        return on_group_loaded(group, loaded, now);
    if (const auto* older = std::get_if<LoadOlder>(&loaded.load.what)) {
        return on_looked_up(group, older->ask, loaded.found);
    }
    if (const auto* hidden = std::get_if<LoadHidden>(&loaded.load.what)) {
        return on_looked_up(group, hidden->ask, loaded.found);
    }
    if (const auto* asked = std::get_if<LoadReactions>(&loaded.load.what)) {
        return on_sweep_loaded(group, *asked, loaded.found);
    }
    if (std::holds_alternative<LoadFloor>(loaded.load.what))
        return on_floor_loaded(group, loaded.found);
    if (std::holds_alternative<LoadReaders>(loaded.load.what)) {
        return on_readers_loaded(group, loaded.found);
    }
    if (std::holds_alternative<LoadStaff>(loaded.load.what)) {
        return on_staff_loaded(group, loaded.found);
    }
    if (std::holds_alternative<LoadRest>(loaded.load.what)) {
        return on_rest_loaded(group, loaded.found, now);
    }

    if (const auto* asked = std::get_if<LoadFor>(&loaded.load.what)) {
        if (loaded.found) {
            on_found_for(group, *asked, *loaded.found, now);
        } else {
            load_failed(group, asked->uid, loaded.found.error());
        }
        group.changes.look_ups.end(asked->asked_at);
        return group.changes.forget();
    }

    const auto* member = std::get_if<LoadMember>(&loaded.load.what);
    const UserId uid = member != nullptr ? member->uid : std::get<LoadSent>(loaded.load.what).uid;
    if (!loaded.found) return load_failed(group, uid, loaded.found.error());
    if (member != nullptr) {
        remember_member(group, uid, std::get<std::optional<store::MemberRow>>(*loaded.found), now);
        if (auto openings = group.openings.parked.extract(uid); !openings.empty()) {
            for (Opening& opening : openings.mapped()) open_step(group, std::move(opening));
        }
    } else if (const auto& row = std::get<std::optional<store::SentRow>>(*loaded.found)) {
        // A commit whose outcome was unknown has landed since the group was loaded. The one in
        // flight, if there is one, will meet a conflict; what is parked waits for that.
        if (row->seq > group.head.seq) {
            if (group.pipeline.in_flight.empty()) drop_memory(group);
            return;
        }
        group.sent.add({uid, row->cmid},
                       {.seq = row->seq, .body_hash = row->body_hash, .durable = true});
    } else {
        mark_absent(group, loaded.load);
    }
    resume_parked(group, uid, now);
}

void wait_for_group(GroupState& group, Work work) {
    if (group.loads.waiting.size() >= group.server_settings.parked_max) {
        return refuse(group, work.command.reply_to,
                      {.code = Code::overloaded, .retry_after_ms = 1'000});
    }
    group.loads.waiting.push_back(std::move(work));
    if (group.phase == Phase::unloaded) load(group, LoadGroup{});
}

void wait_again(GroupState& group, std::deque<Work> first) {
    ++group.loads.generation;
    group.loads.reread = true;
    for (auto& [uid, parked] : group.loads.parked) {
        for (Work& work : parked) {
            first.push_back({.command = std::move(work.command),
                             .rated = work.rated,
                             .ruled = work.ruled,
                             .judged = work.judged,
                             .text = work.text});
        }
    }
    group.loads.parked.clear();
    group.loads.parked_count = 0;
    std::ranges::move(group.loads.waiting, std::back_inserter(first));
    group.loads.waiting = std::move(first);
}

}  // namespace stentor::group
