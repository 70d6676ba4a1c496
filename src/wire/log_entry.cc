#include "wire/log_entry.h"

#include "wire/pb.h"

namespace stentor {
namespace {

// A recalled or edited entry carries the hash of its first body; an untouched one is hashed.
Digest body_hash_of(const pb::Entry& entry) {
    return entry.revision() == 0 ? hash_of(entry.body()) : Digest::from(entry.body_hash());
}

}  // namespace

Digest digest_after(const Digest& before, const pb::Entry& entry) {
    return chained(before, {.seq = {entry.seq()},
                            .sender = {entry.sender()},
                            .cmid = Cmid::from(entry.cmid()).value_or(Cmid{}),
                            .kind = static_cast<std::uint32_t>(entry.kind()),
                            .time = from_ms(entry.time_ms()),
                            .body_hash = body_hash_of(entry)});
}

LogEntry log_entry(const pb::Entry& entry, const Digest& before) {
    return {.seq = {entry.seq()},
            .sender = {entry.sender()},
            .cmid = Cmid::from(entry.cmid()).value_or(Cmid{}),
            .time = from_ms(entry.time_ms()),
            .ordinal = entry.ordinal(),
            .revision = entry.revision(),
            .countable = entry.kind() == pb::ENTRY_KIND_POST,
            .recalled = entry.recalled(),
            .digest = digest_after(before, entry),
            .bytes = share(entry.SerializeAsString())};
}

Result<LogEntry> parse_log_entry(SharedBytes bytes, const Digest& digest) {
    pb::Entry entry;
    if (!entry.ParseFromString(*bytes)) return std::unexpected(Error{Code::malformed, "entry"});
    const auto cmid = Cmid::from(entry.cmid());
    if (!cmid) return std::unexpected(Error{Code::malformed, "entry.cmid"});
    if (entry.seq() == 0) return std::unexpected(Error{Code::malformed, "entry.seq"});
    if (entry.kind() != pb::ENTRY_KIND_POST && entry.kind() != pb::ENTRY_KIND_SYSTEM) {
        return std::unexpected(Error{Code::malformed, "entry.kind"});
    }
    return LogEntry{.seq = {entry.seq()},
                    .sender = {entry.sender()},
                    .cmid = *cmid,
                    .time = from_ms(entry.time_ms()),
                    .ordinal = entry.ordinal(),
                    .revision = entry.revision(),
                    .countable = entry.kind() == pb::ENTRY_KIND_POST,
                    .recalled = entry.recalled(),
                    .digest = digest,
                    .bytes = std::move(bytes)};
}

bool continues(const Digest& before, const LogEntry& after) {
    pb::Entry entry;
    return entry.ParseFromString(*after.bytes) && digest_after(before, entry) == after.digest;
}

}  // namespace stentor
