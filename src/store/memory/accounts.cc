// What becomes of accounts, and who did what to whom.

#include <iterator>

#include "store/memory/state.h"
#include "store/verdict.h"

namespace stentor::store {

void MemoryStore::State::note_account_change(UserId uid) {
    newest_change = next_number(epoch, newest_change);
    std::uint64_t& number = account_change_of[uid];
    account_changes.erase(number);
    number = newest_change;
    account_changes.emplace(number, uid);
}

Result<UserRow> MemoryStore::change_user(UserId uid, const Edit& edit) {
    const std::scoped_lock lock{shared_->mutex};
    State& state = shared_->state;
    const auto it = state.users.find(uid);
    if (it == state.users.end()) return std::unexpected(Error{Code::not_found, "uid"});
    UserRow& kept = it->second;
    Result<UserRow> row = changed(kept, edit);
    if (!row) return row;
    if (row->name_key != kept.name_key) {
        if (state.names.contains(State::place_of(row->name_key))) {
            return std::unexpected(Error{Code::name_taken, "name"});
        }
        state.names.erase(State::place_of(kept.name_key));
        state.names.emplace(State::place_of(row->name_key), uid);
    }
    const bool moved = state_of(*row) != state_of(kept);
    kept = *row;
    if (moved) state.note_account_change(uid);
    return row;
}

Result<AccountChanges> MemoryStore::account_changes(std::uint64_t after, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const State& state = shared_->state;
    AccountChanges changes{.head = state.newest_change};
    const auto& all = state.account_changes;
    for (auto it = all.upper_bound(after); it != all.end(); ++it) {
        if (changes.rows.size() == count_max) break;
        changes.rows.push_back(
            {.number = it->first, .state = state_of(state.users.at(it->second))});
    }
    return changes;
}

Result<void> MemoryStore::add_audit(std::span<const AuditRow> rows) {
    const std::scoped_lock lock{shared_->mutex};
    State& state = shared_->state;
    for (const AuditRow& row : rows) {
        const std::uint64_t number = next_number(state.epoch, state.newest_audit);
        state.newest_audit = number;
        AuditRow& kept = state.audit[number];
        kept = row;
        kept.number = number;
    }
    return {};
}

Result<std::vector<AuditRow>> MemoryStore::audit(std::uint64_t before, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const auto& all = shared_->state.audit;
    std::vector<AuditRow> rows;
    auto it = before == 0 ? all.end() : all.lower_bound(before);
    while (it != all.begin() && rows.size() < count_max) rows.push_back((--it)->second);
    return rows;
}

Result<void> MemoryStore::forget_audit_before(Time time) {
    const std::scoped_lock lock{shared_->mutex};
    auto& all = shared_->state.audit;
    while (!all.empty() && all.begin()->second.time < time) all.erase(all.begin());
    return {};
}

}  // namespace stentor::store
