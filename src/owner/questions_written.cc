// What one user wrote, wherever they are or were a member: found group by group, so that it can be
// taken back. A group in which they hid, were told or added something beside the log is named
// first, as a place without a seq: there may be reactions of theirs. Where they wait to be let in,
// or are banned, is told beside. Not found: posts made in their name in groups where they never had
// a row.

#include <algorithm>

#include "base/limits.h"
#include "owner/question_sources.h"

namespace stentor::owner {
namespace {

// Adds their posts from `from` on. Returns where to go on, or nothing when the group was read to
// its end.
Result<std::optional<Seq>> written_in(store::Store& store, GroupId gid, UserId uid, Seq from,
                                      bus::WrittenAnswer& answer) {
    std::size_t looks = 0;
    for (;;) {
        const auto head = store.head(gid);
        if (!head) return std::unexpected(head.error());
        from = std::max(from, head->floor + 1);
        if (from > head->seq) return std::nullopt;
        if (looks >= limits::kWrittenLooks) return from;
        const auto page = store.entries(gid, from, limits::kRangeEntries);
        if (!page && page.error().code == Code::bad_range) continue;  // The floor moved meanwhile.
        if (!page) return std::unexpected(page.error());
        for (const LogEntry& entry : page->entries) {
            if (entry.sender != uid || entry.recalled || !entry.countable) continue;
            if (answer.entries.size() >= limits::kWrittenPerPage) return entry.seq;
            answer.entries.push_back({.gid = gid, .seq = entry.seq});
        }
        from = page->entries.back().seq + 1;
        looks += page->entries.size();
    }
}

}  // namespace

Result<bus::Reply> answer_to(Sources& sources, const bus::AskWritten& ask) {
    const auto user = sources.store.user(ask.uid);
    if (!user) return std::unexpected(user.error());
    if (!*user) return std::unexpected(Error{.code = Code::not_found, .where = "uid"});
    bus::WrittenAnswer answer;
    const GroupId before{ask.from.gid.value == 0 ? 0 : ask.from.gid.value - 1};
    const auto groups = sources.store.groups(before, limits::kWrittenGroups);
    if (!groups) return std::unexpected(groups.error());
    for (const store::GroupLog::GroupHead& group : *groups) {
        const auto row = sources.store.member(group.gid, ask.uid);
        if (!row) return std::unexpected(row.error());
        if (!*row) continue;
        const Seq from = group.gid == ask.from.gid ? ask.from.seq : Seq{};
        if (from == Seq{}) {
            if ((*row)->overlay) answer.entries.push_back({.gid = group.gid});
            if ((*row)->pending) answer.waiting.push_back(group.gid);
            if ((*row)->banned) answer.banned.push_back(group.gid);
        }
        const auto rest = written_in(sources.store, group.gid, ask.uid, from, answer);
        if (!rest) return std::unexpected(rest.error());
        if (*rest) answer.next = bus::EntryPlace{.gid = group.gid, .seq = **rest};
        if (*rest) return bus::Reply{std::move(answer)};
    }
    if (groups->size() == limits::kWrittenGroups) {
        answer.next = bus::EntryPlace{.gid = {groups->back().gid.value + 1}};
    }
    return bus::Reply{std::move(answer)};
}

}  // namespace stentor::owner
