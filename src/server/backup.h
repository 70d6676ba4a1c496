#pragma once
// A backup is a folder with a copy of the record and of the secrets: everything that a server needs
// to go on. It is taken while the server runs, and costs it no pause.
//
// Blocking; exceptions are std::runtime_error with a sentence for the operator.

#include <filesystem>
#include <string>

#include "store/maintenance.h"

namespace stentor::server {

// Into `folder`, which must not exist yet; the secrets keep their mode. Returns what was copied, in
// words.
std::string take_backup(store::Maintenance& store, const std::filesystem::path& data,
                        const std::filesystem::path& folder);

// Makes `data`, which must not hold a record yet, from a backup, with a new epoch: clients that saw
// more than the backup holds are told where the histories part. Returns the epoch.
std::uint64_t restore_backup(const std::filesystem::path& folder,
                             const std::filesystem::path& data);

}  // namespace stentor::server
