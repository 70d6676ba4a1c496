#pragma once
// A user's row as those who ask for accounts see it, and what a change makes of it. Pure.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include "base/reserved_names.h"
#include "bus/bus.h"
#include "store/rows.h"

namespace stentor::owner {

[[nodiscard]] inline bus::Account account_of(const store::UserRow& row) {
    bus::Account account{.uid = row.uid,
                         .name = row.name,
                         .password_hash = row.password,
                         .disabled = row.disabled,
                         .created = row.created,
                         .tokens_since = row.tokens_since,
                         .erased = row.erased,
                         .rate = row.rate,
                         .picture = row.picture};
    std::ranges::transform(
        row.sign_ins, std::back_inserter(account.sign_ins), [](const store::SignIn& one) {
            return bus::SignIn{.minted = one.minted, .client = one.client, .address = one.address};
        });
    return account;
}

[[nodiscard]] inline bus::AccountState state_of(const store::AccountState& state) {
    return {.uid = state.uid,
            .closed = state.closed,
            .tokens_since = state.tokens_since,
            .ended_tokens = state.ended_tokens,
            .rate = state.rate};
}

// Numbers of accounts are drawn from here on; others are of tokens that the operator minted, or of
// accounts that were brought in with a number of their own.
inline constexpr std::uint64_t kFirstDrawn = std::uint64_t{1} << 32U;
[[nodiscard]] inline bool is_drawn(UserId uid) { return uid.value >= kFirstDrawn; }

// Nobody can take such a name (api/names.cc).
[[nodiscard]] inline std::string name_of_erased(UserId uid) {
    return std::string{kErasedName} + ' ' + std::to_string(uid.value);
}

// Whether gates must hear of it.
[[nodiscard]] inline bool changes_state(const bus::AskChangeUser& ask) {
    return ask.disabled || ask.tokens_since || ask.ended_token || ask.erase || ask.rate;
}

// The row as it is after the change. A token is named by the millisecond in which it was minted, so
// no two of one user may share one, and none may be minted in one that is void.
[[nodiscard]] store::UserRow changed_by(store::UserRow row, const bus::AskChangeUser& ask);

}  // namespace stentor::owner
