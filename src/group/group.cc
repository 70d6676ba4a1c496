#include "group/group.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "group/answers.h"

namespace stentor::group {
Group::Group(GroupId gid, const Lease& lease, const Settings& settings, GroupPort& effects)
    : gid_{gid}, lease_{lease}, settings_{settings}, effects_{effects} {}

void Group::on_command(bus::Command command, Time now) {
    used_ = now;
    Work work{.command = std::move(command)};
    if (state_ == State::unloaded || state_ == State::loading) {
        if (waiting_.size() >= settings_.parked_max) {
            return refuse(work.command.reply_to,
                          {.code = Code::overloaded, .retry_after_ms = 1'000});
        }
        waiting_.push_back(std::move(work));
        if (state_ == State::unloaded) load(LoadGroup{});
        return;
    }
    if (parked_.contains(work.command.uid) || !admit(work, now)) park(std::move(work));
}

void Group::park(Work work) {
    if (parked_count_ >= settings_.parked_max) {
        return refuse(work.command.reply_to, {.code = Code::overloaded, .retry_after_ms = 1'000});
    }
    ++parked_count_;
    parked_[work.command.uid].push_back(std::move(work));
}

// ---- Loads

void Group::load(LoadWhat what) {
    if (std::holds_alternative<LoadGroup>(what)) state_ = State::loading;
    effects_.load({.gid = gid_, .generation = generation_, .what = std::move(what)});
}

void Group::load_for(UserId uid, decltype(LoadFor::what) what) {
    load(LoadFor{.uid = uid, .what = std::move(what), .asked_at = changes_.look_ups.begin()});
}

void Group::on_loaded(const Loaded& loaded, Time now) {
    if (loaded.load.generation != generation_) return;
    if (std::holds_alternative<LoadGroup>(loaded.load.what)) return on_group_loaded(loaded, now);
    if (const auto* older = std::get_if<LoadOlder>(&loaded.load.what)) {
        return on_looked_up(older->ask, loaded.found);
    }
    if (const auto* hidden = std::get_if<LoadHidden>(&loaded.load.what)) {
        return on_looked_up(hidden->ask, loaded.found);
    }
    if (const auto* asked = std::get_if<LoadReactions>(&loaded.load.what)) {
        return on_sweep_loaded(*asked, loaded.found);
    }
    if (std::holds_alternative<LoadFloor>(loaded.load.what)) return on_floor_loaded(loaded.found);
    if (std::holds_alternative<LoadReaders>(loaded.load.what)) {
        return on_readers_loaded(loaded.found);
    }
    if (std::holds_alternative<LoadRest>(loaded.load.what)) {
        return on_rest_loaded(loaded.found, now);
    }

    if (const auto* asked = std::get_if<LoadFor>(&loaded.load.what)) {
        if (loaded.found) {
            on_found_for(*asked, *loaded.found, now);
        } else {
            load_failed(asked->uid, loaded.found.error());
        }
        changes_.look_ups.end(asked->asked_at);
        return changes_.forget();
    }

    const auto* member = std::get_if<LoadMember>(&loaded.load.what);
    const UserId uid = member != nullptr ? member->uid : std::get<LoadSent>(loaded.load.what).uid;
    if (!loaded.found) return load_failed(uid, loaded.found.error());
    if (member != nullptr) {
        remember_member(uid, std::get<std::optional<store::MemberRow>>(*loaded.found), now);
        if (auto openings = openings_parked_.extract(uid); !openings.empty()) {
            for (Opening& opening : openings.mapped()) open_step(std::move(opening));
        }
    } else if (const auto& row = std::get<std::optional<store::SentRow>>(*loaded.found)) {
        // A commit whose outcome was unknown has landed since the group was loaded. The one in
        // flight, if there is one, will meet a conflict; what is parked waits for that.
        if (row->seq > head_.seq) {
            if (in_flight_.empty()) drop_memory();
            return;
        }
        sent_.add({uid, row->cmid},
                  {.seq = row->seq, .body_hash = row->body_hash, .durable = true});
    } else {
        mark_absent(loaded.load);
    }
    resume_parked(uid, now);
}

void Group::on_found_for(const LoadFor& load, const Found& found, Time now) {
    if (const auto* about = std::get_if<MemberOf>(&load.what)) {
        remember_member(about->uid, std::get<std::optional<store::MemberRow>>(found), now);
    }
    const bool rows =
        std::holds_alternative<OwnersOf>(load.what) || std::holds_alternative<HeirOf>(load.what);
    if (rows) {
        for (const auto& row : std::get<std::vector<store::MemberRow>>(found)) {
            remember_member(row.uid, row, now);
        }
    }
    if (const auto parked = parked_.find(load.uid); parked != parked_.end()) {
        Work& work = parked->second.front();
        if (const auto* verdict = std::get_if<Verdict>(&found)) {
            work.verdict = *verdict;
        } else {
            work.found = found;
        }
    }
    resume_parked(load.uid, now);
}

void Group::load_failed(UserId uid, const Error& error) {
    if (const auto parked = parked_.extract(uid); !parked.empty()) {
        parked_count_ -= parked.mapped().size();
        for (const Work& work : parked.mapped()) refuse(work.command.reply_to, error);
    }
    if (const auto openings = openings_parked_.extract(uid); !openings.empty()) {
        for (const Opening& opening : openings.mapped()) {
            effects_.answer_open(opening.ask, std::unexpected(error));
        }
    }
}

void Group::remember_member(UserId uid, const std::optional<store::MemberRow>& row, Time now) {
    CachedMember member{.row = row.value_or(store::MemberRow{.uid = uid}), .used = now};
    if (const auto read = reads_.extract(uid); !read.empty()) {
        member.row.read = std::max(member.row.read, read.mapped());
    }
    if (const LogEntry* entry = ring_.newest_of(uid)) member.last_sent = entry->time;
    members_.try_emplace(uid, std::move(member));
}

void Group::mark_absent(const Load& load) {
    const auto& asked = std::get<LoadSent>(load.what);
    const auto parked = parked_.find(asked.uid);
    if (parked == parked_.end() || parked->second.empty()) return;
    Work& first = parked->second.front();
    const pb::Send& send = first.command.frame.send();
    if (Cmid::from(send.cmid()) == asked.cmid) first.cmid_absent = true;
    if (Cmid::from(send.after()) == asked.cmid) first.after_absent = true;
}

void Group::resume_parked(UserId uid, Time now) {
    const auto parked = parked_.find(uid);
    if (parked == parked_.end()) return;
    std::deque<Work>& queue = parked->second;
    while (!queue.empty()) {
        if (!admit(queue.front(), now)) return;
        queue.pop_front();
        --parked_count_;
    }
    parked_.erase(uid);
}

void Group::on_group_loaded(const Loaded& loaded, Time now) {
    if (loaded.found) {
        become_live(std::get<LoadedGroup>(*loaded.found));
        if (std::exchange(reread_, false)) {
            effects_.publish({.gid = gid_, .epoch = epoch(), .event = bus::GroupReread{}});
            nudge_head();
            nudge_moved({});
            if (!settings_now_.name().empty()) nudge_moved(settings_now_.name());
        }
        if (std::exchange(recount_, false)) count_readers();
    } else if (loaded.found.error().code == Code::not_found) {
        state_ = State::absent;
    } else {
        state_ = State::unloaded;
        return refuse_waiting(loaded.found.error());
    }
    sweep_on();
    resume_waiting(now);
}

void Group::become_live(const LoadedGroup& loaded) {
    state_ = store::is_closed(loaded.head) ? State::closed : State::live;
    head_ = loaded.head;
    head_.epoch = std::max(head_.epoch, lease_.epoch);
    head_.term = lease_.term;
    tip_ = {.seq = head_.seq,
            .digest = head_.digest,
            .ordinal = head_.ordinal,
            .time = head_.time,
            .members = head_.members,
            .floor = head_.floor,
            .floor_digest = head_.floor_digest};
    settings_now_.ParseFromString(head_.settings);
    group_settings_ = settings_now_;
    ring_ = Ring{loaded.newest, loaded.digest_before};
    sent_ = SentIndex{loaded.sent_since};
    tallies_.load(loaded.tallies);
    for (const store::SentRow& row : loaded.sent) {
        sent_.add({row.uid, row.cmid},
                  {.seq = row.seq, .body_hash = row.body_hash, .durable = true});
    }
    if (state_ == State::closed) sweep_rest();
}

void Group::resume_waiting(Time now) {
    std::deque<Work> works = std::exchange(waiting_, {});
    for (Work& work : works) {
        if (parked_.contains(work.command.uid) || !admit(work, now)) park(std::move(work));
    }
    for (Opening& opening : std::exchange(openings_waiting_, {})) open_step(std::move(opening));
}

void Group::refuse_waiting(const Error& error) {
    // "Nothing was stored" must not be said of what was in a commit whose outcome nobody knows.
    const bool denies = error.code == Code::store_unavailable;
    const Error unknown{.code = Code::timeout, .where = "store", .retry_after_ms = 1'000};
    for (const Work& work : std::exchange(waiting_, {})) {
        refuse(work.command.reply_to, denies && work.untold ? unknown : error);
    }
    for (const Opening& opening : std::exchange(openings_waiting_, {})) {
        effects_.answer_open(opening.ask, std::unexpected(error));
    }
    lose_sweeps(error);
}

bool Group::answer_with(const bus::ReplyTo& to, const std::function<bool(const Operation&)>& same) {
    for (std::deque<Operation>* operations : {&staged_, &in_flight_}) {
        const auto found = std::find_if(operations->rbegin(), operations->rend(), same);
        if (found == operations->rend()) continue;
        found->also.push_back(to);
        return true;
    }
    return false;
}

// ---- Commits

void Group::flush() {
    if (!in_flight_.empty() || staged_.empty()) return;
    const std::size_t count = std::min(staged_.size(), limits::kCommitEntries);
    in_flight_.assign(
        std::make_move_iterator(staged_.begin()),
        std::make_move_iterator(staged_.begin() + static_cast<std::ptrdiff_t>(count)));
    staged_.erase(staged_.begin(), staged_.begin() + static_cast<std::ptrdiff_t>(count));

    store::Commit commit{
        .gid = gid_, .term = lease_.term, .expected = head_.version, .head = head_};
    for (const Operation& operation : in_flight_) {
        if (operation.created) commit.head = *operation.created;
        if (operation.entry) commit.entries.push_back(*operation.entry);
        if (operation.sent) commit.sent.push_back(*operation.sent);
        if (operation.settings) commit.head.settings = operation.settings->SerializeAsString();
        std::ranges::copy(operation.members, std::back_inserter(commit.members));
        if (operation.changed) commit.changed.push_back(*operation.changed);
        std::ranges::copy(operation.invites, std::back_inserter(commit.invites));
        std::ranges::copy(operation.dropped_invites, std::back_inserter(commit.dropped_invites));
        std::ranges::copy(operation.joining, std::back_inserter(commit.joining));
        if (operation.closes) {
            commit.head.settings.clear();
            commit.head.creator = {};
        }
        if (operation.tally) commit.tallies.push_back(*operation.tally);
        std::ranges::copy_if(operation.events, std::back_inserter(commit.user_events),
                             [](const store::UserEvent& event) {
                                 return !event.note || !planted(Bug::notes_without_cursor);
                             });
        std::ranges::copy(operation.reactions, std::back_inserter(commit.reactions));
        std::ranges::copy(operation.member_events, std::back_inserter(commit.member_events));
    }
    const Tip& after = in_flight_.back().after;
    commit.head.term = lease_.term;
    commit.head.version = head_.version + 1;
    commit.head.seq = after.seq;
    commit.head.digest = after.digest;
    commit.head.ordinal = after.ordinal;
    commit.head.time = after.time;
    commit.head.members = after.members;
    commit.head.floor = after.floor;
    commit.head.floor_digest = after.floor_digest;
    in_flight_head_ = commit.head;
    effects_.commit(std::move(commit));
}

void Group::on_committed(store::Outcome outcome) {
    if (outcome == store::Outcome::done) return commit_done();
    // Whatever was ordered goes through all stages again, against what the store really holds:
    // what got there is then found as a duplicate, the rest is numbered anew.
    drop_memory();
}

void Group::commit_done() {
    const Seq former = head_.seq;
    Digest before = std::exchange(head_, in_flight_head_).digest;
    std::deque<Operation> done = std::exchange(in_flight_, {});
    changes_.look_ups.commit_done();
    if (planted(Bug::push_before_commit)) {
        for (Operation& operation : done) finish(operation);
        return;
    }
    for (const Operation& operation : done) {
        if (operation.entry) append_to_sums(*operation.entry);
    }
    std::vector<LogEntry> run;
    bool changed = false;  // What badges show.
    const std::string former_name = settings_now_.name();
    for (Operation& operation : done) {
        if (operation.entry) run.push_back(*operation.entry);
        if (operation.changes_more() && !run.empty())
            publish_run(run, std::exchange(before, run.back().digest));
        finish(operation);
        if (operation.raises_floor) floor_raised(operation);
        if (operation.changed) {
            // However old, what is recalled is unread no more.
            changed |= operation.changed->recalled || ring_.find(operation.changed->seq) != nullptr;
            ring_.replace(*operation.changed);
            publish_change(*operation.changed);
        }
        for (const store::UserEvent& event : operation.events) {
            effects_.nudge(bus::UserLogMoved{event.uid});
        }
        for (const store::MemberRow& row : operation.members) {
            publish_member(row, operation.ousted, operation.command.uid, operation.after.members);
        }
        if (operation.settings) {
            settings_now_ = *operation.settings;
            publish_settings();
        }
    }
    if (!run.empty()) publish_run(run, before);
    tallies_.forget_below(ring_.first().value_or(Seq{}));
    changes_.forget();
    if (head_.seq > former) nudge_head();
    if (changed) nudge_moved({});
    if (settings_now_.name() != former_name) nudge_moved(settings_now_.name());
    for (Opening& opening : std::exchange(openings_staged_, {})) open_step(std::move(opening));
    if (store::is_closed(head_)) closed();
}

// For the badges of members who do not watch the group just now.
void Group::nudge_head() {
    effects_.nudge(bus::HeadMoved{
        .gid = gid_, .epoch = head_.epoch, .head = head_.seq, .members = head_.members});
}

// Without a name: entries are not what they were.
void Group::nudge_moved(std::string name) {
    effects_.nudge(bus::GroupMoved{.gid = gid_, .name = std::move(name)});
}

void Group::finish(Operation& operation) {
    if (operation.entry) {
        sent_.set_durable({operation.entry->sender, operation.entry->cmid});
        ring_.append(*operation.entry);
        if (const auto member = members_.find(operation.entry->sender); member != members_.end()) {
            if (member->second.sends > 0) --member->second.sends;
            const Seq seen{operation.command.frame.send().seen()};
            move_read(member->second, planted(Bug::own_send_reads) ? operation.entry->seq : seen);
        }
    }
    for (const store::MemberRow& row : operation.members) {
        const auto member = members_.find(row.uid);
        if (member != members_.end() && !operation.sweeps) --member->second.pending;
    }
    for (const store::InviteRow& row : operation.invites) invites_.set_durable(row.code);
    settle(operation);
    if (operation.ends_page) sweep_stepped();
    if (planted(Bug::ack_before_commit) || operation.is_own()) return;
    if (operation.swept_after) {
        operation.also.push_back(operation.command.reply_to);
        operation.swept_after->waiting = std::move(operation.also);
        return sweep(std::move(*operation.swept_after));
    }
    for (const bus::ReplyTo& again : operation.also) answer(again, operation.answer);
    answer(operation.command.reply_to, std::move(operation.answer));
}

void Group::settle(const Operation& operation) {
    const std::uint64_t commit = changes_.look_ups.commits();
    if (operation.changed) changes_.entries.set_durable(operation.changed->seq, commit);
    if (operation.tally) {
        changes_.tallies.set_durable(operation.tally->seq, commit);
        tallies_.set(*operation.tally);
        sums_moved_ = true;
        // What was taken away is gone for everybody before whoever took it is answered.
        if (operation.takes_reactions()) {
            effects_.publish(
                {.gid = gid_,
                 .epoch = head_.epoch,
                 .event = bus::TalliesChanged{
                     .tallies = {tallies_.take(operation.tally->seq, readers_.counts())}}});
        }
    }
    for (const store::ReactionRow& row : operation.reactions) {
        changes_.reactions.set_durable({.uid = row.uid, .seq = row.seq, .emoji = row.emoji},
                                       commit);
        if (row.uid != operation.command.uid) continue;
        pb::React react;
        react.set_gid(gid_.value);
        react.set_epoch(head_.epoch.value);
        react.set_seq(row.seq.value);
        react.set_emoji(row.emoji);
        react.set_remove(!row.on);
        effects_.nudge(bus::ReactionMoved{.uid = row.uid, .reacted = std::move(react)});
    }
}

void Group::publish_run(std::vector<LogEntry>& run, const Digest& before) {
    effects_.publish(
        {.gid = gid_,
         .epoch = head_.epoch,
         .event = bus::EntriesAdded{.entries = std::exchange(run, {}), .digest_before = before}});
}

void Group::publish_member(const store::MemberRow& row, pb::OustReason ousted, UserId by,
                           std::uint64_t members) {
    if (row.role != store::Role::none) ousted = {};  // Who owns it now, beside whoever went.
    // Who only asked to come in, or was banned before he came, was shown nothing.
    if (row.role == store::Role::none && ousted == pb::OUST_REASON_UNSPECIFIED) return;
    if (planted(Bug::kick_outside_order) && ousted == pb::OUST_REASON_KICKED) return;
    effects_.publish({.gid = gid_,
                      .epoch = head_.epoch,
                      .event = bus::MemberChanged{.uid = row.uid,
                                                  .member = view_of(row),
                                                  .reason = ousted,
                                                  .by = by,
                                                  .members = members}});
}

void Group::publish_settings() {
    effects_.publish(
        {.gid = gid_,
         .epoch = head_.epoch,
         .event = bus::GroupChanged{.settings = settings_now_, .members = head_.members}});
}

void Group::drop_memory() {
    ++generation_;
    std::deque<Work> works;
    for (std::deque<Operation>* operations : {&in_flight_, &staged_}) {
        for (Operation& operation : *operations) {
            if (operation.is_own()) continue;
            std::vector<Work> retries;
            // Whoever tried again under another token is not refused for the former one.
            const bool ended =
                settings_.gate != nullptr && settings_.gate->objection_to(operation.command);
            for (const bus::ReplyTo& again : operation.also) {
                if (ended) {
                    refuse(again,
                           {.code = Code::timeout, .where = "store", .retry_after_ms = 1'000});
                    continue;
                }
                retries.push_back(
                    {.command = operation.command, .rated = true, .ruled = true, .judged = true});
                retries.back().command.reply_to = again;
            }
            works.push_back({.command = std::move(operation.command),
                             .rated = true,
                             .ruled = true,
                             .judged = true,
                             .untold = operations == &in_flight_});
            std::ranges::move(retries, std::back_inserter(works));
        }
        operations->clear();
    }
    for (auto& [uid, parked] : parked_) {
        for (Work& work : parked) {
            works.push_back({.command = std::move(work.command),
                             .rated = work.rated,
                             .ruled = work.ruled,
                             .judged = work.judged,
                             .text = work.text});
        }
    }
    parked_.clear();
    parked_count_ = 0;
    std::ranges::move(waiting_, std::back_inserter(works));
    waiting_ = std::move(works);

    for (auto& [uid, openings] : openings_parked_) {
        std::ranges::move(openings, std::back_inserter(openings_waiting_));
    }
    openings_parked_.clear();
    std::ranges::move(std::exchange(openings_staged_, {}), std::back_inserter(openings_waiting_));
    for (auto& [ask, opening] : counting_) {
        openings_waiting_.push_back({.ask = ask, .question = opening.question});
    }
    counting_.clear();
    // Clamped to a head that is durable, so they are true whatever became of the commit. A join
    // that was staged stands at the floor that it would have had.
    for (const auto& [uid, member] : members_) reads_[uid] = std::min(member.row.read, head_.seq);
    members_.clear();
    changes_ = {};
    tallies_ = {};
    recount_ = readers_.state() != Readers::State::unasked;
    reread_ = true;
    readers_.clear();
    readers_loading_ = false;
    invites_.clear();
    floor_loading_ = false;
    rest_loading_ = false;
    sweeps_.restart();
    load(LoadGroup{});
}

void Group::answer(const bus::ReplyTo& to, pb::ServerFrame frame) {
    // Nobody asked: the server itself posted it.
    if (to.request_id != 0) effects_.answer(to, std::move(frame));
}

void Group::refuse(const bus::ReplyTo& to, const Error& error) {
    refused_ = error.code;
    answer(to, refused_answer(error));
}

// ---- Time

void Group::on_tick(Time now, std::size_t members_excess) {
    if (state_ == State::live) {
        publish_sums(now);
        keep_retention(now);
    }
    sent_.forget(now - limits::kYoungIds, limits::kYoungIdsMax);
    forget_members(now, members_excess);
    // Longer than a look-up of one takes, which may have read what was before.
    invites_.forget(now - limits::kAskWithin);
    if (state_ == State::closed) sweep_rest();
}

void Group::forget_members(Time now, std::size_t excess) {
    // A position that the store may not have been told of is not to leave while rows are counted.
    if (readers_.state() == Readers::State::counting) return;
    const auto waits = [this](UserId uid) { return parked_.contains(uid); };
    members_.forget_quiet(gid_, now, waits);
    if (excess > 0) members_.shed(excess, now, waits);
}

bool Group::is_staff(UserId uid) const {
    const auto member = members_.find(uid);
    return member != members_.end() && member->second.row.role >= store::Role::admin;
}

bool Group::holds(UserId uid) const {
    const auto theirs = [uid](const Operation& operation) { return operation.command.uid == uid; };
    return std::ranges::any_of(staged_, theirs) || std::ranges::any_of(in_flight_, theirs);
}

bool Group::idle_since(Time time) const {
    return used_ < time && in_flight_.empty() && staged_.empty() && waiting_.empty() &&
           parked_.empty() && openings_waiting_.empty() && openings_parked_.empty() &&
           openings_staged_.empty() && counting_.empty() && sweeps_.empty() && !readers_loading_ &&
           !floor_loading_ && !rest_loading_ && state_ != State::loading;
}

}  // namespace stentor::group
