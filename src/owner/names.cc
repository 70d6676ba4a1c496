#include "owner/names.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "text/names.h"

namespace stentor::owner {
namespace {

std::vector<std::uint64_t> hashes_of(std::string_view name) {
    std::vector<std::uint64_t> hashes;
    for (const std::string& look : text::looks(name)) {
        hashes.push_back(std::hash<std::string>{}(look));
    }
    return hashes;
}

}  // namespace

Result<void> Names::learn(const std::stop_token& stop) {
    const std::lock_guard lock{mutex_};
    return learn_all(stop);
}

Result<void> Names::learn_all(const std::stop_token& stop) {
    if (learnt_) return {};
    looks_.clear();
    shared_.clear();
    for (std::string after;;) {
        if (stop.stop_requested()) return std::unexpected(Error{.code = Code::overloaded});
        const auto rows = store_.users_by_name({}, after, limits::kReadersPage);
        if (!rows) return std::unexpected(rows.error());
        for (const store::UserRow& row : *rows) {
            if (!row.erased) count(row.name, true);
        }
        if (rows->size() < limits::kReadersPage) break;
        after = rows->back().name_key;
    }
    learnt_ = true;
    return {};
}

bool Names::is_taken(std::string_view name) const {
    return std::ranges::any_of(hashes_of(name),
                               [this](std::uint64_t look) { return looks_.contains(look); });
}

Result<void> Names::add(const store::UserRow& row) {
    const std::lock_guard lock{mutex_};
    if (const auto good = learn_all({}); !good) return good;
    if (is_taken(row.name)) {
        return std::unexpected(Error{.code = Code::name_taken, .where = "name"});
    }
    const auto added = store_.add_user(row);
    if (added) count(row.name, true);
    return added;
}

Result<store::UserRow> Names::rename(UserId uid, std::string_view name,
                                     const store::Accounts::Edit& edit) {
    if (const auto good = check_words(name); !good) {
        // Whoever has a listed word in their name may keep it.
        const auto row = store_.user(uid);
        if (!row) return std::unexpected(row.error());
        if (*row && (*row)->name != name) return std::unexpected(good.error());
    }
    const std::lock_guard lock{mutex_};
    if (const auto good = learn_all({}); !good) return std::unexpected(good.error());
    const auto row = store_.user(uid);
    if (!row) return std::unexpected(row.error());
    const std::string before = *row && !(*row)->erased ? (*row)->name : std::string{};
    if (before == name || before.empty()) return store_.change_user(uid, edit);
    count(before, false);
    const auto changed = is_taken(name) ? Result<store::UserRow>{std::unexpected(
                                              Error{.code = Code::name_taken, .where = "name"})}
                                        : store_.change_user(uid, edit);
    count(changed ? changed->name : before, true);
    return changed;
}

void Names::forget(std::string_view name) {
    const std::lock_guard lock{mutex_};
    if (learnt_) count(name, false);
}

void Names::count(std::string_view name, bool comes) {
    for (const std::uint64_t look : hashes_of(name)) {
        const auto shared = shared_.find(look);
        if (comes) {
            if (!looks_.insert(look).second) ++shared_[look];
        } else if (shared == shared_.end()) {
            looks_.erase(look);
        } else if (--shared->second == 0) {
            shared_.erase(shared);
        }
    }
}

void Names::use_keywords(std::shared_ptr<const rules::Keywords> keywords) {
    const std::lock_guard lock{mutex_};
    keywords_ = std::move(keywords);
}

Result<void> Names::check_words(std::string_view name) const {
    const auto keywords = [this] {
        const std::lock_guard lock{mutex_};
        return keywords_;
    }();
    if (!keywords || !keywords->found_in(name)) return {};
    return std::unexpected(Error{.code = Code::filtered, .where = "name", .rule = "keywords"});
}

}  // namespace stentor::owner
