#include "node/cache/opens.h"

#include <algorithm>
#include <utility>

#include "base/planted_bugs.h"
#include "node/cache/asks.h"
#include "node/cache/catch_up.h"
#include "node/cache/holds.h"
#include "node/cache/items.h"
#include "node/cache/overlay.h"
#include "node/cache/payloads.h"
#include "node/cache/pulls.h"
#include "node/cache/watchers.h"
#include "wire/frames.h"

namespace stentor::cache {
namespace {

constexpr int kTries = 3;

// No such group and not a member of it look the same.
Error as_told(Error error) {
    if (error.code == Code::not_found || error.code == Code::not_a_member) {
        return {.code = Code::not_found, .where = "open.gid"};
    }
    if (remedy(error.code) == Remedy::later && error.retry_after_ms == 0) {
        error.retry_after_ms = kRetryMs;
    }
    return error;
}

void on_view_failed(CacheState& cache, Group& group);

void want_view(CacheState& cache, Group& group, PendingOpen open) {
    if (group.view_ask != 0) {
        group.awaiting.push_back(std::move(open));
        return;
    }
    if (++open.tries > kTries) {
        refuse_open(cache, group, open, {Code::overloaded, "view", 0, kRetryMs});
        return on_view_failed(cache, group);
    }
    ++cache.counts.reloads;
    ask_open(cache, group, std::move(open));
}

// The next one who waits brings the view; they are asked about again with it.
void on_view_failed(CacheState& cache, Group& group) {
    if (group.awaiting.empty() || group.view_ask != 0) return;
    PendingOpen next = std::move(group.awaiting.back());
    group.awaiting.pop_back();
    want_view(cache, group, std::move(next));
}

void install_view(CacheState& cache, Group& group, const bus::GroupView& view,
                  const bus::Versions& versions, Time now) {
    group.memory.install(view);
    group.forks = view.forks;
    group.version = versions.to;
    // Who left before is not known of those who were asked about earlier.
    group.told.clear();
    group.told_from = versions.to;
    group.verified = now;
    // It may have been in memory before, and out of it since.
    want_pages_from(cache, view.gid, versions.to);
    if (!group.shards.empty()) {
        cache.port.head_moved(view.gid, view.epoch, view.head, group.shards);
    }
    if (!apply_backlog(cache, group, now)) catch_up(cache, group);
}

// Of an owner who has been replaced, of another history, or of before what is known here: somebody
// may have left since.
bool is_of_before(CacheState& cache, const Group& group, const PendingOpen& open,
                  const bus::OpenAnswer& answer) {
    if (is_former_owner(cache, open.gid, answer.epoch, answer.term)) return true;
    const Epoch epoch = group.memory.epoch();
    return answer.epoch < epoch || (answer.epoch == epoch && answer.versions.to < open.known);
}

void ask_again(CacheState& cache, Group& group, PendingOpen open) {
    if (++open.tries <= kTries) return ask_open(cache, group, std::move(open));
    refuse_open(cache, group, open, {Code::overloaded, "owner", 0, kRetryMs});
}

void give_seat(CacheState& cache, Group& group, const PendingOpen& open, std::string payload) {
    const Memory& memory = group.memory;
    const Seq floor = std::max(open.member.floor, memory.floor());
    const std::uint64_t ticket = ++cache.tickets;
    const ShardIndex shard = open.waiter.connection.shard;
    const auto place = std::ranges::find(group.watching, shard, &Watching::shard);
    if (place == group.watching.end()) {
        group.watching.push_back({.shard = shard, .ticket = ticket});
        group.shards.push_back(shard);
    } else {
        place->ticket = ticket;
    }
    if (--group.opens_in_flight == 0) group.told.clear();
    cache.port.opened(open.waiter, std::move(payload),
                      {.gid = open.gid,
                       .epoch = memory.epoch(),
                       .floor = floor,
                       .reached = std::max(memory.head(), floor),
                       .head = memory.head(),
                       .version = open.member.version,
                       .overlay = open.member.overlay,
                       .ticket = ticket});
}

void send_opened(CacheState& cache, Group& group, const PendingOpen& open) {
    const Memory& memory = group.memory;
    const bus::MemberView& member = open.member;
    const Seq floor = std::max(member.floor, memory.floor());
    std::optional<std::vector<LogEntry>> entries;
    const bool same = (open.epoch == memory.epoch() || planted(Bug::cursor_without_epoch)) &&
                      open.seq >= floor && open.seq <= memory.head();
    if (same && memory.head() - open.seq <= limits::kRangeEntries) entries = memory.since(open.seq);
    if (entries && wire::page_size(*entries) < entries->size()) entries.reset();
    const bool reset = !entries;
    if (reset) entries = memory.last(limits::kOpenedEntries, floor);

    const auto fork = fork_after(group, open.epoch);
    if (fork && open.epoch != memory.epoch()) {
        cache.port.told(open.waiter, fork_payload(0, open.gid, memory.epoch(), *fork));
    }
    const Seq first = entries->empty() ? memory.head() + 1 : entries->front().seq;
    pb::Opened opened;
    opened.set_gid(open.gid.value);
    opened.set_epoch(memory.epoch().value);
    opened.set_head(memory.head().value);
    opened.set_digest(std::string{memory.digest().view()});
    opened.set_floor(floor.value);
    opened.set_read(member.read.value);
    opened.set_unread(member.unread);
    opened.set_role(member.role);
    opened.set_online(std::max(online(group), 1U));
    opened.set_members(memory.members);
    opened.set_name(memory.settings.name());
    *opened.mutable_settings() = memory.settings;
    opened.set_reset(reset);
    opened.set_first_seq(first.value);
    if (const auto before = digest_at(cache, memory, first - 1)) {
        opened.set_digest_before(std::string{before->view()});
    }
    opened.set_muted_until_ms(member.muted_until == Time{} ? 0 : to_ms(member.muted_until));
    opened.set_muted(member.muted_for_me);
    add_overlay(cache, opened, memory, *entries, floor, open.mine);
    give_seat(cache, group, open, wire::encode_opened(open.waiter.request_id, opened, *entries));
}

}  // namespace

void Cache::on_open(const Waiter& waiter, GroupId gid, UserId uid, Epoch epoch, Seq seq, Time now) {
    CacheState& cache = *state_;
    PendingOpen open{.waiter = waiter, .gid = gid, .uid = uid, .epoch = epoch, .seq = seq};
    auto [it, fresh] = cache.groups.try_emplace(gid, gid);
    Group& group = it->second;
    // Before the owner is asked: what it commits after its answer must come here.
    if (fresh) {
        group.verified = now;
        report_route(cache, group, now);
    }
    group.unwatched_since = now;
    ++group.opens_in_flight;
    if (group.opens_in_flight > limits::kWaitersPerLoad) {
        return refuse_open(cache, group, open,
                           {Code::overloaded, "opens", limits::kWaitersPerLoad, kRetryMs});
    }
    ask_open(cache, group, std::move(open));
}

void ask_open(CacheState& cache, Group& group, PendingOpen open) {
    open.with_view = !group.memory.loaded() && group.view_ask == 0;
    open.known = group.version;
    open.checked = false;
    const GroupId gid = open.gid;
    const bus::AskOpen question{.gid = gid, .uid = open.uid, .with_view = open.with_view};
    // Set before asking: a simulated owner may answer at once.
    if (open.with_view) group.view_ask = cache.next_ask;
    ask(cache, gid, std::move(open), question);
}

void on_open_reply(CacheState& cache, AskId id, PendingOpen open, Result<bus::OpenAnswer> answer,
                   Time now) {
    Group* group = find_group(cache, open.gid);
    if (group == nullptr) return;  // Groups with opens in flight are kept.
    const bool carried_view = open.with_view && group->view_ask == id;
    if (carried_view) group->view_ask = 0;
    bool viewed = false;
    if (!answer) {
        refuse_open(cache, *group, open, as_told(answer.error()));
    } else if (is_of_before(cache, *group, open, *answer)) {
        ask_again(cache, *group, std::move(open));
    } else {
        if (group->memory.loaded() && answer->epoch > group->memory.epoch())
            start_epoch(cache, *group, answer->epoch, answer->head);
        viewed = answer->view && !group->memory.loaded();
        if (viewed) install_view(cache, *group, *answer->view, answer->versions, now);
        open.member = answer->member;
        open.answered = answer->epoch;
        open.versions = answer->versions;
        finish_open(cache, *group, std::move(open), now);
    }
    if (viewed) {
        for (PendingOpen& waiting : std::exchange(group->awaiting, {})) {
            finish_open(cache, *group, std::move(waiting), now);
        }
    } else if (carried_view) {
        on_view_failed(cache, *group);
    }
}

void finish_open(CacheState& cache, Group& group, PendingOpen open, Time now) {
    // All who watch are being asked about, and they would not be among them.
    if (group.reset) return group.opens_beyond.push_back(std::move(open));
    const Memory& memory = group.memory;
    // Of another history, or: what they became since is known here, but not of whom.
    const bool before = open.answered != memory.epoch() || open.versions.to < group.told_from;
    if (memory.loaded() && before) return ask_again(cache, group, std::move(open));
    const auto told = group.told.find(open.uid);
    if (told != group.told.end() && told->second.version > open.member.version) {
        open.member = told->second;
    }
    if (open.member.role == pb::ROLE_NONE) {
        return refuse_open(cache, group, open, as_told({.code = Code::not_found}));
    }
    if (!memory.loaded()) return want_view(cache, group, std::move(open));
    if (knows_more(open, group)) release_held(cache, group);
    if (knows_more(open, group) && !open.checked) {
        open.checked = true;
        group.opens_beyond.push_back(std::move(open));
        return catch_up(cache, group);
    }
    if (open.versions.from > group.version || open.member.floor > memory.head()) {
        return refuse_open(cache, group, open, {Code::overloaded, "head", 0, kRetryMs});
    }
    group.unwatched_since = now;
    if (open.member.overlay && !open.mine) return ask_overlay(cache, group, std::move(open));
    send_opened(cache, group, open);
}

// The owner answered from a later version: something is missed here. A floor above the head: they
// joined after the newest entry that came here. A seq above it: they have read it elsewhere.
bool knows_more(const PendingOpen& open, const Group& group) {
    const Memory& memory = group.memory;
    return open.versions.from > group.version || open.member.floor > memory.head() ||
           (open.epoch == memory.epoch() && open.seq > memory.head());
}

// What of the history `epoch` is still true: nothing above the lowest point at which it, or one
// that followed, ended. One that is none of this group's own former epochs came of another restore,
// which began nobody here knows where: then nothing at all is sure. A reader drops it all and
// offers own sends again; those that are here are known by their ids.
std::optional<Seq> fork_after(const Group& group, Epoch epoch) {
    if (!epoch || epoch >= group.memory.epoch()) return std::nullopt;
    std::optional<Seq> lowest;
    bool known = group.forks.size() == limits::kForks && epoch < group.forks.front().epoch;
    for (const bus::ForkPoint& fork : group.forks) {
        known = known || fork.epoch == epoch;
        if (fork.epoch >= epoch && (!lowest || fork.seq < *lowest)) lowest = fork.seq;
    }
    return known ? lowest : Seq{};
}

void refuse_open(CacheState& cache, Group& group, const PendingOpen& open, Error error) {
    if (--group.opens_in_flight == 0) {
        group.told.clear();
        // Whoever guesses ids must not fill the memory with groups that nobody here may see.
        if (!group.memory.loaded() && group.watching.empty()) group.unwatched_since = {};
    }
    cache.port.refused(open.waiter, open.gid, error);
}

}  // namespace stentor::cache
