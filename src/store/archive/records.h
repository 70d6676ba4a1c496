#pragma once
// The whole record as text, for other programs and for another server: one JSON object a line.
//
//   {"kind":"stentor-export","version":2,"epoch":E}                     first
//   {"kind":"user","uid","name","name_key","created_ms",...}            all users
//   {"kind":"setting","name","value"}                                   keys of the API (hashes)
//   {"kind":"group","gid","epoch","forks","seq","floor","digest",...}   then each group with
//   {"kind":"member","gid","uid","role",...}                              its members,
//   {"kind":"entry","gid","seq","sender","time_ms","text","bytes"}        its entries in order,
//   {"kind":"tally","gid","seq","counts"}                                 its reactions as sums,
//   {"kind":"mine","gid","uid","hidden","hidden_told","notes",            what one member alone
//   has,
//     "reactions"}
//   {"kind":"sent","gid","uid","cmid","seq","body_hash"}                  ids of its sends,
//   {"kind":"invite","gid","code","by","expires_ms",...}                  its links
//   {"kind":"moderation","gid","time_ms","by","act","uid",...}            its moderation log
//   {"kind":"own","uid","bytes"}                                        lines of users' own logs
//   {"kind":"audit","time_ms","text"}                                   who did what, oldest first
//   {"kind":"end","lines":N}                                            last: a cut file shows
//
// What is readable is for other programs; "bytes" (base64) is the entry itself, so that an import
// gives every entry its old number, digest and time, and knows a retry of what is in it. Numbers
// that the store gives (the feed's, those of users' own logs, of the audit) are new ones, in an
// epoch above the exported one, so that none is given twice. Left out: the feed, and hooks' places
// in it.
//
// Thread: any, blocking. The store must not be written to meanwhile: export a backup.

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include "base/code.h"
#include "store/store.h"

namespace stentor::archive {

struct Counts {
    std::uint64_t users{};
    std::uint64_t groups{};
    std::uint64_t members{};
    std::uint64_t entries{};

    friend bool operator==(const Counts&, const Counts&) = default;
};

// After about each MiB, with all that was read so far. What it throws ends the import.
using Between = std::function<void(std::uint64_t bytes_read)>;
using Progress = std::function<void(const Counts&)>;  // Now and then.

struct ExportOptions {
    bool passwords{};  // Their hashes: an import can then let people sign in.
};

// Throws std::runtime_error when the store cannot be read or `out` not be written.
Counts export_all(store::Store& store, std::ostream& out, const ExportOptions& options,
                  const Progress& progress = {});

// Into a store that has none of these users and groups. Throws std::runtime_error that names the
// line and what is wrong with it; what came before that line is there then, so the caller drops
// that store. The store's epoch rises to `least` or, where that is larger, above the exported one;
// groups note where the exported history ends.
Counts import_all(store::Store& store, std::istream& in, Epoch least = {},
                  const Between& between = {});

}  // namespace stentor::archive
