#pragma once
// RocksDB's log format, read without RocksDB: its own reader stops at the first record that it
// cannot read and does not say whether anything stood behind it. Write-ahead logs and manifests
// have it: blocks of 32 KiB with records of a checksum (4), a length (2), a type (1) and bytes; a
// record that does not fit is cut into first, middle and last (RocksDB's db/log_format.h).
//
// Pure. Cost: one pass over the bytes; in a block with damage, a look at each of its bytes.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace stentor::store {

// CRC-32C (RFC 3720, B.4).
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

// `visit` is given each whole record, in order, also those behind damage. Returns where the first
// record stands that cannot be read; none when all of them can.
using VisitRecord = std::function<void(std::string_view record, bool behind_damage)>;
[[nodiscard]] std::optional<std::uint64_t> read_log_file(std::string_view bytes,
                                                         const VisitRecord& visit);

}  // namespace stentor::store
