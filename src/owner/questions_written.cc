// What one user wrote, wherever they are or were a member: found group by group, so that it can be
// taken back. A group in which they hid, were told or added something beside the log is named
// first, as a place without a seq: there may be reactions of theirs. So is one whose moderation log
// names them. Where they wait to be let in,
// or are banned, is told beside. Not found: posts made in their name in groups where they never had
// a row.

#include <algorithm>

#include "base/limits.h"
#include "owner/question_sources.h"
#include "store/verdict.h"

namespace stentor::owner {
namespace {

// False: the page is full.
bool takes_words(GroupId gid, const LogEntry& entry, bus::WrittenAnswer& answer) {
    std::size_t bytes = entry.bytes->size();
    for (const auto& one : answer.words) bytes += one.entry.bytes->size();
    if (!answer.words.empty() && bytes > limits::kRangeBytes) return false;
    answer.words.push_back({.gid = gid, .entry = entry});
    return true;
}

bus::WrittenAnswer::Stay stay_of(const store::GroupLog::GroupHead& group,
                                 const store::MemberRow& row) {
    pb::GroupSettings settings;
    settings.ParseFromString(group.head.settings);
    return {.gid = group.gid,
            .name = settings.name(),
            .role = static_cast<pb::Role>(row.role),
            .joined = row.joined};
}

// Adds their posts from `from` on. Returns where to go on, or nothing when the group was read to
// its end.
Result<std::optional<Seq>> written_in(store::GroupLog& store, GroupId gid,
                                      const bus::AskWritten& ask, Seq from,
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
            if (entry.sender != ask.uid || entry.recalled || !entry.countable) continue;
            if (answer.entries.size() >= limits::kWrittenPerPage) return entry.seq;
            if (ask.with_words && !takes_words(gid, entry, answer)) return entry.seq;
            answer.entries.push_back({.gid = gid, .seq = entry.seq});
        }
        from = page->entries.back().seq + 1;
        looks += page->entries.size();
    }
}

// In its moderation log: they reported something, or moderated.
Result<bool> is_named_in(store::Annotations& store, GroupId gid, UserId uid) {
    const auto rows = store.moderation(gid, 0, limits::kModerationRows);
    if (!rows) return std::unexpected(rows.error());
    return std::ranges::any_of(*rows,
                               [&](const store::ModerationRow& row) { return row.by == uid; });
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
        if (from == Seq{} && ask.with_words && store::is_member_now(**row)) {
            answer.groups.push_back(stay_of(group, **row));
        }
        if (from == Seq{} && !ask.with_words) {
            const auto named = is_named_in(sources.store, group.gid, ask.uid);
            if (!named) return std::unexpected(named.error());
            if ((*row)->overlay || *named) answer.entries.push_back({.gid = group.gid});
            if ((*row)->pending) answer.waiting.push_back(group.gid);
            if ((*row)->banned) answer.banned.push_back(group.gid);
        }
        const auto rest = written_in(sources.store, group.gid, ask, from, answer);
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
