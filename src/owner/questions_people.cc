// Who people are: names, accounts, the members of a group.

#include <sodium/randombytes.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/group_ids.h"
#include "base/limits.h"
#include "base/number_text.h"
#include "base/text.h"
#include "group/answers.h"
#include "group/rank.h"
#include "owner/account.h"
#include "owner/load.h"
#include "owner/question_sources.h"
#include "store/verdict.h"

namespace stentor::owner {
namespace {

// The place after which a page of members goes on: "uid:name_key".
std::string encode(const store::Members::NamePlace& place) {
    return std::to_string(place.uid.value) + ':' + place.name_key;
}

std::optional<store::Members::NamePlace> decode_place(const std::string& cursor) {
    const std::size_t colon = cursor.find(':');
    if (colon == std::string::npos) return std::nullopt;
    const auto uid = number_in(std::string_view{cursor}.substr(0, colon));
    if (!uid) return std::nullopt;
    return store::Members::NamePlace{.name_key = cursor.substr(colon + 1), .uid = {*uid}};
}

// Nobody, where they are none.
Result<std::vector<store::NamedMember>> one_member(store::Store& store, GroupId gid, UserId uid) {
    std::vector<store::NamedMember> found;
    const auto row = member_of(store, gid, uid);
    if (!row) return std::unexpected(row.error());
    if (!*row || !store::is_member_now(**row)) return found;
    const auto account = store.user(uid);
    if (!account) return std::unexpected(account.error());
    found.push_back({.row = **row, .name = *account ? (*account)->name : std::string{}});
    return found;
}

}  // namespace

Result<bus::Reply> answer_to(Sources& sources, const bus::AskUsers& ask) {
    pb::Users users;
    const auto rows = sources.store.user_rows(ask.uids);
    if (!rows) return std::unexpected(rows.error());
    for (const auto& row : *rows) {
        if (!row) continue;
        pb::User& user = *users.add_users();
        user.set_uid(row->uid.value);
        user.set_name(row->name);
        user.set_picture(row->picture);
    }
    return bus::Reply{std::move(users)};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskAddUser& ask) {
    // Drawn at random, so that an id says nothing of when or how many; 40 bits keep it short.
    constexpr std::uint64_t kEnd = std::uint64_t{1} << 40U;
    constexpr int kTries = 8;
    if (const auto good = sources.names.check_words(ask.name); !good) {
        return std::unexpected(good.error());
    }
    store::UserRow row{.name = ask.name,
                       .name_key = ask.name_key,
                       .password = ask.password_hash,
                       .created = now()};
    for (int i = 0; i < kTries; ++i) {
        std::uint64_t random = 0;
        randombytes_buf(&random, sizeof random);
        row.uid = {kFirstDrawn + random % (kEnd - kFirstDrawn)};
        const auto taken = sources.store.user(row.uid);
        if (!taken) return std::unexpected(taken.error());
        if (*taken) continue;
        const auto added = sources.names.add(row);
        if (!added) return std::unexpected(added.error());
        return bus::Reply{account_of(row)};
    }
    return std::unexpected(Error{.code = Code::internal, .where = "uid"});
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskUserByName& ask) {
    const auto row = sources.store.user_by_name(ask.name_key);
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(Error{.code = Code::not_found, .where = "name"});
    return bus::Reply{account_of(**row)};
}

// ---- Members of a group

// Exactly alike whether there is no such group or they may not see it.
Result<bus::Reply> answer_to(Sources& sources, const bus::AskMembers& ask) {
    const pb::FetchMembers& fetch = ask.fetch;
    const GroupId gid{fetch.gid()};
    const auto asker = member_of(sources.store, gid, ask.asker);
    if (!asker) return std::unexpected(asker.error());
    const group::Rank rank = ask.operator_rights ? group::Rank::the_operator
                             : *asker            ? group::rank_of((*asker)->role)
                                                 : group::Rank::none;
    const auto head = sources.store.head(gid);
    if (!head && head.error().code != Code::not_found) return std::unexpected(head.error());
    if (!head || rank == group::Rank::none) return std::unexpected(group::kNoGroup);
    const bool everybody = gid == kBroadcastGroup && !ask.operator_rights;
    const bool aside = fetch.pending() || fetch.banned();
    if (everybody || (aside && !group::may(rank, group::Act::decide_join))) {
        return std::unexpected(Error{.code = Code::not_permitted, .where = "role"});
    }
    store::Members::NamePlace after;
    if (!fetch.cursor().empty()) {
        auto place = decode_place(fetch.cursor());
        if (!place) {
            return std::unexpected(Error{.code = Code::bad_field, .where = "fetch_members.cursor"});
        }
        after = std::move(*place);
    }
    const std::size_t count =
        std::min<std::size_t>(fetch.count() == 0 ? 50 : fetch.count(), limits::kListPage);
    const store::Listed whom = fetch.banned()    ? store::Listed::banned
                               : fetch.pending() ? store::Listed::waiting
                               : fetch.staff()   ? store::Listed::staff
                                                 : store::Listed::members;
    const auto page = fetch.uid() != 0 ? one_member(sources.store, gid, {fetch.uid()})
                                       : sources.store.members_by_name(
                                             gid, name_key(fetch.prefix()), after, whom, count);
    if (!page) return std::unexpected(page.error());
    pb::Members members;
    members.set_gid(gid.value);
    members.set_total(head->members);
    for (const store::NamedMember& one : *page) {
        pb::Member& member = *members.add_members();
        member.set_uid(one.row.uid.value);
        member.set_name(one.name);
        member.set_role(static_cast<pb::Role>(one.row.role));
        member.set_muted_until_ms(to_ms(one.row.muted_until));
        member.set_joined_ms(to_ms(one.row.joined));
        member.set_banned(one.row.banned);
    }
    if (page->size() == count && fetch.uid() == 0) {
        members.set_next(
            encode({.name_key = name_key(page->back().name), .uid = page->back().row.uid}));
    }
    return bus::Reply{std::move(members)};
}

// ---- For the operator

Result<bus::Reply> answer_to(Sources& sources, const bus::AskAccounts& ask) {
    const std::size_t count =
        std::min<std::size_t>(ask.count == 0 ? 50 : ask.count, limits::kListPage);
    const auto rows = sources.store.users_by_name(ask.prefix, ask.after_key, count);
    if (!rows) return std::unexpected(rows.error());
    std::vector<bus::Account> accounts;
    for (const store::UserRow& row : *rows) accounts.push_back(account_of(row));
    return bus::Reply{std::move(accounts)};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskGroups& ask) {
    const std::size_t count =
        std::min<std::size_t>(ask.count == 0 ? 50 : ask.count, limits::kListPage);
    const auto page = sources.store.groups(ask.after, count);
    if (!page) return std::unexpected(page.error());
    pb::Groups groups;
    for (const store::GroupLog::GroupHead& one : *page) {
        *groups.add_groups() = summary_of(one.gid, one.head);
    }
    return bus::Reply{std::move(groups)};
}

}  // namespace stentor::owner
