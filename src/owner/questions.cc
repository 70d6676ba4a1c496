#include "owner/questions.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/group_ids.h"
#include "base/limits.h"
#include "group/open.h"
#include "group/tallies.h"
#include "store/damage.h"

namespace stentor::owner {
namespace {

Result<std::vector<pb::Tally>> tallies_of(Sources& sources, GroupId gid,
                                          const std::vector<LogEntry>& entries) {
    std::vector<pb::Tally> tallies;
    if (entries.empty()) return tallies;
    const auto rows = sources.store.tallies(gid, entries.front().seq, entries.back().seq);
    if (!rows) return std::unexpected(rows.error());
    for (const store::TallyRow& row : *rows) tallies.push_back(group::tally_of(row));
    return tallies;
}

// One by one: somebody's damaged row is none, and keeps nobody else from theirs.
Result<std::vector<std::optional<store::MemberRow>>> readable_rows(
    Sources& sources, std::span<const store::Members::MemberKey> keys) {
    std::vector<std::optional<store::MemberRow>> rows;
    for (const auto& [gid, uid] : keys) {
        const auto row = sources.store.member(gid, uid);
        if (!row && !store::is_damage(row.error())) return std::unexpected(row.error());
        rows.push_back(row ? *row : std::nullopt);
    }
    return rows;
}

}  // namespace

Result<bus::Reply> Questions::answer(const bus::Question& question) {
    return std::visit(
        [this](const auto& ask) -> Result<bus::Reply> {
            if constexpr (requires { answer_to(sources_, ask); }) return answer_to(sources_, ask);
            return std::unexpected(Error{.code = Code::unsupported, .where = "question"});
        },
        question);
}

Result<bus::Reply> answer_to(Sources& /*sources*/, const bus::AskOpen& /*ask*/) {
    return std::unexpected(Error{.code = Code::internal, .where = "open"});
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskEntries& ask) {
    const std::size_t count = std::min<std::size_t>(ask.count, limits::kRangeEntries);
    auto page = sources.store.entries(ask.gid, ask.from, count);
    if (!page) return std::unexpected(page.error());
    auto tallies = tallies_of(sources, ask.gid, page->entries);
    if (!tallies) return std::unexpected(tallies.error());
    return bus::Reply{bus::EntriesAnswer{.entries = std::move(page->entries),
                                         .digest_before = page->digest_before,
                                         .epoch = page->head.epoch,
                                         .head = page->head.seq,
                                         .floor = page->head.floor,
                                         .floor_digest = page->head.floor_digest,
                                         .tallies = *std::move(tallies),
                                         .version = page->head.version}};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskChanges& ask) {
    auto found = sources.store.changes(ask.gid, ask.since, ask.after);
    if (!found) return std::unexpected(found.error());
    auto tallies = tallies_of(sources, ask.gid, found->entries);
    if (!tallies) return std::unexpected(tallies.error());
    const store::HeadRow& head = found->head;
    bus::ChangesAnswer answer{.epoch = head.epoch,
                              .version = head.version,
                              .reset = !found->whole,
                              .head = head.seq,
                              .digest = head.digest,
                              .group = {.settings = {},
                                        .members = head.members,
                                        .floor = head.floor,
                                        .floor_digest = head.floor_digest},
                              .entries = std::move(found->entries),
                              .tallies = *std::move(tallies),
                              .changed = std::move(found->changed)};
    answer.group.settings.ParseFromString(head.settings);
    for (const store::MemberRow& row : found->members) {
        answer.rows.push_back({.uid = row.uid, .member = group::member_view(head, row)});
    }
    return bus::Reply{std::move(answer)};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskStays& ask) {
    const auto head = sources.store.head(ask.gid);
    if (!head) return std::unexpected(head.error());
    std::vector<store::Members::MemberKey> keys;
    for (const UserId uid : ask.uids) keys.push_back({.gid = ask.gid, .uid = uid});
    auto rows = sources.store.member_rows(keys);
    if (!rows && store::is_damage(rows.error())) rows = readable_rows(sources, keys);
    if (!rows) return std::unexpected(rows.error());
    bus::StaysAnswer answer{.epoch = head->epoch, .version = head->version, .rows = {}};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& row = (*rows)[i];
        if (!row && ask.gid == kBroadcastGroup) continue;
        const store::MemberRow none{.uid = keys[i].uid};
        answer.rows.push_back(
            {.uid = keys[i].uid, .member = group::member_view(*head, row.value_or(none))});
    }
    return bus::Reply{std::move(answer)};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskNear& ask) {
    const auto seq = sources.store.first_at(ask.gid, ask.time);
    if (!seq) return std::unexpected(seq.error());
    return bus::Reply{*seq};
}

}  // namespace stentor::owner
