#pragma once
// Which forms of a record are known (format.md). The newest is kFormat, of engine.h.

#include <cstdint>

namespace stentor::store {

inline constexpr std::uint64_t kOldestFormat = 2;  // That is brought to the newest: of 0.1.0.
inline constexpr std::uint64_t kListsFold = 3;     // Groups' lists fold names and hold staff.
inline constexpr std::uint64_t kAccountsFold = 4;  // Accounts are listed by folded names.

}  // namespace stentor::store
