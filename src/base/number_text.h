#pragma once
// Numbers and bytes as text. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stentor {

// All of `text` is decimal digits, and the number fits.
[[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view text);

// Two lower-case hexadecimal digits a byte.
[[nodiscard]] std::string hex_of(std::string_view bytes);
[[nodiscard]] std::string hex_of(std::span<const std::uint8_t> bytes);
// All of `hex` is pairs of such digits, of either case.
[[nodiscard]] std::optional<std::string> bytes_in(std::string_view hex);

}  // namespace stentor
