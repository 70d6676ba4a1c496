#include "node/cache/pulls.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "base/planted_bugs.h"
#include "node/cache/asks.h"
#include "node/cache/catch_up.h"
#include "node/cache/holds.h"
#include "node/cache/opens.h"
#include "node/cache/overlay.h"
#include "node/cache/payloads.h"
#include "wire/frames.h"

namespace stentor::cache {
namespace {

constexpr std::uint64_t kNearSide = 100;

struct Slice {
    std::span<const LogEntry> entries;
    Digest digest_before;
    Seq floor;  // The group's or the reader's, the higher one.
};

const LogEntry* entry_at(CacheState& cache, const Memory& memory, Seq seq) {
    if (const LogEntry* entry = memory.find(seq)) return entry;
    const auto found = cache.pages.find(memory.gid(), memory.epoch(), seq, memory.floor());
    return found.page == nullptr ? nullptr : found.page->find(seq);
}

std::string range_of(CacheState& cache, const PendingPull& pull, const Memory& memory,
                     const Slice& slice) {
    pb::Range range;
    range.set_gid(pull.gid.value);
    range.set_epoch(memory.epoch().value);
    range.set_first_seq(slice.entries.front().seq.value);
    range.set_digest_before(std::string{slice.digest_before.view()});
    range.set_digest(std::string{slice.entries.back().digest.view()});
    range.set_head(memory.head().value);
    range.set_floor(slice.floor.value);
    add_overlay(cache, range, memory, slice.entries, slice.floor, pull.mine);
    return wire::encode_range(0, range, slice.entries);
}

void send_range(CacheState& cache, const PendingPull& pull, const Memory& memory,
                const Slice& slice, SharedRange* shared) {
    const RangeKey key{
        .first = slice.entries.front().seq, .last = slice.entries.back().seq, .floor = slice.floor};
    if (pull.mine) shared = nullptr;
    const bool same = shared != nullptr && shared->bytes && shared->key == key;
    SharedBytes bytes = same ? shared->bytes : share(range_of(cache, pull, memory, slice));
    if (shared != nullptr) *shared = {.key = key, .bytes = bytes};
    cache.port.ranged(pull.waiter, std::move(bytes), pull.gid, memory.epoch(), key.first, key.last,
                      memory.head());
}

void load_page(CacheState& cache, const PendingPull& pull, const PageKey& key) {
    if (pull.loaded) {
        return refuse_pull(
            cache, pull,
            {.code = Code::store_unavailable, .where = "entries", .retry_after_ms = kRetryMs});
    }
    PendingPull waiting = pull;
    waiting.loaded = true;
    if (const auto under_way = cache.page_loads.find(key); under_way != cache.page_loads.end()) {
        auto& all = std::get<PageLoad>(cache.asked.at(under_way->second)).waiting;
        if (all.size() >= limits::kWaitersPerLoad) {
            return refuse_pull(cache, pull,
                               {Code::overloaded, "load", limits::kWaitersPerLoad, kRetryMs});
        }
        ++cache.counts.page_joins;
        all.push_back(std::move(waiting));
        return;
    }
    ++cache.counts.page_misses;
    const auto count = static_cast<std::uint32_t>(Pages::end_of(key.first) - key.first + 1);
    cache.page_loads[key] = cache.next_ask;
    const Group* group = find_group(cache, key.gid);
    ask(cache, key.gid,
        PageLoad{.key = key, .waiting = {std::move(waiting)}, .at_least = group->version},
        bus::AskEntries{.gid = key.gid, .from = key.first, .count = count});
}

// The digest at the floor is what the client starts afresh from; it may need a page, too.
void send_reset(CacheState& cache, const PendingPull& pull, Group& group, Seq floor) {
    const Memory& memory = group.memory;
    const auto digest = digest_at(cache, memory, floor);
    if (!digest && floor < memory.head()) {
        return load_page(
            cache, pull,
            cache.pages.find(pull.gid, memory.epoch(), floor + 1, memory.floor()).wanted);
    }
    cache.port.answered(pull.waiter, reset_payload(pull.waiter.request_id, memory, floor,
                                                   digest.value_or(memory.digest())));
}

}  // namespace

void refuse_pull(CacheState& cache, const PendingPull& pull, const Error& error) {
    cache.port.refused(pull.waiter, pull.gid, error);
}

void Cache::on_pull(const Waiter& waiter, GroupId gid, Epoch epoch, Seq from, Seq to,
                    const ReadRights& reader, Time now) {
    serve_pull(*state_,
               {.waiter = waiter,
                .gid = gid,
                .epoch = epoch,
                .from = from,
                .to = std::min(to, from + (limits::kRangeEntries - 1)),
                .reader = reader},
               now);
}

std::optional<Digest> digest_at(CacheState& cache, const Memory& memory, Seq seq) {
    if (const auto digest = memory.digest_at(seq)) return digest;
    const auto found = cache.pages.find(memory.gid(), memory.epoch(), seq + 1, memory.floor());
    if (found.page == nullptr || found.page->find(seq + 1) == nullptr) return std::nullopt;
    return found.page->digest_before_seq(seq + 1);
}

void serve_pull(CacheState& cache, PendingPull pull, Time now, SharedRange* shared) {
    Group* group = find_group(cache, pull.gid);
    if (group == nullptr || !group->memory.loaded()) {
        return refuse_pull(cache, pull, {.code = Code::not_open, .where = "pull.gid"});
    }
    const Memory& memory = group->memory;
    if (pull.epoch != memory.epoch()) {
        if (const auto fork = fork_after(*group, pull.epoch)) {
            return cache.port.answered(
                pull.waiter, fork_payload(pull.waiter.request_id, pull.gid, memory.epoch(), *fork));
        }
        return refuse_pull(cache, pull, {.code = Code::epoch_changed, .where = "pull.epoch"});
    }
    // With the bug planted the member's floor is not handed in; that of the group always holds.
    const Seq floor = std::max(pull.reader.floor, memory.floor());
    if (pull.from <= floor) return send_reset(cache, pull, *group, floor);
    if (pull.from > memory.head()) release_held(cache, *group);
    if (pull.from > memory.head() && !planted(Bug::cache_above_head)) {
        // Perhaps the reader knows more than this node: an answer to a send names its seq.
        if (pull.checked || group->beyond.size() >= limits::kWaitersPerLoad) {
            return refuse_pull(cache, pull, {Code::bad_range, "pull.from", memory.head().value});
        }
        pull.checked = true;
        group->beyond.push_back(std::move(pull));
        return catch_up(cache, *group);
    }

    std::vector<LogEntry> entries;
    std::size_t bytes = 0;
    // A page may have been read at a later version: somebody may have left in between.
    const Seq to = planted(Bug::cache_above_head) ? pull.to : std::min(pull.to, memory.head());
    for (Seq seq = pull.from; seq <= to; ++seq) {
        const LogEntry* entry = entry_at(cache, memory, seq);
        if (entry == nullptr) break;
        bytes += entry->bytes->size();
        if (!entries.empty() && bytes > limits::kRangeBytes) break;
        entries.push_back(*entry);
    }
    const auto before = digest_at(cache, memory, pull.from - 1);
    if (entries.empty() || !before) {
        return load_page(
            cache, pull,
            cache.pages.find(pull.gid, memory.epoch(), pull.from, memory.floor()).wanted);
    }
    if (!pull.loaded) ++cache.counts.page_hits;
    group->unwatched_since = now;
    if (pull.reader.mine_of && !pull.mine)
        return ask_overlay(cache, std::move(pull), entries, floor);
    send_range(cache, pull, memory, {.entries = entries, .digest_before = *before, .floor = floor},
               shared);
}

void on_page(CacheState& cache, PageLoad load, Result<bus::Reply> reply, Time now) {
    cache.page_loads.erase(load.key);
    auto* answer = reply ? std::get_if<bus::EntriesAnswer>(&*reply) : nullptr;
    Group* group = find_group(cache, load.key.gid);
    // Read before changes that nobody tells any more: whoever waits is served by another load.
    const bool stale = answer != nullptr && answer->version < load.at_least;
    const bool usable =
        answer != nullptr && group != nullptr && !stale && answer->epoch == load.key.epoch;
    if (usable) {
        Page page{.key = load.key, .digest_before = answer->digest_before};
        Seq next = load.key.first;
        for (LogEntry& entry : answer->entries) {
            const bool good = entry.seq == next && entry.seq <= answer->head;
            if (!good) break;
            next = entry.seq + 1;
            page.entries.push_back(std::move(entry));
        }
        for (const LogEntry& changed : load.changed) page.replace(changed);
        for (const pb::Tally& tally : answer->tallies) page.set_tally(tally);
        for (const pb::Tally& tally : load.tallies) page.set_tally(tally);
        group->memory.raise_floor(answer->floor, answer->floor_digest);
        if (!page.entries.empty()) cache.pages.add(std::move(page));
    }
    // Nothing changes while they are served, so those who want the same share its bytes.
    SharedRange shared;
    for (PendingPull& pull : load.waiting) {
        if (!reply && reply.error().code != Code::bad_range) {
            Error error = reply.error();
            if (error.retry_after_ms == 0) error.retry_after_ms = kRetryMs;
            refuse_pull(cache, pull, error);
            continue;
        }
        if (stale) pull.loaded = false;
        serve_pull(cache, std::move(pull), now, &shared);
    }
}

// ---- Around a time

void Cache::on_near(const Waiter& waiter, GroupId gid, Time time, const ReadRights& reader,
                    Time /*now*/) {
    ask(*state_, gid, NearAsk{.waiter = waiter, .gid = gid, .reader = reader, .time = time},
        bus::AskNear{.gid = gid, .time = time});
}

void on_near_reply(CacheState& cache, const NearAsk& near, const Result<bus::Reply>& reply,
                   Time now) {
    Group* group = find_group(cache, near.gid);
    const Seq* at = reply ? std::get_if<Seq>(&*reply) : nullptr;
    if (at == nullptr || group == nullptr) {
        const Error error =
            reply ? Error{.code = Code::not_open, .where = "near.gid"} : reply.error();
        return cache.port.refused(near.waiter, near.gid, error);
    }
    const Memory& memory = group->memory;
    const Seq floor = std::max(near.reader.floor, memory.floor());
    const Seq middle = std::min(*at, memory.head());
    const Seq from = middle.value > kNearSide ? middle - kNearSide : Seq{1};
    PendingPull pull{.waiter = near.waiter,
                     .gid = near.gid,
                     .epoch = memory.epoch(),
                     .from = std::max(from, floor + 1),
                     .to = middle + (kNearSide - 1),
                     .reader = near.reader};
    // Nothing of it is theirs to see.
    if (memory.loaded() && floor >= memory.head()) return send_reset(cache, pull, *group, floor);
    serve_pull(cache, std::move(pull), now);
}

}  // namespace stentor::cache
