#pragma once
// The port to accounts. Rules of all ports: store.h.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/port.h"
#include "store/rows.h"

namespace stentor::store {

class Accounts : public Port {
public:
    // name_taken: name_key or uid exists.
    virtual Result<void> add_user(const UserRow& user) = 0;
    [[nodiscard]] virtual Result<std::optional<UserRow>> user(UserId uid) = 0;
    // One for each.
    [[nodiscard]] virtual Result<std::vector<std::optional<UserRow>>> user_rows(
        std::span<const UserId> uids);
    [[nodiscard]] virtual Result<std::optional<UserRow>> user_by_name(
        std::string_view name_key) = 0;
    // What the row becomes; an error refuses the change. May be asked more than once, the last time
    // for the row that is written; calls nothing of the store.
    using Edit = std::function<Result<UserRow>(const UserRow& kept)>;
    // The row as it is then: nothing else changes it between the look and the write, so of two
    // changes at once neither is lost. All but `created` and `uid` may change; not_found. A former
    // name is free then, also where groups list them. An erased account stays one, and keeps its
    // name unless it is erased again. name_taken: the new name is somebody else's. Cost of another
    // name: a look at every group there is.
    virtual Result<UserRow> change_user(UserId uid, const Edit& edit) = 0;
    // States of accounts that changed after the change `after`, each account once, at its newest
    // change; ascending, at most count_max. A change that leaves the state as it was is none, nor
    // is an account that is added and simply good. Numbers are above all of a lost history.
    [[nodiscard]] virtual Result<AccountChanges> account_changes(std::uint64_t after,
                                                                 std::size_t count_max) = 0;
    // In the order of name_key, those that start with `prefix`, after `after_key`; an empty one is
    // before all.
    [[nodiscard]] virtual Result<std::vector<UserRow>> users_by_name(std::string_view prefix,
                                                                     std::string_view after_key,
                                                                     std::size_t count_max) = 0;
};

}  // namespace stentor::store
