#pragma once
// A backup is a folder with a copy of the record and of the secrets: everything that a server needs
// to go on. It is taken while the server runs, and costs it no pause.
//
// Blocking; exceptions are std::runtime_error with a sentence for the operator.

#include <filesystem>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "store/maintenance.h"

namespace stentor::server {

// Into `folder`, which must not exist yet; the secrets keep their mode. Returns what was copied, in
// words.
std::string take_backup(store::Maintenance& store, const std::filesystem::path& data,
                        const std::filesystem::path& folder);

// Makes `data`, which must not hold a record yet, from a backup, with a new epoch: clients that saw
// more than the backup holds are told where the histories part. Returns the epoch.
//
// No two restores have one epoch, for each goes its own way, and a later one has the larger, which
// is what clients follow. An epoch has 21 bits (user logs count beneath it, store/user_log.h), so
// it is the number of the ten minutes in which the restore is made, counted from 2026 (enough until
// 2065), and above what was restored from this folder before, which `restored` in it tells. Two
// copies of a backup that are restored within the same ten minutes are not told apart.
// What is restored from is noted there first, so it must be a place that can be written to.
std::uint64_t restore_backup(const std::filesystem::path& folder, const std::filesystem::path& data,
                             Time now);

// Opens the record of a stopped server although stored updates are lost to damage, and gives it a
// new epoch, chosen as restore_backup() does. Returns the epoch. A record that has lost nothing is
// refused: every client would be told that its history parts. Unless `undamaged`: it was set back
// by other means, as by a snapshot of its disk.
std::uint64_t accept_loss(const std::filesystem::path& data, Time now, bool undamaged = false);

// The least epoch of a history that begins at `now`.
[[nodiscard]] Epoch epoch_at(Time now);

}  // namespace stentor::server
