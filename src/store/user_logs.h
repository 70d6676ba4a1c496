#pragma once
// The port to the logs of users: what each was told. Rules of all ports: store.h.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/port.h"
#include "store/rows.h"

namespace stentor::store {

class UserLogs : public Port {
public:
    // Entries above `after`, at most count_max, which is moved into 1 to kUserLogPage. The newest
    // kUserLog of a user are kept; `after` must name one of them, or be 0 while the first one is
    // kept: else the page is a reset, without entries, and the reader goes on from its head.
    [[nodiscard]] virtual Result<UserLogPage> user_log(UserId uid, std::uint64_t after,
                                                       std::size_t count_max) = 0;
    // What user_log() tells as `head`, one for each user.
    [[nodiscard]] virtual Result<std::vector<std::uint64_t>> user_log_heads(
        std::span<const UserId> uids);
};

}  // namespace stentor::store
