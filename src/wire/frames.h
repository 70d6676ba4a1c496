#pragma once
// ClientFrame and ServerFrame <-> bytes, and the frames that carry entries, which are put together
// from bytes that exist already: nothing on a read or push path serializes an entry again.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/code.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/storm.h"
#include "wire/log_entry.h"

namespace stentor::v1 {
class Batch;
class ClientFrame;
class Opened;
class Range;
class Refused;
class ServerFrame;
}  // namespace stentor::v1

namespace stentor::wire {

// malformed: no protobuf, no request_id, or no command known to this server.
[[nodiscard]] Result<v1::ClientFrame> decode_command(std::string_view bytes);
[[nodiscard]] Result<v1::ServerFrame> decode_event(std::string_view bytes);

[[nodiscard]] std::string encode(const v1::ClientFrame& frame);
[[nodiscard]] std::string encode(const v1::ServerFrame& frame);

// Each of the three is given without its entries; these are appended as they are, in order.
[[nodiscard]] std::string encode_batch(const v1::Batch& batch, std::span<const LogEntry> entries);
[[nodiscard]] std::string encode_range(std::uint32_t request_id, const v1::Range& range,
                                       std::span<const LogEntry> entries);
[[nodiscard]] std::string encode_opened(std::uint32_t request_id, const v1::Opened& opened,
                                        std::span<const LogEntry> entries);

// A Batch without its entries; `digest` is that at the last of them.
[[nodiscard]] v1::Batch batch_head(GroupId gid, Epoch epoch, Seq first, const Digest& digest,
                                   storm::Level level);
// How many bytes `entries` are at the end of what encode_batch() makes of them.
[[nodiscard]] std::size_t entries_size(std::span<const LogEntry> entries);
// The entries are those of other batches: of each, so many bytes from its end.
[[nodiscard]] std::string join_batches(const v1::Batch& batch,
                                       std::span<const std::string_view> entries);

// `where` becomes the field's name.
[[nodiscard]] v1::Refused refused_of(const Error& error);
[[nodiscard]] std::string encode_refused(std::uint32_t request_id, const Error& error);

// How many of `entries`, from the front, fit one page: kRangeEntries and kRangeBytes. At least one.
[[nodiscard]] std::size_t page_size(std::span<const LogEntry> entries);

}  // namespace stentor::wire
