// Members and users.

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "store/memory/state.h"
#include "store/verdict.h"
#include "text/names.h"

namespace stentor::store {

std::string MemoryStore::State::place_of(std::string_view name_key) {
    return text::folded(name_key) + '\0' + std::string{name_key};
}

Result<std::optional<MemberRow>> MemoryStore::member(GroupId gid, UserId uid) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return std::nullopt;
    const auto it = group->members.find(uid);
    if (it == group->members.end()) return std::nullopt;
    return it->second;
}

Result<std::vector<MemberRow>> MemoryStore::members(GroupId gid, UserId after,
                                                    std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<MemberRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    for (auto it = group->members.upper_bound(after); it != group->members.end(); ++it) {
        if (rows.size() == count_max) break;
        rows.push_back(it->second);
    }
    return rows;
}

Result<std::vector<NamedMember>> MemoryStore::members_by_name(GroupId gid, std::string_view prefix,
                                                              const NamePlace& after, Listed whom,
                                                              std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const State& state = shared_->state;
    std::vector<NamedMember> found;
    const Group* group = state.find(gid);
    if (group == nullptr) return found;

    const std::string like = text::folded(prefix);
    std::map<std::pair<std::string, UserId>, NamedMember> sorted;
    for (const auto& [uid, row] : group->members) {
        if (!is_listed(row, whom)) continue;
        const auto user = state.users.find(uid);
        if (user == state.users.end()) continue;
        std::string folded = text::folded(user->second.name_key);
        if (!folded.starts_with(like)) continue;
        sorted.emplace(std::pair{std::move(folded), uid},
                       NamedMember{.row = row, .name = user->second.name});
    }
    const std::pair place{text::folded(after.name_key), after.uid};
    for (auto it = sorted.upper_bound(place); it != sorted.end(); ++it) {
        if (found.size() == count_max) break;
        found.push_back(std::move(it->second));
    }
    return found;
}

Result<std::vector<Membership>> MemoryStore::memberships(UserId uid, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<Membership> rows;
    const auto it = shared_->state.memberships.find(uid);
    if (it == shared_->state.memberships.end()) return rows;
    for (const GroupId gid : it->second) {
        if (rows.size() == count_max) break;
        rows.push_back({.gid = gid, .row = shared_->state.find(gid)->members.at(uid)});
    }
    return rows;
}

void MemoryStore::State::advance_read(std::span<const ReadPosition> positions) {
    for (const ReadPosition& position : positions) {
        const Group* group = find(position.gid);
        if (group == nullptr || !may_advance(group->head, epoch, position)) continue;
        const auto it = group->members.find(position.uid);
        if (it == group->members.end() || it->second.read >= position.read) continue;
        writable(position.gid).members.at(position.uid).read = position.read;
    }
}

Result<void> MemoryStore::advance_read(std::span<const ReadPosition> positions) {
    const std::scoped_lock lock{shared_->mutex};
    shared_->state.advance_read(positions);
    return {};
}

Result<void> MemoryStore::add_user(const UserRow& user) {
    const std::scoped_lock lock{shared_->mutex};
    State& state = shared_->state;
    if (state.names.contains(State::place_of(user.name_key)) || state.users.contains(user.uid)) {
        return std::unexpected(Error{Code::name_taken, "name"});
    }
    state.names.emplace(State::place_of(user.name_key), user.uid);
    state.users.emplace(user.uid, user);
    if (state_of(user) != AccountState{.uid = user.uid}) state.note_account_change(user.uid);
    return {};
}

Result<std::optional<UserRow>> MemoryStore::user(UserId uid) {
    const std::scoped_lock lock{shared_->mutex};
    const auto it = shared_->state.users.find(uid);
    if (it == shared_->state.users.end()) return std::nullopt;
    return it->second;
}

Result<std::optional<UserRow>> MemoryStore::user_by_name(std::string_view name_key) {
    const std::scoped_lock lock{shared_->mutex};
    const auto it = shared_->state.names.find(State::place_of(name_key));
    if (it == shared_->state.names.end()) return std::nullopt;
    return shared_->state.users.at(it->second);
}

Result<std::vector<UserRow>> MemoryStore::users_by_name(std::string_view prefix,
                                                        std::string_view after_key,
                                                        std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const auto& names = shared_->state.names;
    std::vector<UserRow> rows;
    const std::string like = text::folded(prefix);
    const std::string after = State::place_of(after_key);
    // The empty place is before every name, also before the empty one.
    auto it =
        after_key.empty() || after < like ? names.lower_bound(like) : names.upper_bound(after);
    for (; it != names.end() && it->first.starts_with(like); ++it) {
        if (rows.size() == count_max) break;
        rows.push_back(shared_->state.users.at(it->second));
    }
    return rows;
}

}  // namespace stentor::store
