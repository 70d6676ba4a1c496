// What a device that has just connected must know: whether its account may, what happened to it
// meanwhile, and which groups it is in.

#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/group_ids.h"
#include "base/limits.h"
#include "owner/account.h"
#include "owner/question_sources.h"

namespace stentor::owner {
namespace {

Result<pb::UserLog> user_log(store::UserLogs& store, UserId uid, std::uint64_t after) {
    const auto page = store.user_log(uid, after, limits::kUserLogPage);
    if (!page) return std::unexpected(page.error());
    pb::UserLog log;
    log.set_head(page->head);
    log.set_reset(page->reset);
    for (const std::string& entry : page->entries) log.add_entries()->ParseFromString(entry);
    return log;
}

// A token for nobody's account is one that the operator minted. Numbers that are drawn are given to
// accounts alone, which saves all others a look at their rows.
Result<std::unordered_set<UserId>> accounts_among(store::Accounts& store,
                                                  std::span<const UserId> uids) {
    std::unordered_set<UserId> accounts;
    std::vector<UserId> others;
    for (const UserId uid : uids) {
        if (is_drawn(uid)) {
            accounts.insert(uid);
        } else {
            others.push_back(uid);
        }
    }
    const auto rows = store.user_rows(others);
    if (!rows) return std::unexpected(rows.error());
    for (std::size_t i = 0; i < others.size(); ++i) {
        if ((*rows)[i]) accounts.insert(others[i]);
    }
    return accounts;
}

Result<std::vector<bus::HelloAnswer>> hellos_at_once(store::Store& store,
                                                     std::span<const bus::AskHello> asks) {
    std::vector<UserId> uids;
    for (const bus::AskHello& ask : asks) uids.push_back(ask.uid);
    const auto log_heads = store.user_log_heads(uids);
    if (!log_heads) return std::unexpected(log_heads.error());
    std::vector<bus::HelloAnswer> answers(asks.size());
    for (std::size_t i = 0; i < asks.size(); ++i) {
        if ((*log_heads)[i] == 0 && asks[i].user_log_after == 0) continue;
        auto log = user_log(store, asks[i].uid, asks[i].user_log_after);
        if (!log) return std::unexpected(log.error());
        answers[i].user_log = std::move(*log);
    }

    // After the logs: what happens meanwhile is in the groups, and is told once more. The other way
    // round it would be in neither.
    auto lists = store.group_lists(uids, limits::kGroupsListed);
    if (!lists) return std::unexpected(lists.error());
    const auto accounts = accounts_among(store, uids);
    if (!accounts) return std::unexpected(accounts.error());
    std::optional<bool> announced;  // Whether there is that group; looked at when it matters.
    for (std::size_t i = 0; i < asks.size(); ++i) {
        std::vector<GroupId>& groups = answers[i].groups;
        groups = std::move((*lists)[i]);
        if (!groups.empty() && groups.front() == kBroadcastGroup) continue;
        if (!announced) {
            const auto is = has_announcements(store);
            if (!is) return std::unexpected(is.error());
            announced = *is;
        }
        if (!*announced) continue;
        if (accounts->contains(asks[i].uid)) groups.insert(groups.begin(), kBroadcastGroup);
    }
    return answers;
}

}  // namespace

Result<bus::Reply> answer_to(Sources& sources, const bus::AskUserLog& ask) {
    auto log = user_log(sources.store, ask.uid, ask.after);
    if (!log) return std::unexpected(log.error());
    return bus::Reply{std::move(*log)};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskHello& ask) {
    auto answers = hellos_at_once(sources.store, {&ask, 1});
    if (!answers) return std::unexpected(answers.error());
    return bus::Reply{std::move(answers->front())};
}

std::vector<Result<bus::Reply>> answers_to(Sources& sources, std::span<const bus::AskHello> asks) {
    std::vector<Result<bus::Reply>> replies;
    replies.reserve(asks.size());
    if (auto answers = hellos_at_once(sources.store, asks)) {
        for (bus::HelloAnswer& answer : *answers) replies.emplace_back(std::move(answer));
        return replies;
    }
    // One row that cannot be read must not keep the others out.
    for (const bus::AskHello& ask : asks) replies.push_back(answer_to(sources, ask));
    return replies;
}

}  // namespace stentor::owner
