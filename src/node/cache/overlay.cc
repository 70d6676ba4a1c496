#include "node/cache/overlay.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "node/cache/asks.h"
#include "node/cache/opens.h"
#include "node/cache/pulls.h"

namespace stentor::cache {
namespace {

// A note stands after its anchor: the first page that they see brings those at or below the floor.
Seq notes_from(Seq first, Seq floor) { return first <= floor + 1 ? Seq{} : first; }

bus::Mine* mine_of(Result<bus::Reply>& reply) {
    return reply ? std::get_if<bus::Mine>(&*reply) : nullptr;
}

Error failure_of(const Result<bus::Reply>& reply) {
    Error error = reply ? Error{.code = Code::internal, .where = "reply"} : reply.error();
    if (remedy(error.code) == Remedy::later && error.retry_after_ms == 0) {
        error.retry_after_ms = kRetryMs;
    }
    return error;
}

auto reactions_to(Seq seq, const bus::Mine& mine) {
    return std::ranges::equal_range(mine.reactions, seq, {}, &std::pair<Seq, std::string>::first);
}

// The sums are told once in a while: a reaction of theirs that is not in them yet comes on top, so
// that no page is older than the answer to what its reader did before.
void mark_mine(pb::Tally& tally, const bus::Mine& mine) {
    for (const auto& [seq, emoji] : reactions_to(Seq{tally.seq()}, mine)) {
        auto& reactions = *tally.mutable_reactions();
        const auto summed = std::ranges::find(reactions, emoji, &pb::Reaction::emoji);
        pb::Reaction& reaction = summed == reactions.end() ? *reactions.Add() : *summed;
        if (reaction.count() == 0) reaction.set_count(1);
        reaction.set_emoji(emoji);
        reaction.set_mine(true);
    }
}

template <class Page>
void add_to(CacheState& cache, Page& page, const Memory& memory, std::span<const LogEntry> entries,
            Seq floor, const std::optional<bus::Mine>& mine) {
    for (const LogEntry& entry : entries) {
        const pb::Tally* tally = memory.tally(entry.seq);
        if (tally == nullptr && memory.find(entry.seq) == nullptr) {
            const auto found =
                cache.pages.find(memory.gid(), memory.epoch(), entry.seq, memory.floor());
            tally = found.page == nullptr ? nullptr : found.page->tally(entry.seq);
        }
        const bool reacted = mine && !entry.recalled && !reactions_to(entry.seq, *mine).empty();
        if (tally == nullptr && !reacted) continue;
        pb::Tally& told = *page.add_tallies();
        if (tally != nullptr) told = *tally;
        told.set_seq(entry.seq.value);
        if (reacted) mark_mine(told, *mine);
    }
    if (!mine) return;
    // Of an empty page there may still be notes: after the newest entry, where they have just
    // joined.
    const Seq first = entries.empty() ? memory.head() : entries.front().seq;
    const Seq last = entries.empty() ? memory.head() : entries.back().seq;
    for (const Seq seq : mine->hidden) {
        if (seq >= first && seq <= last) page.add_hidden(seq.value);
    }
    for (const pb::Note& note : mine->notes) {
        const Seq anchor{note.anchor_seq()};
        if (anchor >= notes_from(first, floor) && anchor <= last) *page.add_notes() = note;
    }
}

}  // namespace

// An Opened never holds more than a page below the head of now.
void ask_overlay(CacheState& cache, Group& group, PendingOpen open) {
    const Memory& memory = group.memory;
    const Seq floor = std::max(open.member.floor, memory.floor());
    const Seq first = memory.head().value > limits::kRangeEntries
                          ? memory.head() - (limits::kRangeEntries - 1)
                          : Seq{1};
    const bus::AskMine question{
        .gid = open.gid, .uid = open.uid, .from = notes_from(first, floor), .to = memory.head()};
    const GroupId gid = open.gid;
    ask(cache, gid, OpenOverlay{std::move(open)}, question);
}

void on_open_overlay(CacheState& cache, PendingOpen open, Result<bus::Reply> reply, Time now) {
    Group* group = find_group(cache, open.gid);
    if (group == nullptr) return;
    bus::Mine* mine = mine_of(reply);
    if (mine == nullptr) return refuse_open(cache, *group, open, failure_of(reply));
    open.mine = std::move(*mine);
    finish_open(cache, *group, std::move(open), now);
}

// What was asked for is what may be served: the page does not grow meanwhile.
void ask_overlay(CacheState& cache, PendingPull pull, std::span<const LogEntry> entries,
                 Seq floor) {
    pull.to = entries.back().seq;
    const bus::AskMine question{.gid = pull.gid,
                                .uid = pull.reader.mine_of,
                                .from = notes_from(entries.front().seq, floor),
                                .to = pull.to};
    const GroupId gid = pull.gid;
    ask(cache, gid, PullOverlay{std::move(pull)}, question);
}

void on_pull_overlay(CacheState& cache, PendingPull pull, Result<bus::Reply> reply, Time now) {
    bus::Mine* mine = mine_of(reply);
    if (mine == nullptr) return refuse_pull(cache, pull, failure_of(reply));
    pull.mine = std::move(*mine);
    serve_pull(cache, std::move(pull), now);
}

void add_overlay(CacheState& cache, pb::Opened& page, const Memory& memory,
                 std::span<const LogEntry> entries, Seq floor,
                 const std::optional<bus::Mine>& mine) {
    add_to(cache, page, memory, entries, floor, mine);
}
void add_overlay(CacheState& cache, pb::Range& page, const Memory& memory,
                 std::span<const LogEntry> entries, Seq floor,
                 const std::optional<bus::Mine>& mine) {
    add_to(cache, page, memory, entries, floor, mine);
}

}  // namespace stentor::cache
