#pragma once
// An entry as the server passes it around: the bytes that are stored and sent, beside the few
// fields that anything but a reader looks at.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/cmid.h"
#include "base/code.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/shared_bytes.h"
#include "base/time.h"

namespace stentor::v1 {
class Entry;
}

namespace stentor {

struct LogEntry {
    Seq seq;
    UserId sender;
    Cmid cmid;
    Time time;
    std::uint64_t ordinal{};  // Countable entries up to and including this one.
    std::uint32_t revision{};
    bool countable{};  // A post; recalled ones too, they keep their ordinal.
    bool recalled{};
    Digest digest;      // Of the log up to and including this entry.
    SharedBytes bytes;  // A serialized pb::Entry.
};

// Serializes `entry`; the digest is the one that follows `before`.
[[nodiscard]] LogEntry log_entry(const v1::Entry& entry, const Digest& before);

// From the stored form. malformed when the bytes are no entry: its cmid is not 16 bytes, its seq is
// 0 or its kind unknown.
[[nodiscard]] Result<LogEntry> parse_log_entry(SharedBytes bytes, const Digest& digest);

// Whether the digest of `after` follows from `before` and its own bytes.
[[nodiscard]] bool continues(const Digest& before, const LogEntry& after);

// The digest after `entry`, from its fields alone; what a client computes.
[[nodiscard]] Digest digest_after(const Digest& before, const v1::Entry& entry);

}  // namespace stentor
