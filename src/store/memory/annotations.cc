// What stands beside the logs: invites, reactions, hidden entries, notes, users' own logs, the
// feed, settings.

#include <algorithm>

#include "base/feed_number.h"
#include "base/limits.h"
#include "store/memory/state.h"
#include "store/user_log.h"
#include "store/verdict.h"

namespace stentor::store {

Result<std::optional<InviteRow>> MemoryStore::invite(GroupId gid, std::string_view code) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return std::nullopt;
    const auto it = group->invites.find(code);
    if (it == group->invites.end()) return std::nullopt;
    return it->second;
}

Result<std::vector<InviteRow>> MemoryStore::invites(GroupId gid, std::string_view after_code,
                                                    std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<InviteRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    for (auto it = group->invites.upper_bound(after_code); it != group->invites.end(); ++it) {
        if (rows.size() == count_max) break;
        rows.push_back(it->second);
    }
    return rows;
}

Result<std::vector<ReactionRow>> MemoryStore::reactions_to(GroupId gid, Seq seq,
                                                           std::string_view emoji, UserId after,
                                                           std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<ReactionRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    for (const auto& [uid, which, what] : group->reactions) {
        if (uid <= after || which != seq || (!emoji.empty() && what != emoji)) continue;
        if (rows.size() >= count_max && (rows.empty() || rows.back().uid != uid)) break;
        rows.push_back({.uid = uid, .seq = seq, .emoji = what});
    }
    return rows;
}

Result<std::vector<ReactionRow>> MemoryStore::reactions_of(GroupId gid, UserId uid, Seq from,
                                                           Seq to) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<ReactionRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    for (auto it = group->reactions.lower_bound({uid, from, {}}); it != group->reactions.end();
         ++it) {
        const auto& [who, seq, emoji] = *it;
        if (who != uid || seq > to) break;
        rows.push_back({.uid = uid, .seq = seq, .emoji = emoji});
    }
    return rows;
}

Result<std::vector<TallyRow>> MemoryStore::tallies(GroupId gid, Seq from, Seq to) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<TallyRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    for (auto it = group->tallies.lower_bound(from); it != group->tallies.end(); ++it) {
        if (it->first > to) break;
        rows.push_back(it->second);
    }
    return rows;
}

Result<std::vector<Seq>> MemoryStore::hidden(GroupId gid, UserId uid, Seq from, Seq to) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<Seq> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    for (auto it = group->hidden.lower_bound({uid, from}); it != group->hidden.end(); ++it) {
        if (it->first != uid || it->second > to) break;
        rows.push_back(it->second);
    }
    return rows;
}

Result<std::vector<NoteRow>> MemoryStore::notes(GroupId gid, UserId uid, Seq from, Seq to) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<NoteRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    for (auto it = group->notes.lower_bound({uid, from, 0}); it != group->notes.end(); ++it) {
        if (std::get<0>(it->first) != uid || it->second.anchor > to) break;
        rows.push_back(it->second);
    }
    if (rows.size() > limits::kNotesPerPage)
        rows.erase(rows.begin(), rows.end() - limits::kNotesPerPage);
    return rows;
}

Result<std::vector<ModerationRow>> MemoryStore::moderation(GroupId gid, std::uint64_t before,
                                                           std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<ModerationRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    auto it = before == 0 ? group->moderation.end() : group->moderation.lower_bound(before);
    while (it != group->moderation.begin() && rows.size() < count_max) {
        --it;
        rows.push_back(it->second);
    }
    return rows;
}

Result<UserLogPage> MemoryStore::user_log(UserId uid, std::uint64_t after, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const auto found = shared_->state.user_logs.find(uid);
    if (found == shared_->state.user_logs.end()) return UserLogPage{.reset = after != 0};
    const UserLog& log = found->second;
    UserLogPage page{.head = log.head};
    const bool kept = after == 0 ? oldest_place(log.head) == 1 : log.entries.contains(after);
    if (!kept) {
        page.reset = true;
        return page;
    }
    const std::size_t count = std::clamp<std::size_t>(count_max, 1, limits::kUserLogPage);
    for (auto it = log.entries.upper_bound(after); it != log.entries.end(); ++it) {
        if (page.entries.size() == count) break;
        page.entries.push_back(it->second);
    }
    return page;
}

Result<FeedPage> MemoryStore::feed(std::uint64_t after, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const State& state = shared_->state;
    FeedPage page{.head = state.feed.empty() ? state.feed_floor : state.feed.back().number,
                  .floor = state.feed_floor};
    auto next = std::ranges::upper_bound(state.feed, after, {}, &FeedRow::number);
    if (after > page.floor) {
        const std::uint64_t row = next == state.feed.begin() ? page.floor : std::prev(next)->number;
        if (row != after) return std::unexpected(lost_feed_place(row));
    }
    for (; next != state.feed.end() && page.rows.size() < count_max; ++next) {
        page.rows.push_back(*next);
    }
    return page;
}

// Of what is asked for only the place counts: it may have been given in an older epoch.
Result<void> MemoryStore::forget_feed(std::uint64_t number) {
    const std::scoped_lock lock{shared_->mutex};
    State& state = shared_->state;
    if (number <= state.feed_floor) return {};
    const auto kept = std::ranges::find_if(state.feed, [&](const FeedRow& row) {
        return row.number > number || feed_place(row.number) > feed_place(number);
    });
    if (kept == state.feed.begin()) return {};
    state.feed_floor = std::prev(kept)->number;
    state.feed.erase(state.feed.begin(), kept);
    return {};
}

Result<std::optional<std::string>> MemoryStore::setting(std::string_view name) {
    const std::scoped_lock lock{shared_->mutex};
    const auto it = shared_->state.settings.find(name);
    if (it == shared_->state.settings.end()) return std::nullopt;
    return it->second;
}

void MemoryStore::State::put_setting(std::string_view name, std::optional<std::string_view> value) {
    if (value) {
        settings.insert_or_assign(std::string{name}, std::string{*value});
    } else if (const auto it = settings.find(name); it != settings.end()) {
        settings.erase(it);
    }
}

Result<void> MemoryStore::set_setting(std::string_view name,
                                      std::optional<std::string_view> value) {
    if (const auto error = refuse_setting(name, value)) return std::unexpected(*error);
    const std::scoped_lock lock{shared_->mutex};
    shared_->state.put_setting(name, value);
    return {};
}

Result<void> MemoryStore::replace_setting(std::string_view name,
                                          std::optional<std::string_view> former,
                                          std::optional<std::string_view> value) {
    if (const auto error = refuse_setting(name, value)) return std::unexpected(*error);
    const std::scoped_lock lock{shared_->mutex};
    State& state = shared_->state;
    const auto it = state.settings.find(name);
    const bool same = it == state.settings.end() ? !former : former == it->second;
    if (!same) return std::unexpected(kSettingChanged);
    state.put_setting(name, value);
    return {};
}

Result<std::vector<Store::Setting>> MemoryStore::settings(std::string_view prefix) {
    const std::scoped_lock lock{shared_->mutex};
    const auto& settings = shared_->state.settings;
    std::vector<Setting> rows;
    for (auto it = settings.lower_bound(prefix); it != settings.end(); ++it) {
        if (!it->first.starts_with(prefix)) break;
        rows.push_back({.name = it->first, .value = it->second});
    }
    return rows;
}

}  // namespace stentor::store
