#include "owner/accounts.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "base/limits.h"
#include "owner/account.h"

namespace stentor::owner {

Accounts::Accounts(store::Accounts& store, Millis token_lives) : store_{store}, gate_{token_lives} {
    const auto read = catch_up();
    if (!read) {
        throw std::runtime_error{"the store does not tell which accounts are closed: " +
                                 std::string{name_of(read.error().code)}};
    }
    gate_.become_known();
}

Result<std::uint64_t> Accounts::catch_up() {
    const std::lock_guard lock{mutex_};
    for (;;) {
        const auto page = store_.account_changes(after_, limits::kAccountChanges);
        if (!page) return std::unexpected(page.error());
        std::vector<bus::AccountState> states;
        for (const auto& row : page->rows) states.push_back(state_of(row.state));
        gate_.apply(states, now());
        const bool whole = page->rows.size() < limits::kAccountChanges;
        after_ = whole ? page->head : page->rows.back().number;
        if (whole) return after_;
    }
}

}  // namespace stentor::owner
