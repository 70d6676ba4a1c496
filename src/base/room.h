#pragma once
// Whether the disk of the record has room. RocksDB cannot go on after a write that found none: what
// the disk then holds is unknown until a new process reads it. So nothing is written near the end.
//
// Thread: any. Cost: an atomic load; a look at the file system every kRoomLookEvery.

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/code.h"
#include "base/time.h"

namespace stentor {

// What is being written to tables, and what a few merges of tables need.
inline constexpr std::uint64_t kLeastRoom = std::uint64_t{128} << 20U;  // Bytes
inline constexpr std::uint64_t kRoomToStart = std::uint64_t{16} << 20U;
inline constexpr Millis kRoomLookEvery{500};
inline constexpr std::uint32_t kRoomRetryMs = 10'000;

inline constexpr Error kNoRoom{
    .code = Code::store_unavailable, .where = "disk", .retry_after_ms = kRoomRetryMs};

class Room {
public:
    // Bytes that are free for this process; none: it cannot be told, and there is said to be room.
    using Look = std::function<std::optional<std::uint64_t>()>;
    explicit Room(Look look) : look_{std::move(look)} {}

    // Tells the log once when it ends and once when it is back.
    [[nodiscard]] bool enough(Time now);

private:
    const Look look_;
    std::atomic<Time> next_look_{};
    std::atomic<bool> enough_{true};
};

// Bytes free at `path`.
[[nodiscard]] std::optional<std::uint64_t> free_bytes(const std::string& path);

// The room of this process' record. Until a place was named, which is done once, there is room.
void watch_room(const std::string& path);
[[nodiscard]] bool has_room();

}  // namespace stentor
