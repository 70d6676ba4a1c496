// What a device that has just connected must know: whether its account may, what happened to it
// meanwhile, and which groups it is in.

#include <algorithm>
#include <string>
#include <utility>

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
    const auto account = store_.user(ask.uid);
    if (!account) return std::unexpected(account.error());
    bus::HelloAnswer answer;
    // A token for nobody's account is one that the operator minted: he knows what he does.
    answer.welcome =
        !*account || (!(*account)->disabled && (*account)->tokens_since <= ask.token_minted);
    if (!answer.welcome) return bus::Reply{std::move(answer)};

    auto log = user_log(ask.uid, ask.user_log_after);
    if (!log) return std::unexpected(log.error());
    answer.user_log = std::move(*log);
    const auto all = memberships(ask.uid);
    if (!all) return std::unexpected(all.error());
    for (const auto& [gid, row] : *all) {
        answer.groups.push_back(
            {.gid = gid, .read = std::max(row.read, row.floor), .muted_for_me = row.muted_for_me});
    }
    return bus::Reply{std::move(answer)};
}

}  // namespace stentor::owner
