#pragma once
// A configuration file (TOML 1.0) to settings. All flaws are found in one reading, and a file with
// any of them sets nothing.

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace stentor::config {

struct Flaw {
    std::uint32_t line{};  // 0: of the file as a whole.
    std::string text;
};

// Over `settings`; what the file does not name stays as it is.
[[nodiscard]] std::expected<Settings, std::vector<Flaw>> parse(std::string_view toml,
                                                               const Settings& settings);
[[nodiscard]] std::expected<Settings, std::vector<Flaw>> read_file(
    const std::filesystem::path& file, const Settings& settings);

// "FILE:LINE: TEXT" for each.
[[nodiscard]] std::string told(const std::filesystem::path& file, const std::vector<Flaw>& flaws);

}  // namespace stentor::config
