// What a device that has just connected must know: whether its account may, what happened to it
// meanwhile, and which groups it is in.

#include <optional>
#include <string>
#include <utility>

#include "base/group_ids.h"
#include "base/limits.h"
#include "owner/questions.h"

namespace stentor::owner {

Result<pb::UserLog> Questions::user_log(UserId uid, std::uint64_t after) {
    const auto page = store_.user_log(uid, after, limits::kUserLogPage);
    if (!page) return std::unexpected(page.error());
    pb::UserLog log;
    log.set_head(page->head);
    log.set_reset(page->reset);
    for (const std::string& entry : page->entries) log.add_entries()->ParseFromString(entry);
    return log;
}

Result<bus::Reply> Questions::on(const bus::AskUserLog& ask) {
    auto log = user_log(ask.uid, ask.after);
    if (!log) return std::unexpected(log.error());
    return bus::Reply{std::move(*log)};
}

Result<bus::Reply> Questions::on(const bus::AskHello& ask) {
    auto answers = hellos_at_once({&ask, 1});
    if (!answers) return std::unexpected(answers.error());
    return bus::Reply{std::move(answers->front())};
}

std::vector<Result<bus::Reply>> Questions::hellos(std::span<const bus::AskHello> asks) {
    std::vector<Result<bus::Reply>> replies;
    replies.reserve(asks.size());
    if (auto answers = hellos_at_once(asks)) {
        for (bus::HelloAnswer& answer : *answers) replies.emplace_back(std::move(answer));
        return replies;
    }
    // One row that cannot be read must not keep the others out.
    for (const bus::AskHello& ask : asks) replies.push_back(on(ask));
    return replies;
}

Result<std::vector<bus::HelloAnswer>> Questions::hellos_at_once(
    std::span<const bus::AskHello> asks) {
    std::vector<UserId> uids;
    for (const bus::AskHello& ask : asks) uids.push_back(ask.uid);
    const auto accounts = store_.user_rows(uids);
    if (!accounts) return std::unexpected(accounts.error());
    const auto log_heads = store_.user_log_heads(uids);
    if (!log_heads) return std::unexpected(log_heads.error());
    auto lists = store_.group_lists(uids, limits::kGroupsPerUser);
    if (!lists) return std::unexpected(lists.error());

    std::optional<bool> announced;  // Whether there is that group; looked at when it matters.
    std::vector<bus::HelloAnswer> answers(asks.size());
    for (std::size_t i = 0; i < asks.size(); ++i) {
        const auto& account = (*accounts)[i];
        bus::HelloAnswer& answer = answers[i];
        // A token for nobody's account is one that the operator minted: he knows what he does.
        answer.welcome =
            !account || (!account->disabled && account->tokens_since <= asks[i].token_minted);
        if (!answer.welcome) continue;

        if ((*log_heads)[i] != 0 || asks[i].user_log_after != 0) {
            auto log = user_log(asks[i].uid, asks[i].user_log_after);
            if (!log) return std::unexpected(log.error());
            answer.user_log = std::move(*log);
        }
        answer.groups = std::move((*lists)[i]);
        const bool has_row = !answer.groups.empty() && answer.groups.front() == kBroadcastGroup;
        if (!account || has_row) continue;
        if (!announced) {
            const auto is = has_announcements();
            if (!is) return std::unexpected(is.error());
            announced = *is;
        }
        if (*announced) answer.groups.insert(answer.groups.begin(), kBroadcastGroup);
    }
    return answers;
}

}  // namespace stentor::owner
