#pragma once
// The other face of an engine that keeps a log of its own: copies of the whole record, and
// everything that was written since a point, to be written into such a copy elsewhere.
//
// Updates are numbered by the engine: 1, 2, 3 ... for as long as a record lives. A copy goes on
// counting where the record stood. Numbers tell nothing about groups.
//
// Thread: any; calls block. Only what is durable is ever handed out: a follower that held what its
// leader then lost with the power would have another history.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/code.h"
#include "base/time.h"

namespace stentor::store {

// One write of the engine, opaque; it counts as the updates from `first` to `last`.
struct Update {
    std::uint64_t first{};
    std::uint64_t last{};
    std::string bytes;

    friend bool operator==(const Update&, const Update&) = default;
};

// One thread at a time.
class UpdateReader {
public:
    UpdateReader() = default;
    UpdateReader(const UpdateReader&) = delete;
    UpdateReader& operator=(const UpdateReader&) = delete;
    virtual ~UpdateReader() = default;
    // Those that come next, in order and without a gap; about `bytes_max`, at least one where there
    // is one; none when nothing new is durable. bad_range: what comes next is no longer kept.
    [[nodiscard]] virtual Result<std::vector<Update>> next(std::size_t bytes_max) = 0;
};

struct EngineMemory {
    std::uint64_t cached_bytes{};     // Of blocks that were read; bounded by the engine's options.
    std::uint64_t unflushed_bytes{};  // Of rows that stand in its log only.
};

class Maintenance {
public:
    virtual ~Maintenance() = default;

    [[nodiscard]] virtual EngineMemory memory() const = 0;

    // A consistent copy of the running record into `folder`, which must not exist yet and is best
    // on the same file system: then nothing but the newest rows is copied. Returns a number up to
    // which it holds every update; it may hold later ones.
    [[nodiscard]] virtual Result<std::uint64_t> checkpoint(const std::string& folder) = 0;

    // The newest durable update.
    [[nodiscard]] virtual std::uint64_t latest() const = 0;
    // Waits until latest() is above `number`, at most `within`. Returns latest().
    [[nodiscard]] virtual std::uint64_t wait_above(std::uint64_t number, Millis within) = 0;
    [[nodiscard]] virtual std::unique_ptr<UpdateReader> updates_after(std::uint64_t number) = 0;

    // On a copy: writes updates of the original, all of them or, after a failure, the first ones.
    // Those that it has already are passed over. Returns when they are durable. bad_range: they do
    // not continue it. Nothing else may write to a copy meanwhile, and whoever reads it afterwards
    // opens it again.
    virtual Result<void> apply(std::span<const Update> updates) = 0;

    // Names this history of updates: a copy has its original's, and may follow it only while both
    // are the same. Changed where a copy goes its own way, and by raise_epoch().
    [[nodiscard]] virtual Result<std::uint64_t> line() = 0;
    [[nodiscard]] virtual Result<std::uint64_t> begin_line() = 0;
};

}  // namespace stentor::store
