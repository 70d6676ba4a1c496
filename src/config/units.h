#pragma once
// Times and sizes as people write them: "30 s", "64 KiB". Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace stentor::config {

// A whole number and a unit, a space between them or none: ms, s, min, h, d. Nothing else is taken,
// a number without a unit neither.
[[nodiscard]] std::optional<Millis> parse_time(std::string_view text);
// Likewise: B, KiB, MiB, GiB.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// In the largest unit that loses nothing.
[[nodiscard]] std::string text_of_time(Millis time);
[[nodiscard]] std::string text_of_size(std::uint64_t bytes);

}  // namespace stentor::config
