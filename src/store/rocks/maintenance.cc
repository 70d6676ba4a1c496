#include <rocksdb/utilities/checkpoint.h>

#include <random>

#include "base/log.h"
#include "store/rocks/engine.h"
#include "store/rocks/rows.h"

namespace stentor::store {
namespace {

// A batch begins with its number, least significant byte first; RocksDB sets it when it writes.
std::uint64_t first_of(const rocksdb::WriteBatch& batch) {
    std::uint64_t number = 0;
    for (unsigned i = 8; i-- > 0;) {
        number = (number << 8U) | static_cast<unsigned char>(batch.Data()[i]);
    }
    return number;
}

std::uint64_t last_of(const rocksdb::WriteBatch& batch) {
    return first_of(batch) + batch.Count() - 1;
}

class LogReader final : public UpdateReader {
public:
    LogReader(rocksdb::DB& db, const Maintenance& engine, std::uint64_t after)
        : db_(db), engine_(engine), next_(after + 1) {}

    Result<std::vector<Update>> next(std::size_t bytes_max) override {
        std::vector<Update> found;
        const std::uint64_t durable = engine_.latest();
        if (next_ > durable) return found;
        const bool fresh = log_ == nullptr;
        if (fresh) {
            const rocksdb::Status status = db_.GetUpdatesSince(next_, &log_);
            if (!status.ok()) return gone(status);
        } else if (!ready_) {
            log_->Next();
        }
        std::size_t bytes = 0;
        for (; ready_ || log_->Valid(); log_->Next()) {
            if (!ready_) take();
            if (ready_ && ready_->first > next_) return gone(log_->status());
            if (ready_ && ready_->last > durable) break;
            if (ready_ && !found.empty() && bytes + ready_->bytes.size() > bytes_max) break;
            if (ready_ && ready_->last >= next_) {
                bytes += ready_->bytes.size();
                next_ = ready_->last + 1;
                found.push_back(*std::move(ready_));
            }
            ready_.reset();
        }
        // What is durable stands in the log, unless that was shortened.
        if (fresh && found.empty() && !log_->status().IsTryAgain()) return gone(log_->status());
        // The log went on in a new file, which another look finds.
        if (!log_->status().ok()) log_.reset();
        return found;
    }

private:
    // Nothing of an empty batch is written anywhere, and it has no number of its own.
    void take() {
        const rocksdb::BatchResult batch = log_->GetBatch();
        const std::uint64_t count = batch.writeBatchPtr->Count();
        if (count == 0) return;
        ready_ = Update{.first = batch.sequence,
                        .last = batch.sequence + count - 1,
                        .bytes = batch.writeBatchPtr->Data()};
    }

    [[nodiscard]] std::unexpected<Error> gone(const rocksdb::Status& status) const {
        log::info("updates are no longer kept", {{"next", next_}, {"status", status.ToString()}});
        return std::unexpected(Error{Code::bad_range, "update", next_});
    }

    rocksdb::DB& db_;
    const Maintenance& engine_;
    std::uint64_t next_;
    std::unique_ptr<rocksdb::TransactionLogIterator> log_;
    std::optional<Update> ready_;  // Read, and not handed out yet.
};

}  // namespace

std::uint64_t drawn_line() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

EngineMemory RocksStore::memory() const {
    EngineMemory memory;
    // Neither can fail for an open database: all tables share one cache.
    base_.db->GetIntProperty(rocksdb::DB::Properties::kBlockCacheUsage, &memory.cached_bytes);
    base_.db->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables,
                                       &memory.unflushed_bytes);
    return memory;
}

// What is in the copy must be durable here as well: see maintenance.h.
Result<std::uint64_t> RocksStore::checkpoint(const std::string& folder) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    rocksdb::Checkpoint* raw = nullptr;
    rocksdb::Status status = rocksdb::Checkpoint::Create(base_.db.get(), &raw);
    const std::unique_ptr<rocksdb::Checkpoint> copier{raw};
    std::uint64_t number = 0;
    if (status.ok()) status = copier->CreateCheckpoint(folder, 0, &number);
    if (status.ok()) status = base_.db->SyncWAL();
    if (status.ok()) return number;
    log::error("a checkpoint failed", {{"folder", folder}, {"status", status.ToString()}});
    return std::unexpected(Error{Code::store_unavailable, "checkpoint"});
}

std::uint64_t RocksStore::wait_above(std::uint64_t number, Millis within) {
    std::unique_lock lock{durable_mutex_};
    durable_rose_.wait_for(lock, within, [&] { return durable_ > number; });
    return durable_;
}

void RocksStore::raise_durable(const rocksdb::WriteBatch& batch) {
    const std::scoped_lock lock{durable_mutex_};
    if (last_of(batch) <= durable_) return;
    durable_ = last_of(batch);
    base_.synced->raise(durable_);
    durable_rose_.notify_all();
}

std::unique_ptr<UpdateReader> RocksStore::updates_after(std::uint64_t number) {
    return std::make_unique<LogReader>(*base_.db, *this, number);
}

Result<void> RocksStore::apply(std::span<const Update> updates) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    std::vector<rocksdb::WriteBatch> batches;
    std::uint64_t next = base_.db->GetLatestSequenceNumber() + 1;
    for (const Update& update : updates) {
        if (update.last < next) continue;
        rocksdb::WriteBatch batch{update.bytes};
        if (update.first != next || first_of(batch) != next || last_of(batch) != update.last) {
            return std::unexpected(Error{Code::bad_range, "update", next});
        }
        next = update.last + 1;
        batches.push_back(std::move(batch));
    }
    for (rocksdb::WriteBatch& batch : batches) {
        const bool last = &batch == &batches.back();
        if (const auto written = write(batch, last); !written) return written;
    }
    return {};
}

Result<std::uint64_t> RocksStore::line() { return read_number({}, keys::meta("line")); }

Result<std::uint64_t> RocksStore::begin_line() {
    const std::uint64_t line = drawn_line();
    rocksdb::WriteBatch batch;
    batch.Put(base_.rows, keys::meta("line"), rows::encode(line));
    if (const auto written = write(batch, true); !written) {
        return std::unexpected(written.error());
    }
    return line;
}

Maintenance* maintenance_of(Store& store) { return dynamic_cast<Maintenance*>(&store); }

}  // namespace stentor::store
