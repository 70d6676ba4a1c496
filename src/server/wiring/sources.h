#pragma once
// Where the settings of `stentor serve` come from: the file, then the environment, then the flags;
// the later wins. Kept, so that SIGHUP can read them again.

#include <expected>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.h"

namespace stentor::server {

struct Sources {
    std::filesystem::path file;                              // Empty: none.
    std::vector<std::pair<std::string, std::string>> flags;  // "section.key" and its text.
};

// Refuses with one line or more: file, line, key and what is allowed.
[[nodiscard]] std::expected<config::Settings, std::string> load(const Sources& sources);

}  // namespace stentor::server
