#pragma once
// What the members of a crowd were shown, held against the log itself. Pure.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "load/crowd/shown.h"
#include "wire/pb.h"

namespace stentor::bench {

struct ShownCheck {
    std::uint64_t compared{};
    std::string fault;  // The first one, a sentence; empty: none.
};

// Everything from the first entry that anybody was shown to `head` was shown, and is the log's.
// `entry_at`: of the log; nothing where it has none.
[[nodiscard]] ShownCheck check_shown(
    const crowd::ShownLog& shown, std::uint64_t head,
    const std::function<std::optional<pb::Entry>(std::uint64_t seq)>& entry_at);

}  // namespace stentor::bench
