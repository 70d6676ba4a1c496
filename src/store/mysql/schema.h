#pragma once
// The tables, and how a database comes to have them.

#include "base/code.h"
#include "store/mysql/connection.h"

namespace stentor::store::mysql {

// Makes what is missing. Several processes may do so at once.
[[nodiscard]] Result<void> bring_to_newest_form(Connection& connection);

}  // namespace stentor::store::mysql
