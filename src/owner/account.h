#pragma once
// A user's row as those who ask for accounts see it.

#include "bus/bus.h"
#include "store/rows.h"

namespace stentor::owner {

[[nodiscard]] inline bus::Account account_of(const store::UserRow& row) {
    return {.uid = row.uid,
            .name = row.name,
            .password_hash = row.password,
            .disabled = row.disabled,
            .created = row.created,
            .tokens_since = row.tokens_since};
}

}  // namespace stentor::owner
