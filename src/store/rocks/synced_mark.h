#pragma once
// What was synced, told outside of RocksDB's log: without it nobody could say whether a log that
// ends early was torn by a loss of power or lost acknowledged updates to damage.
//
// Two places tell it. The file `synced` beside the log holds the newest synced update; it is
// overwritten after each sync and not synced itself, so after a kill it is exact and after a loss
// of power it may be behind, never ahead. And each synced write carries what was synced before it
// (a claim), so whatever can be read behind a damaged place proves what stood there. Claims bear a
// number that is drawn at each start and stands in the file: a follower's log also holds its
// leader's claims, which say nothing of its own disk.
//
// Owner: the open database. Thread: one at a time. Cost: a write of 26 bytes into the page cache.

#include <rocksdb/file_system.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stentor::store {

struct Synced {
    std::uint64_t start{};   // Drawn when the store was opened.
    std::uint64_t update{};  // The newest that is durable.
    bool closed{};           // Everything is in tables; the log holds nothing that they do not.

    friend bool operator==(const Synced&, const Synced&) = default;
};

[[nodiscard]] std::string encode(const Synced& synced);
[[nodiscard]] std::optional<Synced> decode_synced(std::string_view bytes);
// None: there is no such file, or it cannot be read.
[[nodiscard]] std::optional<Synced> read_synced(rocksdb::FileSystem& files,
                                                const std::string& folder);

struct Claim {
    std::uint64_t start{};
    std::uint64_t update{};
};
[[nodiscard]] std::string encode(const Claim& claim);
[[nodiscard]] std::optional<Claim> decode_claim(std::string_view bytes);

class SyncedMark {
public:
    // Durable before the first write that bears its claims.
    [[nodiscard]] static rocksdb::IOStatus begin(rocksdb::FileSystem& files,
                                                 const std::string& folder, std::uint64_t update,
                                                 std::unique_ptr<SyncedMark>& mark);

    // A failure is passed over: the file is then behind, which is allowed.
    void raise(std::uint64_t update);
    void close();
    [[nodiscard]] Claim claim() const { return {.start = synced_.start, .update = synced_.update}; }

private:
    SyncedMark(std::unique_ptr<rocksdb::FSRandomRWFile> file, const Synced& synced)
        : file_(std::move(file)), synced_(synced) {}
    [[nodiscard]] rocksdb::IOStatus write();

    std::unique_ptr<rocksdb::FSRandomRWFile> file_;
    Synced synced_;
};

}  // namespace stentor::store
