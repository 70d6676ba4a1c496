#pragma once
// What it costs the server that somebody who is connected is a member of further groups, which they
// has not open: two servers, before the same members, who watch the same one group and are in
// another one; those of the second are in kFurtherGroups more. What it holds beyond the first is
// theirs.

#include <cstddef>
#include <string>

#include "load/bench/testbed.h"

namespace stentor::bench {

inline constexpr std::size_t kFurtherGroups = 64;

// Figures, and a note above the aim.
void measure_further_groups(const Context& context, const std::string& section);

}  // namespace stentor::bench
