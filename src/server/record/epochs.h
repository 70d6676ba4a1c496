#pragma once
// The epoch of a history that begins here: by a restore, an import, a loss that is accepted or a
// promotion.
//
// Clients follow the larger epoch, and numbers of the feed and of users' own logs count beneath it,
// so no two histories of one server may have the same. An epoch has 21 bits (store/user_log.h): the
// time, in steps of ten minutes, is the least of it, but two histories may begin in one step. So it
// is also above every epoch that can be found near: in the folders at hand and in those beside
// them, whose records and notes are read and not changed, and in a note of this user's on this
// machine. Histories that this machine cannot see are not told apart from one that begins within
// the same ten minutes (docs/decisions/0011).
//
// Thread: any; blocking. Cost: a look at kBesideMax names beside each folder at hand; the newest
// kRecordsMax records among them are opened for reading, some milliseconds each, more where a
// record was not closed well. Exceptions are std::runtime_error with a sentence for the operator.

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace stentor::server {

inline constexpr std::size_t kBesideMax = 4'096;
inline constexpr std::size_t kRecordsMax = 64;

struct Beginning {
    Time now;
    // This user's on this machine, made where it is missing and can be: see machine_note().
    std::filesystem::path note;
};

// The least epoch of a history that begins now. `at_hand`: the data folder that is made or changed,
// and the folder or file it is made from. It is noted on the machine before this returns, so
// another command that begins at the same time is given a larger one. Throws where no epoch is
// left.
[[nodiscard]] Epoch least_epoch(const std::vector<std::filesystem::path>& at_hand,
                                const Beginning& beginning);

// The history has this epoch: told by the file `restored` in `folder`, durable when it returns, and
// by the machine's note where that can be written. Throws where `folder` cannot be.
void note_epoch(const std::filesystem::path& folder, Epoch epoch, const Beginning& beginning);

// `stentor/epoch` in $XDG_STATE_HOME or, where that is not set, in ~/.local/state.
[[nodiscard]] std::filesystem::path machine_note();
// Of a command that is run now.
[[nodiscard]] Beginning beginning_now();

}  // namespace stentor::server
