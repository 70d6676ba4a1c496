// My groups, newest activity first, and how much in them is unread.

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/group_ids.h"
#include "base/limits.h"
#include "base/number_text.h"
#include "group/ring.h"
#include "owner/load.h"
#include "owner/question_sources.h"
#include "store/damage.h"

namespace stentor::owner {
namespace {

// A list's cursor is the place after which it goes on: newest activity first, then gid.
struct ListPlace {
    std::uint64_t activity_ms{};
    std::uint64_t gid{};

    // Newest activity is largest; of the same moment, the smaller gid.
    friend auto operator<=>(const ListPlace& a, const ListPlace& b) {
        return std::tie(a.activity_ms, b.gid) <=> std::tie(b.activity_ms, a.gid);
    }
};

std::string encode(const ListPlace& place) {
    return std::to_string(place.activity_ms) + ':' + std::to_string(place.gid);
}

std::optional<ListPlace> decode_place(const std::string& cursor) {
    const std::size_t colon = cursor.find(':');
    if (colon == std::string::npos) return std::nullopt;
    const auto activity_ms = number_in(std::string_view{cursor}.substr(0, colon));
    const auto gid = number_in(std::string_view{cursor}.substr(colon + 1));
    if (!activity_ms || !gid) return std::nullopt;
    return ListPlace{.activity_ms = *activity_ms, .gid = *gid};
}

// What is damaged in one group must not take the list of all from its members.
template <class Found>
bool failed(const Result<Found>& found) {
    return !found && !store::is_damage(found.error());
}

// What a list is sorted and counted by, before anything is read of the groups shown.
struct Row {
    ListPlace place;
    const store::Membership* membership;
    Head head;
};

// Everything that they are a member of, the announcements among them.
Result<std::vector<store::Membership>> memberships(store::Store& store, UserId uid) {
    auto all = store.memberships(uid, limits::kGroupsListed);
    if (!all) return all;
    if (!all->empty() && all->front().gid == kBroadcastGroup) return all;
    const auto announced = has_announcements(store);
    if (!announced) return std::unexpected(announced.error());
    if (!*announced) return all;
    const auto account = store.user(uid);
    if (!account) return std::unexpected(account.error());
    if (!*account) return all;
    auto row = implied_member(store, **account);
    if (!row) return std::unexpected(row.error());
    all->insert(all->begin(), {.gid = kBroadcastGroup, .row = std::move(*row)});
    return all;
}

// From memory where it knows them; what it does not is read once.
Result<std::vector<Head>> heads_of(Sources& sources,
                                   const std::vector<store::Membership>& memberships) {
    std::vector<GroupId> gids;
    for (const store::Membership& membership : memberships) gids.push_back(membership.gid);
    std::vector<std::optional<Head>> known(gids.size());
    if (sources.heads != nullptr) sources.heads->find(gids, known);
    std::vector<Head> heads;
    for (std::size_t i = 0; i < gids.size(); ++i) {
        if (known[i]) {
            heads.push_back(*known[i]);
            continue;
        }
        const auto row = sources.store.head(gids[i]);
        if (failed(row)) return std::unexpected(row.error());
        if (!row) {
            heads.push_back({.gid = gids[i]});
            continue;
        }
        if (sources.heads != nullptr) sources.heads->fill(gids[i], *row);
        heads.push_back({.gid = gids[i], .seq = row->seq, .time = row->time, .floor = row->floor});
    }
    return heads;
}

Result<std::uint32_t> unread(store::Store& store, const store::MemberRow& row, const Head& head) {
    const Seq cursor = std::max({row.read, row.floor, head.floor});
    if (head.nothing_new(row.uid, cursor)) return 0;
    group::UnreadCount unread{row.uid, cursor, head.seq};
    // Each entry is read once: upwards within a page, the pages downwards.
    for (std::size_t looked_at = 0; !unread.complete();) {
        if (looked_at >= limits::kUnreadScan) return limits::kUnreadCap;
        const Seq to = unread.next();
        const Seq page_start =
            to < Seq{limits::kUnreadCap} ? Seq{1} : to - (limits::kUnreadCap - 1);
        auto page = newest_readable(store, head.gid, std::max(page_start, cursor + 1), to);
        // Retention took them meanwhile.
        if (!page && page.error().code == Code::bad_range) break;
        if (!page) return std::unexpected(page.error());
        // What stands behind a damaged place is not counted: the rest is the least that there is.
        const std::vector<LogEntry>& entries = page->entries;
        if (entries.empty() || entries.back().seq != to) break;
        auto hidden = hidden_by(store, head.gid, row, entries.front().seq, to);
        if (failed(hidden)) return std::unexpected(hidden.error());
        if (!hidden) break;
        unread.hide(std::move(*hidden));
        looked_at += entries.size();
        std::for_each(entries.rbegin(), entries.rend(),
                      [&](const LogEntry& entry) { unread.look_at(entry); });
    }
    return unread.count();
}

Result<std::optional<LogEntry>> last_of(store::Store& store, const store::Membership& membership,
                                        const store::HeadRow& head) {
    const auto& [gid, row] = membership;
    const Seq floor = std::max(row.floor, head.floor);
    const Seq newest = head.seq - std::min<std::uint64_t>(head.seq.value, limits::kRing);
    const auto hidden = hidden_by(store, gid, row, newest, head.seq);
    if (failed(hidden)) return std::unexpected(hidden.error());
    if (!hidden) return std::nullopt;
    const auto seq = group::newest_shown(floor, head.seq, *hidden);
    if (!seq) return std::nullopt;
    auto page = store.entries(gid, *seq, 1);
    if (failed(page)) return std::unexpected(page.error());
    if (!page || page->entries.empty()) return std::nullopt;
    return std::move(page->entries.front());
}

Result<pb::GroupSummary> summary_for(store::Store& store, const store::Membership& membership) {
    const store::MemberRow& row = membership.row;
    const auto head = store.head(membership.gid);
    if (failed(head)) return std::unexpected(head.error());
    pb::GroupSummary summary;
    summary.set_gid(membership.gid.value);
    summary.set_read(std::max(row.read, row.floor).value);
    summary.set_muted(row.muted_for_me);
    summary.set_role(static_cast<pb::Role>(row.role));
    if (!head) return summary;
    summary.MergeFrom(summary_of(membership.gid, *head));
    const auto count =
        unread(store, row,
               {.gid = membership.gid, .seq = head->seq, .time = head->time, .floor = head->floor});
    if (!count) return std::unexpected(count.error());
    summary.set_unread(*count);
    const auto last = last_of(store, membership, *head);
    if (!last) return std::unexpected(last.error());
    if (*last) summary.mutable_last()->ParseFromString(*(*last)->bytes);
    if (summary.kind() != pb::GROUP_KIND_DIRECT) return summary;
    // Each of the two sees the other's name.
    pb::GroupSettings settings;
    settings.ParseFromString(head->settings);
    UserId other = row.uid;
    for (const std::uint64_t uid : settings.between()) {
        if (uid != row.uid.value) other = {uid};
    }
    const auto account = store.user(other);
    if (!account) return std::unexpected(account.error());
    if (*account) summary.set_name((*account)->name);
    summary.set_other(other.value);
    return summary;
}

}  // namespace

Result<bool> has_announcements(store::GroupLog& store) {
    const auto head = store.head(kBroadcastGroup);
    if (head || store::is_damage(head.error())) return true;
    if (head.error().code == Code::not_found) return false;
    return std::unexpected(head.error());
}

pb::GroupSummary summary_of(GroupId gid, const store::HeadRow& head) {
    pb::GroupSettings settings;
    settings.ParseFromString(head.settings);
    pb::GroupSummary summary;
    summary.set_gid(gid.value);
    summary.set_name(settings.name());
    summary.set_kind(settings.kind());
    summary.set_epoch(head.epoch.value);
    summary.set_head(head.seq.value);
    summary.set_members(head.members);
    summary.set_activity_ms(to_ms(head.time));
    return summary;
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskList& ask) {
    const auto all = memberships(sources.store, ask.uid);
    if (!all) return std::unexpected(all.error());
    const auto heads = heads_of(sources, *all);
    if (!heads) return std::unexpected(heads.error());
    std::vector<Row> rows;
    for (std::size_t i = 0; i < all->size(); ++i) {
        const ListPlace place{.activity_ms = to_ms((*heads)[i].time), .gid = (*all)[i].gid.value};
        rows.push_back({.place = place, .membership = &(*all)[i], .head = (*heads)[i]});
    }
    std::ranges::sort(rows, std::greater{}, &Row::place);

    auto first = rows.begin();
    if (!ask.cursor.empty()) {
        const auto place = decode_place(ask.cursor);
        if (!place) return std::unexpected(Error{.code = Code::bad_field, .where = "cursor"});
        first = std::ranges::upper_bound(rows, *place, std::greater{}, &Row::place);
    }
    const std::size_t left = static_cast<std::size_t>(rows.end() - first);
    const std::size_t count =
        std::min<std::size_t>({ask.count == 0 ? 50 : ask.count, limits::kListPage, left});
    const std::span shown{first, count};

    pb::Groups groups;
    groups.set_total(static_cast<std::uint32_t>(rows.size()));
    for (const Row& row : shown) {
        auto summary = summary_for(sources.store, *row.membership);
        if (!summary) return std::unexpected(summary.error());
        *groups.add_groups() = std::move(*summary);
    }
    if (count > 0 && count < left) groups.set_next(encode(shown.back().place));

    // Beyond the cap nobody is told how much more there is, so nothing more is read.
    std::uint64_t total = 0;
    for (const Row& row : rows) {
        if (total >= limits::kUnreadCap) break;
        if (row.membership->row.muted_for_me) continue;
        const auto more = unread(sources.store, row.membership->row, row.head);
        if (!more) return std::unexpected(more.error());
        total += *more;
    }
    groups.set_unread_total(std::min<std::uint64_t>(total, limits::kUnreadCap));
    return bus::Reply{std::move(groups)};
}

}  // namespace stentor::owner
