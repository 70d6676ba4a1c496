#include "owner/questions.h"

#include <sodium/randombytes.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "group/ring.h"

namespace stentor::owner {
namespace {

bus::Account account_of(const store::UserRow& row) {
    return {.uid = row.uid, .name = row.name, .password_hash = row.password};
}

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
    ListPlace place;
    const std::size_t colon = cursor.find(':');
    if (colon == std::string::npos) return std::nullopt;
    const auto number = [](std::string_view text, std::uint64_t& value) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size();
    };
    const std::string_view view{cursor};
    if (!number(view.substr(0, colon), place.activity_ms)) return std::nullopt;
    if (!number(view.substr(colon + 1), place.gid)) return std::nullopt;
    return place;
}

}  // namespace

Result<bus::Reply> Questions::answer(const bus::Question& question) {
    return std::visit(
        [this](const auto& ask) -> Result<bus::Reply> {
            if constexpr (requires { this->on(ask); }) return on(ask);
            return std::unexpected(Error{.code = Code::unsupported, .where = "question"});
        },
        question);
}

Result<bus::Reply> Questions::on(const bus::AskOpen& /*ask*/) {
    return std::unexpected(Error{.code = Code::internal, .where = "open"});
}

Result<bus::Reply> Questions::on(const bus::AskEntries& ask) {
    const std::size_t count = std::min<std::size_t>(ask.count, limits::kRangeEntries);
    auto page = store_.entries(ask.gid, ask.from, count);
    if (!page) return std::unexpected(page.error());
    return bus::Reply{bus::EntriesAnswer{.entries = std::move(page->entries),
                                         .digest_before = page->digest_before,
                                         .epoch = page->head.epoch,
                                         .head = page->head.seq,
                                         .floor = page->head.floor,
                                         .floor_digest = page->head.floor_digest}};
}

Result<bus::Reply> Questions::on(const bus::AskNear& ask) {
    const auto seq = store_.first_at(ask.gid, ask.time);
    if (!seq) return std::unexpected(seq.error());
    return bus::Reply{*seq};
}

// ---- My groups

Result<std::uint32_t> Questions::unread(GroupId gid, const store::MemberRow& row,
                                        const store::HeadRow& head) {
    group::UnreadCount unread{row.uid, std::max({row.read, row.floor, head.floor}), head.seq};
    while (!unread.complete()) {
        const Seq to = unread.next();
        const Seq page_start =
            to < Seq{limits::kUnreadCap} ? Seq{1} : to - (limits::kUnreadCap - 1);
        const Seq from = std::max(page_start, head.floor + 1);
        auto page = store_.entries(gid, from, to - from + 1);
        if (!page) return std::unexpected(page.error());
        // A page cut short by its bytes does not reach `to`: then count upwards from its end first.
        while (!page->entries.empty() && page->entries.back().seq < to) {
            auto more =
                store_.entries(gid, page->entries.back().seq + 1, to - page->entries.back().seq);
            if (!more) return std::unexpected(more.error());
            if (more->entries.empty()) break;
            std::ranges::move(more->entries, std::back_inserter(page->entries));
        }
        if (page->entries.empty()) break;
        std::for_each(page->entries.rbegin(), page->entries.rend(),
                      [&](const LogEntry& entry) { unread.look_at(entry); });
        if (unread.next() == to) break;
    }
    return unread.count();
}

Result<pb::GroupSummary> Questions::summary(const store::Membership& membership,
                                            const store::HeadRow& head) {
    const store::MemberRow& row = membership.row;
    const auto count = unread(membership.gid, row, head);
    if (!count) return std::unexpected(count.error());

    pb::GroupSettings settings;
    settings.ParseFromString(head.settings);
    pb::GroupSummary summary;
    summary.set_gid(membership.gid.value);
    summary.set_name(settings.name());
    summary.set_kind(settings.kind());
    summary.set_epoch(head.epoch.value);
    summary.set_head(head.seq.value);
    summary.set_read(std::max(row.read, row.floor).value);
    summary.set_unread(*count);
    summary.set_muted(row.muted_for_me);
    summary.set_members(head.members);
    summary.set_role(static_cast<pb::Role>(row.role));
    summary.set_activity_ms(to_ms(head.time));
    if (head.seq > std::max(row.floor, head.floor)) {
        auto last = store_.entries(membership.gid, head.seq, 1);
        if (!last) return std::unexpected(last.error());
        if (!last->entries.empty())
            summary.mutable_last()->ParseFromString(*last->entries[0].bytes);
    }
    return summary;
}

Result<bus::Reply> Questions::on(const bus::AskList& ask) {
    const auto memberships = store_.memberships(ask.uid, limits::kGroupsPerUser);
    if (!memberships) return std::unexpected(memberships.error());

    struct Row {
        ListPlace place;
        const store::Membership* membership;
        store::HeadRow head;
    };
    std::vector<Row> rows;
    for (const store::Membership& membership : *memberships) {
        auto head = store_.head(membership.gid);
        if (!head) return std::unexpected(head.error());
        const ListPlace place{.activity_ms = to_ms(head->time), .gid = membership.gid.value};
        rows.push_back({.place = place, .membership = &membership, .head = std::move(*head)});
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

    pb::Groups groups;
    groups.set_total(static_cast<std::uint32_t>(rows.size()));
    for (auto row = rows.begin(); row != rows.end(); ++row) {
        const bool shown = row >= first && row < first + static_cast<std::ptrdiff_t>(count);
        if (!shown) {
            const auto more = unread(row->membership->gid, row->membership->row, row->head);
            if (!more) return std::unexpected(more.error());
            groups.set_unread_total(groups.unread_total() + *more);
            continue;
        }
        auto summary = this->summary(*row->membership, row->head);
        if (!summary) return std::unexpected(summary.error());
        groups.set_unread_total(groups.unread_total() + summary->unread());
        *groups.add_groups() = std::move(*summary);
    }
    if (count > 0 && count < left) {
        groups.set_next(encode((first + static_cast<std::ptrdiff_t>(count) - 1)->place));
    }
    return bus::Reply{std::move(groups)};
}

// ---- People

Result<bus::Reply> Questions::on(const bus::AskUsers& ask) {
    pb::Users users;
    for (const UserId uid : ask.uids) {
        const auto row = store_.user(uid);
        if (!row) return std::unexpected(row.error());
        if (!*row) continue;
        pb::User& user = *users.add_users();
        user.set_uid(uid.value);
        user.set_name((*row)->name);
    }
    return bus::Reply{std::move(users)};
}

Result<bus::Reply> Questions::on(const bus::AskAddUser& ask) {
    // Drawn at random, so that an id says nothing of when or how many; 40 bits keep it short.
    constexpr std::uint64_t kFirst = std::uint64_t{1} << 32U;
    constexpr std::uint64_t kEnd = std::uint64_t{1} << 40U;
    constexpr int kTries = 8;
    store::UserRow row{.name = ask.name,
                       .name_key = ask.name_key,
                       .password = ask.password_hash,
                       .created = now()};
    for (int i = 0; i < kTries; ++i) {
        std::uint64_t random = 0;
        randombytes_buf(&random, sizeof random);
        row.uid = {kFirst + random % (kEnd - kFirst)};
        const auto taken = store_.user(row.uid);
        if (!taken) return std::unexpected(taken.error());
        if (*taken) continue;
        const auto added = store_.add_user(row);
        if (!added) return std::unexpected(added.error());
        return bus::Reply{account_of(row)};
    }
    return std::unexpected(Error{.code = Code::internal, .where = "uid"});
}

Result<bus::Reply> Questions::on(const bus::AskUserByName& ask) {
    const auto row = store_.user_by_name(ask.name_key);
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(Error{.code = Code::not_found, .where = "name"});
    return bus::Reply{account_of(**row)};
}

}  // namespace stentor::owner
