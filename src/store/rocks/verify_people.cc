// Users, heads, members and the indexes of both. An index is compared with its rows by sums of
// hashes, one for each group: a look-up for each row would cost more than all the rest.

#include <functional>

#include "store/rocks/formats.h"
#include "store/rocks/rows.h"
#include "store/rocks/verify_look.h"
#include "store/verdict.h"

namespace stentor::store {
namespace {

struct Sums {
    std::uint64_t members{};  // Now.
    std::uint64_t listed{};   // By their groups, under their names,
    std::uint64_t joined{};   // and from their own side.
};
using SumsOf = std::unordered_map<GroupId, Sums>;

std::uint64_t hash(std::string_view key) { return std::hash<std::string_view>{}(key); }

std::string named(std::string_view what, std::uint64_t number) {
    return std::string{what} + " " + std::to_string(number);
}

// Rows of one kind, which lead from a name to its user.
void verify_names(Look& look, const std::string& all, std::string (*key_of)(std::string_view),
                  std::string_view kind) {
    std::uint64_t names = 0;
    look.walk(look.base.rows, "default", all, [&](std::string_view key, std::string_view value) {
        const auto uid = rows::decode_number(value);
        const auto user = look.name_keys.find(UserId{uid.value_or(0)});
        ++names;
        if (user != look.name_keys.end() && key_of(user->second) == key) return;
        look.damaged("a " + std::string{kind} + " leads to " + named("user", uid.value_or(0)) +
                     ", who has another one");
    });
    if (names < look.name_keys.size()) {
        look.damaged(std::to_string(look.name_keys.size() - names) + " users have no " +
                     std::string{kind} + " row");
    }
}

void verify_users(Look& look) {
    look.walk(look.base.rows, "default", keys::users(),
              [&](std::string_view key, std::string_view value) {
                  const auto uid = keys::parse_numbered(key);
                  auto row = uid ? rows::decode_user(UserId{*uid}, value) : std::nullopt;
                  if (!row) return look.damaged(named("user", uid.value_or(0)) + " is no row");
                  ++look.report.counts.users;
                  look.name_keys.emplace(row->uid, std::move(row->name_key));
              });
    verify_names(look, keys::name(""), keys::name, "name");
    if (look.format < kAccountsFold) return;
    verify_names(look, keys::all_folded_names(), keys::folded_name, "folded name");
}

void read_heads(Look& look) {
    look.walk(
        look.base.rows, "default", keys::heads(),
        [&](std::string_view key, std::string_view value) {
            const auto gid = keys::parse_head(key);
            auto head = rows::decode_head(value);
            if (!gid || !head)
                return look.damaged(named("group", gid.value_or(GroupId{}).value) + " has no head");
            ++look.report.counts.groups;
            // Told by is_closed() later: what it asks stays, the rest is not kept.
            if (!head->settings.empty()) head->settings = "s";
            look.heads.emplace(*gid, *std::move(head));
        });
}

std::string listed_as(const Look& look, GroupId gid, Listed whom, const std::string& name_key,
                      UserId uid) {
    if (look.format >= kListsFold) return keys::named(gid, whom, name_key, uid);
    return keys::named_like(gid, whom, "") + name_key + '\0' + keys::fixed(uid.value);
}

void expect_member(Look& look, GroupId gid, const MemberRow& row, Sums& sums) {
    ++look.report.counts.members;
    if (is_member_now(row)) {
        ++sums.members;
        sums.joined += hash(keys::membership(row.uid, gid));
    }
    const auto user = look.name_keys.find(row.uid);
    if (user == look.name_keys.end()) return;
    for (const Listed whom : {Listed::members, Listed::waiting, Listed::banned, Listed::staff}) {
        if (!is_listed(row, whom) || (whom == Listed::staff && look.format < kListsFold)) continue;
        sums.listed += hash(listed_as(look, gid, whom, user->second, row.uid));
    }
}

SumsOf expect_members(Look& look) {
    SumsOf expected;
    look.walk(look.base.rows, "default", keys::members(),
              [&](std::string_view key, std::string_view value) {
                  const auto place = keys::parse_member(key);
                  if (!place) return look.damaged("a member's row has no key");
                  const std::string who =
                      named("group", place->gid.value) + ", " + named("member", place->uid.value);
                  if (place->is_read_position) {
                      if (!rows::decode_number(value)) look.damaged(who + ": no read position");
                      return;
                  }
                  const auto row = rows::decode_member(place->uid, value);
                  if (!row) return look.damaged(who + " is no row");
                  const HeadRow* head = look.head_of(place->gid);
                  if (head == nullptr) return look.damaged(who + ": there is no such group");
                  if (is_closed(*head)) return;  // What is left goes with later steps.
                  expect_member(look, place->gid, *row, expected[place->gid]);
              });
    return expected;
}

}  // namespace

void verify_people(Look& look) {
    verify_users(look);
    read_heads(look);
    const SumsOf expected = expect_members(look);
    SumsOf found;
    const auto of_closed = [&](GroupId gid) {
        const HeadRow* head = look.head_of(gid);
        return head != nullptr && is_closed(*head);
    };
    look.walk(look.base.rows, "default", keys::all_named(), [&](std::string_view key, auto) {
        const auto gid = keys::parse_fixed(key.substr(1, 8)).value_or(0);
        found[GroupId{gid}].listed += hash(key);
    });
    look.walk(look.base.rows, "default", keys::all_memberships(), [&](std::string_view key, auto) {
        const auto gid = keys::parse_membership(key).value_or(GroupId{});
        found[gid].joined += hash(key);
    });
    for (const auto& [gid, sums] : found) {
        if (!expected.contains(gid) && !of_closed(gid)) {
            look.damaged(named("group", gid.value) + " is listed, but has no members");
        }
    }
    for (const auto& [gid, head] : look.heads) {
        if (is_closed(head)) continue;
        const auto sums = expected.find(gid);
        const auto there = found.find(gid);
        const Sums want = sums == expected.end() ? Sums{} : sums->second;
        const Sums have = there == found.end() ? Sums{} : there->second;
        const std::string group = named("group", gid.value);
        if (want.members != head.members) {
            look.damaged(group + ": the head counts " + std::to_string(head.members) +
                         " members, there are " + std::to_string(want.members));
        }
        if (want.listed != have.listed) {
            look.damaged(group + ": its list of names is not that of its members");
        }
        if (want.joined != have.joined) {
            look.damaged(group + ": its members' own lists of groups differ from its members");
        }
    }
}

}  // namespace stentor::store
