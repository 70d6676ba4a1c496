#pragma once
// The whole record as text, for other programs and for another server: one JSON object a line.
//
//   {"kind":"stentor-export","version":1,"epoch":E}                     first
//   {"kind":"user","uid","name","name_key","created_ms",...}            all users
//   {"kind":"group","gid","seq","floor","digest","settings",...}        then each group with
//   {"kind":"member","gid","uid","role",...}                              its members,
//   {"kind":"entry","gid","seq","sender","time_ms","text","bytes"}        its entries in order,
//   {"kind":"tally","gid","seq","counts"}                                 its reactions as sums,
//   {"kind":"mine","gid","uid","hidden","notes","reactions"}              what one member alone has
//   {"kind":"end","lines":N}                                            last, so that a cut file
//   shows
//
// What is readable is for other programs; "bytes" (base64) is the entry itself, so that an import
// gives every entry its old number, digest and time. Users' own logs, invitations and the ids of
// the last sends are left out: a device reads its lists anew, an old link or retry is refused.
//
// Thread: any, blocking. The store must not be written to meanwhile: export a backup.

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include "base/code.h"
#include "store/store.h"

namespace stentor::records {

struct Counts {
    std::uint64_t users{};
    std::uint64_t groups{};
    std::uint64_t members{};
    std::uint64_t entries{};

    friend bool operator==(const Counts&, const Counts&) = default;
};

using Progress = std::function<void(const Counts&)>;  // Now and then.

struct ExportOptions {
    bool passwords{};  // Their hashes: an import can then let people sign in.
};

// Throws std::runtime_error when the store cannot be read or `out` not be written.
Counts export_all(store::Store& store, std::ostream& out, const ExportOptions& options,
                  const Progress& progress = {});

// Into a store that has none of these users and groups. Throws std::runtime_error that names the
// line and what is wrong with it; what came before that line is there then. Groups get the epoch of
// this store.
Counts import_all(store::Store& store, std::istream& in, const Progress& progress = {});

}  // namespace stentor::records
