#pragma once
// A backup is a folder with a copy of the record and of the secrets: everything that a server needs
// to go on. It is taken while the server runs, and costs it no pause.
//
// Each way to go on from something else than the newest record (a backup, an export, a damaged
// record) begins a history with an epoch of its own, chosen as epochs.h tells: clients that saw
// more are told where the histories part. None of them leaves anything behind where it fails, also
// on a disk without room, which is looked for before.
//
// Blocking; exceptions are std::runtime_error with a sentence for the operator.

#include <filesystem>
#include <string>

#include "base/ids.h"
#include "server/record/epochs.h"
#include "store/archive/records.h"
#include "store/maintenance.h"

namespace stentor::server {

// Into `folder`, which must not exist yet, else UnusableFolder (data_folder.h); the secrets keep
// their mode. Returns what was copied, in words.
std::string take_backup(store::Maintenance& store, const std::filesystem::path& data,
                        const std::filesystem::path& folder);

// Makes `data`, which must not hold a record yet, from a backup. The epoch is noted in the backup
// first, which must be a place that can be written to. Returns the epoch.
std::uint64_t restore_backup(const std::filesystem::path& folder, const std::filesystem::path& data,
                             const Beginning& beginning);

// Makes `data`, which must not hold a record yet, from what `export` wrote.
archive::Counts import_record(const std::filesystem::path& file, const std::filesystem::path& data,
                              const Beginning& beginning);

// Opens the record of a stopped server although stored updates are lost to damage. Returns the
// epoch. A record that has lost nothing is refused: every client would be told that its history
// parts. Unless `undamaged`: it was set back by other means, as by a snapshot of its disk.
std::uint64_t accept_loss(const std::filesystem::path& data, const Beginning& beginning,
                          bool undamaged = false);

}  // namespace stentor::server
