#pragma once
// A record that is about to be relied on is read as a whole before.

#include <filesystem>

namespace stentor::server {

// Prints what was found. Throws std::runtime_error where something is damaged, or where the folder
// cannot be looked at. Returns whether it is whole and in its newest form; else an earlier version
// wrote it, and it was held against what that one wrote. Blocking: reads every block.
bool verify_or_refuse(const std::filesystem::path& folder);

}  // namespace stentor::server
