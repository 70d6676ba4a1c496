#pragma once
// The port to who did what to whom. Rules of all ports: store.h.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/port.h"
#include "store/rows.h"

namespace stentor::store {

class Audit : public Port {
public:
    // Rows are numbered by the store; `number` is ignored.
    virtual Result<void> add_audit(std::span<const AuditRow> rows) = 0;
    // Newest first, those below `before` (0: from the newest on).
    [[nodiscard]] virtual Result<std::vector<AuditRow>> audit(std::uint64_t before,
                                                              std::size_t count_max) = 0;
    // The oldest ones, up to the first that is not older.
    virtual Result<void> forget_audit_before(Time time) = 0;
};

}  // namespace stentor::store
