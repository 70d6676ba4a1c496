#pragma once
// A record that is about to be relied on is read as a whole before.

#include <filesystem>

namespace stentor::server {

// Prints what was found. Throws std::runtime_error where something is damaged, or where the folder
// cannot be looked at. Blocking: reads every block.
void verify_or_refuse(const std::filesystem::path& folder);

}  // namespace stentor::server
