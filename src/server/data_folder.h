#pragma once
// Whose a data folder is, and whether a server holds it. One rule for every command that reads or
// writes there.
//
// Thread: any. Cost: a few system calls.

#include <filesystem>

namespace stentor::server {

// Throws std::runtime_error, with a sentence for the operator, when root works in a folder that
// belongs to somebody else: what root makes there, the service could not open. A folder that is not
// there yet is judged by the one above it when `made_for_a_service`.
void refuse_foreign_folder(const std::filesystem::path& data, bool made_for_a_service = false);

// A process has the record in it open.
[[nodiscard]] bool in_use(const std::filesystem::path& data);

}  // namespace stentor::server
