// Whether an account is good, and what changes that.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "base/limits.h"
#include "owner/account.h"
#include "owner/question_sources.h"

namespace stentor::owner {

Result<bus::Reply> answer_to(Sources& sources, const bus::AskChangeUser& ask) {
    std::string former;  // Their name.
    const auto edit = [&](const store::UserRow& kept) -> Result<store::UserRow> {
        // Closed for good. To erase it once more changes nothing.
        const bool asks_more = ask.password_hash || ask.disabled || ask.tokens_since ||
                               ask.signed_in || ask.rate || ask.name || ask.picture;
        if (kept.erased && asks_more && !ask.erase) {
            return std::unexpected(Error{.code = Code::not_permitted, .where = "account"});
        }
        former = kept.name;
        return changed_by(kept, ask);
    };
    const auto changed = ask.name && !ask.erase
                             ? sources.names.rename(ask.uid, ask.name->name, edit)
                             : sources.store.change_user(ask.uid, edit);
    if (!changed) return std::unexpected(changed.error());
    if (ask.erase && changed->name != former) sources.names.forget(former);
    return bus::Reply{account_of(*changed)};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskAccountChanges& ask) {
    const std::size_t count = std::clamp<std::size_t>(ask.count, 1, limits::kAccountChanges);
    const auto page = sources.store.account_changes(ask.after, count);
    if (!page) return std::unexpected(page.error());
    bus::AccountChangesAnswer answer{.head = page->head, .last = page->head};
    for (const auto& row : page->rows) answer.states.push_back(state_of(row.state));
    if (page->rows.size() == count) answer.last = page->rows.back().number;
    return bus::Reply{std::move(answer)};
}

}  // namespace stentor::owner
