#include "owner/load.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <iterator>
#include <utility>
#include <variant>

#include "base/group_ids.h"
#include "base/leapt_clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/damage.h"
#include "store/verdict.h"

namespace stentor::owner {
namespace {

using group::Found;

template <class Row>
Result<Found> found(Result<Row> row) {
    if (!row) return std::unexpected(row.error());
    return Found{std::move(*row)};
}

// From `from` to `to`, or to the head; one page of the store's may be cut by its bytes.
Result<store::EntryPage> read_span(store::GroupLog& store, GroupId gid, Seq from, Seq to) {
    auto all = store.entries(gid, from, to - from + 1);
    while (all && !all->entries.empty() && all->entries.back().seq < to) {
        const Seq next = all->entries.back().seq + 1;
        auto more = store.entries(gid, next, to - next + 1);
        if (!more) return more;
        if (more->entries.empty()) break;
        std::ranges::move(more->entries, std::back_inserter(all->entries));
    }
    return all;
}

// Once: it concerns the clock, not this group.
void tell_of_leap(GroupId gid, Time newest, Time now) {
    static std::atomic<bool> told;
    if (told.exchange(true)) return;
    log::warn(
        "a group's newest entry is far in the future: a clock had leapt ahead, or stands back",
        {{"gid", gid.value}, {"entry_ms", to_ms(newest)}, {"now_ms", to_ms(now)}});
}

Result<Found> load_group(store::GroupLog& store, GroupId gid, Term term, Time now) {
    const Time since = now - limits::kYoungIds;
    auto start = store.load_group(gid, term, since);
    if (!start) return std::unexpected(start.error());
    if (had_leapt(start->head.time, now)) tell_of_leap(gid, start->head.time, now);
    group::LoadedGroup loaded{*std::move(start), since};
    // A full answer may have left out older ones: only what is younger than its oldest is covered.
    if (loaded.sent.size() >= limits::kYoungIdsMax) {
        const auto oldest = std::ranges::min_element(
            loaded.sent, {}, [](const store::SentRow& row) { return row.cmid.time(); });
        loaded.sent_since = oldest->cmid.time() + Millis{1};
    }
    return Found{std::move(loaded)};
}

Result<Found> load_older(store::GroupLog& store, GroupId gid, Seq to) {
    const auto head = store.head(gid);
    if (!head) return std::unexpected(head.error());
    Seq from = to < Seq{limits::kRangeEntries} ? Seq{1} : to - (limits::kRangeEntries - 1);
    from = std::max(from, head->floor + 1);
    if (from > to) return Found{std::vector<LogEntry>{}};
    // The count is made downwards from `to`.
    auto page = newest_readable(store, gid, from, to);
    if (!page) return std::unexpected(page.error());
    return Found{std::move(page->entries)};
}

Result<std::optional<LogEntry>> entry_at(store::GroupLog& store, GroupId gid, Seq seq) {
    auto page = store.entries(gid, seq, 1);
    if (!page && page.error().code != Code::bad_range) return std::unexpected(page.error());
    if (!page || page->entries.empty()) return std::nullopt;
    return std::move(page->entries.front());
}

Result<Found> load_reactions(store::Store& store, GroupId gid, UserId uid, Seq seq) {
    auto entry = entry_at(store, gid, seq);
    if (!entry) return std::unexpected(entry.error());
    auto mine = store.reactions_of(gid, uid, seq, seq);
    if (!mine) return std::unexpected(mine.error());
    auto tallies = store.tallies(gid, seq, seq);
    if (!tallies) return std::unexpected(tallies.error());
    return Found{group::LoadedReactions{
        .entry = std::move(*entry),
        .mine = std::move(*mine),
        .tally = tallies->empty() ? store::TallyRow{.seq = seq} : std::move(tallies->front())}};
}

bool is_account_closed(const std::optional<store::UserRow>& account) {
    return account && (account->disabled || account->erased);
}

Result<Found> load_entrance(store::Store& store, GroupId gid, const group::Entrance& asked) {
    const auto groups = store.group_lists({&asked.of, 1}, limits::kGroupsPerUser);
    if (!groups) return std::unexpected(groups.error());
    group::LoadedEntrance entrance{.groups = groups->front().size()};
    if (!asked.invite.empty()) {
        auto invite = store.invite(gid, asked.invite);
        if (!invite) return std::unexpected(invite.error());
        entrance.invite = std::move(*invite);
    }
    if (entrance.invite && entrance.invite->by) {
        auto maker = store.member(gid, entrance.invite->by);
        if (!maker) return std::unexpected(maker.error());
        const auto account = store.user(entrance.invite->by);
        if (!account) return std::unexpected(account.error());
        entrance.maker = std::move(*maker);
        entrance.maker_closed = is_account_closed(*account);
    }
    if (asked.with) {
        auto account = store.user(asked.with);
        if (!account) return std::unexpected(account.error());
        entrance.account = std::move(*account);
    }
    return Found{std::move(entrance)};
}

Result<Found> load_invites(store::Annotations& store, GroupId gid) {
    // Rows that are over go when the next one is made, so there are about as many as may be open.
    auto rows = store.invites(gid, {}, 2 * limits::kInvitesPerGroup);
    if (!rows) return std::unexpected(rows.error());
    return Found{std::move(*rows)};
}

Result<Found> load_rest(store::Store& store, GroupId gid) {
    auto members = store.members(gid, {}, limits::kReadersPage);
    if (!members) return std::unexpected(members.error());
    auto invites = store.invites(gid, {}, limits::kReadersPage);
    if (!invites) return std::unexpected(invites.error());
    return Found{group::LoadedRest{.members = std::move(*members), .invites = std::move(*invites)}};
}

// The entry at the highest floor that is asked for, or none when it is there already.
Result<Found> load_floor(store::GroupLog& store, GroupId gid, const group::LoadFloor& load) {
    const auto head = store.head(gid);
    if (!head) return std::unexpected(head.error());
    Seq floor = load.at_least;
    if (load.before > Time{}) {
        const auto first = store.first_at(gid, load.before);
        if (!first) return std::unexpected(first.error());
        floor = std::max(floor, *first - 1);
    }
    floor = std::min(floor, head->seq);
    if (floor <= head->floor) return Found{std::optional<LogEntry>{}};
    auto entry = entry_at(store, gid, floor);
    if (!entry) return std::unexpected(entry.error());
    return Found{std::move(*entry)};
}

// A person's are looked for in stretches, until a page is full of them or many held none.
Result<Found> load_sweep(store::Store& store, GroupId gid, const group::LoadReactions& load) {
    constexpr int kStretches = 64;
    group::LoadedSweep page{.next = load.seq};
    Seq to = load.seq;
    if (!load.of) {
        auto rows = store.reactions_to(gid, load.seq, {}, load.after, group::kSweepRows);
        if (!rows) return std::unexpected(rows.error());
        page.rows = std::move(*rows);
        page.more = page.rows.size() >= group::kSweepRows;
        if (page.more) page.after = page.rows.back().uid;
    } else {
        const auto head = store.head(gid);
        if (!head) return std::unexpected(head.error());
        for (int i = 0; i < kStretches && page.next <= head->seq; ++i) {
            to = std::min(page.next + (limits::kCacheEntries - 1), head->seq);
            auto rows = store.reactions_of(gid, load.of, page.next, to);
            if (!rows) return std::unexpected(rows.error());
            std::ranges::move(*rows, std::back_inserter(page.rows));
            page.next = to + 1;
            if (page.rows.size() >= group::kSweepRows) break;
        }
        page.more = page.next <= head->seq;
    }
    if (page.rows.empty()) return Found{std::move(page)};
    auto tallies = store.tallies(gid, page.rows.front().seq, page.rows.back().seq);
    if (!tallies) return std::unexpected(tallies.error());
    page.tallies = std::move(*tallies);
    return Found{std::move(page)};
}

// Staff as they are listed; a group from before that list has none there, and is looked through.
Result<std::vector<store::MemberRow>> staff_of(store::Members& store, GroupId gid) {
    const auto listed =
        store.members_by_name(gid, {}, {}, store::Listed::staff, limits::kReadersPage);
    if (!listed) return std::unexpected(listed.error());
    std::vector<store::MemberRow> staff;
    for (const store::NamedMember& one : *listed) staff.push_back(one.row);
    return staff;
}

// Looks at every row where nobody is listed: only an operator who hands a group over asks for it.
Result<Found> load_owners(store::Members& store, GroupId gid) {
    const auto is_owner = [](const store::MemberRow& row) {
        return row.role == store::Role::owner;
    };
    auto staff = staff_of(store, gid);
    if (!staff) return std::unexpected(staff.error());
    std::erase_if(*staff, std::not_fn(is_owner));
    if (!staff->empty()) return Found{std::move(*staff)};
    std::vector<store::MemberRow> owners;
    for (UserId after{};;) {
        const auto rows = store.members(gid, after, limits::kReadersPage);
        if (!rows) return std::unexpected(rows.error());
        std::ranges::copy_if(*rows, std::back_inserter(owners), is_owner);
        if (rows->size() < limits::kReadersPage) return Found{std::move(owners)};
        after = rows->back().uid;
    }
}

// Those of `rows` whose accounts are good.
Result<std::vector<store::MemberRow>> of_good_accounts(store::Accounts& store,
                                                       std::vector<store::MemberRow> rows) {
    std::vector<UserId> uids;
    for (const store::MemberRow& row : rows) uids.push_back(row.uid);
    const auto accounts = store.user_rows(uids);
    if (!accounts) return std::unexpected(accounts.error());
    std::vector<store::MemberRow> good;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!is_account_closed((*accounts)[i])) good.push_back(std::move(rows[i]));
    }
    return good;
}

// Admins first; where there is none, the member who is there longest among kHeirRows rows, or among
// as many more as it takes to find one.
Result<Found> load_heirs(store::Store& store, GroupId gid, UserId leaving) {
    auto staff = staff_of(store, gid);
    if (!staff) return std::unexpected(staff.error());
    std::erase_if(*staff, [&](const store::MemberRow& row) { return row.uid == leaving; });
    auto heirs = of_good_accounts(store, std::move(*staff));
    if (!heirs || !heirs->empty()) return found(std::move(heirs));
    std::size_t looked_at = 0;
    for (UserId after{}; looked_at < limits::kHeirRows || heirs->empty();) {
        const auto rows = store.members(gid, after, limits::kReadersPage);
        if (!rows) return std::unexpected(rows.error());
        std::vector<store::MemberRow> there;
        std::ranges::copy_if(*rows, std::back_inserter(there), [&](const auto& row) {
            return store::is_member_now(row) && row.uid != leaving;
        });
        auto good = of_good_accounts(store, std::move(there));
        if (!good) return std::unexpected(good.error());
        std::ranges::move(*good, std::back_inserter(*heirs));
        const auto first = std::ranges::min_element(*heirs, [](const auto& a, const auto& b) {
            return std::pair{-static_cast<int>(a.role), a.joined} <
                   std::pair{-static_cast<int>(b.role), b.joined};
        });
        if (first != heirs->end()) *heirs = {store::MemberRow{*first}};
        looked_at += rows->size();
        if (rows->size() < limits::kReadersPage) break;
        after = rows->back().uid;
    }
    return found(std::move(heirs));
}

Result<Found> load_for(store::Store& store, GroupId gid, const group::LoadFor& load) {
    if (const auto* entry = std::get_if<group::EntryAt>(&load.what)) {
        return found(entry_at(store, gid, entry->seq));
    }
    if (const auto* page = std::get_if<group::PageTo>(&load.what)) {
        return load_older(store, gid, page->seq);
    }
    if (std::holds_alternative<group::ModerationOf>(load.what)) {
        return found(store.moderation(gid, 0, limits::kModerationRows));
    }
    if (const auto* member = std::get_if<group::MemberOf>(&load.what)) {
        return found(member_of(store, gid, member->uid));
    }
    if (std::holds_alternative<group::OwnersOf>(load.what)) return load_owners(store, gid);
    if (const auto* account = std::get_if<group::AccountOf>(&load.what)) {
        return found(store.user(account->uid));
    }
    if (const auto* entrance = std::get_if<group::Entrance>(&load.what)) {
        return load_entrance(store, gid, *entrance);
    }
    if (const auto* heir = std::get_if<group::HeirOf>(&load.what)) {
        return load_heirs(store, gid, heir->leaving);
    }
    if (std::holds_alternative<group::InvitesOf>(load.what)) return load_invites(store, gid);
    if (std::holds_alternative<group::VerdictOn>(load.what)) {
        // Never the store's to say: the worker asks its filter.
        return std::unexpected(Error{.code = Code::internal, .where = "filter"});
    }
    return load_reactions(store, gid, load.uid, std::get<group::ReactionsTo>(load.what).seq);
}

}  // namespace

Result<store::MemberRow> implied_member(store::GroupLog& store, const store::UserRow& account) {
    const auto first = store.first_at(kBroadcastGroup, account.created);
    if (!first && first.error().code != Code::not_found) return std::unexpected(first.error());
    const Seq floor = first && *first > Seq{} ? *first - 1 : Seq{};
    return store::MemberRow{.uid = account.uid,
                            .role = store::Role::member,
                            .floor = floor,
                            .read = floor,
                            .joined = account.created};
}

namespace {

// They have a row of their own there once there is something to keep in it.
Result<std::optional<store::MemberRow>> or_implied(store::Store& store, GroupId gid, UserId uid,
                                                   std::optional<store::MemberRow> row) {
    if (row || gid != kBroadcastGroup) return row;
    const auto account = store.user(uid);
    if (!account) return std::unexpected(account.error());
    if (!*account) return row;
    return implied_member(store, **account);
}

}  // namespace

Result<std::optional<store::MemberRow>> member_of(store::Store& store, GroupId gid, UserId uid) {
    auto row = store.member(gid, uid);
    if (!row) return row;
    return or_implied(store, gid, uid, std::move(*row));
}

Result<store::EntryPage> newest_readable(store::GroupLog& store, GroupId gid, Seq from, Seq to) {
    if (from > to) return store::EntryPage{};
    auto all = read_span(store, gid, from, to);
    if (all || !store::is_damage(all.error())) return all;
    store::EntryPage readable;
    Seq damaged = from;
    for (Seq good = to + 1; good - damaged > 1;) {
        const Seq middle = damaged + (good - damaged) / 2;
        auto part = read_span(store, gid, middle, to);
        if (part) {
            readable = std::move(*part);
            good = middle;
        } else if (store::is_damage(part.error())) {
            damaged = middle;
        } else {
            return part;
        }
    }
    return readable;
}

Result<std::vector<Seq>> or_none(Result<std::vector<Seq>> hidden) {
    if (!hidden && store::is_damage(hidden.error())) return std::vector<Seq>{};
    return hidden;
}

Result<std::vector<Seq>> hidden_by(store::Annotations& store, GroupId gid,
                                   const store::MemberRow& row, Seq from, Seq to) {
    if (!row.overlay || from > to) return std::vector<Seq>{};
    return or_none(store.hidden(gid, row.uid, from, to));
}

std::vector<group::Loaded> carry_out_together(std::vector<group::Load> loads, store::Store& store) {
    std::vector<store::Members::MemberKey> keys;
    keys.reserve(loads.size());
    for (const group::Load& load : loads) {
        keys.push_back({.gid = load.gid, .uid = std::get<group::LoadMember>(load.what).uid});
    }
    auto rows = store.member_rows(keys);
    std::vector<group::Loaded> all;
    all.reserve(loads.size());
    for (std::size_t i = 0; i < loads.size(); ++i) {
        const auto& [gid, uid] = keys[i];
        // One row that cannot be read must not keep the others from theirs.
        auto row =
            rows ? or_implied(store, gid, uid, std::move((*rows)[i])) : member_of(store, gid, uid);
        all.push_back({.load = std::move(loads[i]), .found = found(std::move(row))});
    }
    return all;
}

group::Loaded carry_out(const group::Load& load, Term term, Time now, store::Store& store) {
    struct Visitor {
        store::Store& store;
        GroupId gid;
        Term term;
        Time now;

        Result<Found> operator()(const group::LoadGroup&) const {
            return load_group(store, gid, term, now);
        }
        Result<Found> operator()(const group::LoadMember& member) const {
            return found(member_of(store, gid, member.uid));
        }
        Result<Found> operator()(const group::LoadSent& sent) const {
            return found(store.sent(gid, sent.uid, sent.cmid));
        }
        Result<Found> operator()(const group::LoadFor& load) const {
            return load_for(store, gid, load);
        }
        Result<Found> operator()(const group::LoadFloor& floor) const {
            return load_floor(store, gid, floor);
        }
        Result<Found> operator()(const group::LoadReaders& readers) const {
            return found(store.members(gid, readers.after, limits::kReadersPage));
        }
        Result<Found> operator()(const group::LoadStaff&) const {
            return found(staff_of(store, gid));
        }
        Result<Found> operator()(const group::LoadRest&) const { return load_rest(store, gid); }
        Result<Found> operator()(const group::LoadReactions& reactions) const {
            return load_sweep(store, gid, reactions);
        }
        Result<Found> operator()(const group::LoadHidden& asked) const {
            return found(or_none(store.hidden(gid, asked.uid, asked.from, asked.to)));
        }
        Result<Found> operator()(const group::LoadOlder& older) const {
            return load_older(store, gid, older.to);
        }
    };
    return {.load = load,
            .found = std::visit(Visitor{.store = store, .gid = load.gid, .term = term, .now = now},
                                load.what)};
}

}  // namespace stentor::owner
