// Whether an account is good, and what changes that.

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/limits.h"
#include "owner/account.h"
#include "owner/question_sources.h"

namespace stentor::owner {

Result<bus::Reply> answer_to(Sources& sources, const bus::AskChangeUser& ask) {
    const auto row = sources.store.user(ask.uid);
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(Error{.code = Code::not_found, .where = "uid"});
    // Closed for good. To erase it once more changes nothing.
    const bool asks_more = ask.password_hash || ask.disabled || ask.tokens_since || ask.signed_in ||
                           ask.rate || ask.name || ask.picture;
    if ((*row)->erased && asks_more && !ask.erase) {
        return std::unexpected(Error{.code = Code::not_permitted, .where = "account"});
    }
    const store::UserRow changed = changed_by(**row, ask);
    if (ask.name && changed.name != (*row)->name) {
        if (const auto good = sources.names.check_words(changed.name); !good) {
            return std::unexpected(good.error());
        }
        if (const auto renamed = sources.names.rename(**row, changed); !renamed) {
            return std::unexpected(renamed.error());
        }
        return bus::Reply{account_of(changed)};
    }
    if (changed != **row) {
        if (const auto written = sources.store.change_user(changed); !written) {
            return std::unexpected(written.error());
        }
        if (changed.name != (*row)->name) sources.names.forget((*row)->name);
    }
    return bus::Reply{account_of(changed)};
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
