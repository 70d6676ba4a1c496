#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>

#include <cstdarg>
#include <filesystem>

#include "base/log.h"
#include "store/rocks/engine.h"
#include "store/rocks/formats.h"
#include "store/rocks/keys.h"
#include "store/rocks/log_check.h"
#include "store/rocks/reading.h"
#include "store/rocks/rows.h"
#include "store/rocks/table_check.h"

namespace stentor::store {
namespace {

constexpr Epoch kFirstEpoch{1};

rocksdb::DBOptions database_options(const RocksOptions& options, rocksdb::Env* env) {
    rocksdb::DBOptions how;
    how.env = env;
    how.create_if_missing = true;
    how.create_missing_column_families = true;
    how.paranoid_checks = true;
    // A torn tail is what a power loss leaves: everything up to it is kept. That nothing which was
    // synced is taken for one is seen to before (log_check.h). Logs that were synced whole are
    // named in the manifest, so that a missing or shortened one is an error all the same.
    how.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    how.track_and_verify_wals_in_manifest = true;
    // After a failed sync nobody knows what the disk holds; trying again would forget the failure.
    how.max_bgerror_resume_count = 0;
    how.max_background_jobs = options.background_jobs;
    how.max_open_files = 512;
    how.max_file_opening_threads = 1;  // Making a thread costs more than opening a few files.
    // What a start after a crash has to read again, at the most: 128 MiB took 6 s.
    how.max_total_wal_size = options.buffer_bytes / 2;
    // Tables reach the disk while they are written: one large sync at their end would make the
    // syncs of commits wait.
    how.bytes_per_sync = std::uint64_t{1} << 20U;
    how.WAL_size_limit_MB = options.kept_log_bytes >> 20U;
    how.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    how.keep_log_file_num = 4;
    how.max_log_file_size = std::size_t{16} << 20U;
    how.stats_dump_period_sec = 0;
    how.stats_persist_period_sec = 0;
    how.skip_stats_update_on_db_open = true;
    return how;
}

rocksdb::ColumnFamilyOptions table_options(const RocksOptions& options,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = cache;
    blocks.block_size = std::size_t{16} << 10U;
    blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    // In pieces: the whole filter of a large table outgrows a shard of the cache, and would be read
    // and checked again for each row that is looked for.
    blocks.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    blocks.partition_filters = true;
    blocks.cache_index_and_filter_blocks = true;
    blocks.pin_top_level_index_and_filter = true;
    blocks.pin_l0_filter_and_index_blocks_in_cache = true;
    blocks.format_version = 5;

    rocksdb::ColumnFamilyOptions how;
    how.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    how.write_buffer_size = options.buffer_bytes;
    // Most rows that are looked for are in no buffer, and a walk down its list costs more than all
    // filters of the tables behind it.
    how.memtable_whole_key_filtering = true;
    how.memtable_prefix_bloom_size_ratio = 0.02;
    how.max_write_buffer_number = 4;
    how.target_file_size_base = options.buffer_bytes;
    how.max_bytes_for_level_base = 4 * options.buffer_bytes;
    how.level_compaction_dynamic_level_bytes = true;
    how.compression = rocksdb::kLZ4Compression;
    return how;
}

std::unexpected<Error> unusable(std::string_view where, const RocksOptions& options,
                                const rocksdb::Status& status) {
    log::error("the store cannot be opened",
               {{"path", options.path}, {"why", where}, {"status", status.ToString()}});
    return std::unexpected(Error{Code::store_unavailable, where});
}

// A new directory's name is on disk only when the directory above it was synced.
rocksdb::Status sync_parent(rocksdb::FileSystem& files, const std::string& path) {
    const std::filesystem::path whole{path};
    const std::filesystem::path above =
        (whole.has_filename() ? whole : whole.parent_path()).parent_path();
    std::unique_ptr<rocksdb::FSDirectory> directory;
    rocksdb::IOStatus status =
        files.NewDirectory(above.empty() ? "." : above.string(), {}, &directory, nullptr);
    if (status.ok()) status = directory->Fsync({}, nullptr);
    return status;
}

// Reads the store's own rows, or writes them into a new one.
rocksdb::Status found(rocksdb::DB& db, Epoch& epoch, std::uint64_t& format) {
    std::string value;
    rocksdb::Status status = db.Get({}, keys::meta("format"), &value);
    if (status.IsNotFound()) {
        format = kFormat;
        epoch = kFirstEpoch;
        rocksdb::WriteBatch batch;
        batch.Put(keys::meta("format"), rows::encode(kFormat));
        batch.Put(keys::meta("epoch"), rows::encode(epoch.value));
        batch.Put(keys::meta("line"), rows::encode(drawn_line()));
        rocksdb::WriteOptions how;
        how.sync = true;
        return db.Write(how, &batch);
    }
    if (!status.ok()) return status;
    format = rows::decode_number(value).value_or(0);
    status = db.Get({}, keys::meta("epoch"), &value);
    if (!status.ok()) return status;
    epoch = {rows::decode_number(value).value_or(0)};
    if (format == 0 || epoch == Epoch{}) return rocksdb::Status::Corruption("meta row");
    return status;
}

// The newest number of the feed: its rows may all have been forgotten.
rocksdb::Status feed_end(const Database& base, std::uint64_t& number) {
    std::string floor;
    const rocksdb::Status status = base.db->Get({}, keys::meta("feed_floor"), &floor);
    if (!status.ok() && !status.IsNotFound()) return status;
    if (status.ok()) number = rows::decode_number(floor).value_or(0);
    const std::unique_ptr<rocksdb::Iterator> row{base.db->NewIterator({}, base.feed)};
    row->SeekToLast();
    if (row->Valid()) number = keys::parse_fixed(row->key().ToStringView()).value_or(number);
    return row->status();
}

void name_tables(std::span<rocksdb::ColumnFamilyHandle* const> handles, Database& base) {
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
        const std::string& name = handle->GetName();
        (name == "entry"    ? base.entries
         : name == "sent"   ? base.sent
         : name == "beside" ? base.beside
         : name == "feed"   ? base.feed
                            : base.rows) = handle;
    }
}

class Silence final : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;
    void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

rocksdb::DBOptions options_to_read(rocksdb::Env* env) {
    rocksdb::DBOptions how = database_options({}, env);
    how.create_if_missing = how.create_missing_column_families = false;
    how.max_open_files = -1;  // Held, so that a running server may drop what it compacted.
    how.info_log = std::make_shared<Silence>();
    return how;
}

// The newest update that RocksDB would recover.
Result<std::uint64_t> newest_recovered(const std::shared_ptr<rocksdb::Env>& env,
                                       const RocksOptions& options) {
    Database base;
    base.env = env;
    const rocksdb::Status status = open_for_reading(options, base);
    if (!status.ok()) return unusable(reason_of(status), options, status);
    return base.db->GetLatestSequenceNumber();
}

// RocksDB 7.8 passes over the error where the first block of a file below level 0 cannot be read:
// a walk ends there as if there were no more rows, and a compaction drops them. So those blocks are
// looked at before the first compaction.
rocksdb::Status look_at_first_blocks(rocksdb::DB& db, rocksdb::Env& env) {
    std::vector<rocksdb::LiveFileMetaData> files;
    db.GetLiveFilesMetaData(&files);
    rocksdb::Options how;
    how.env = &env;
    for (const rocksdb::LiveFileMetaData& file : files) {
        if (file.level == 0) continue;
        rocksdb::SstFileReader reader{how};
        rocksdb::Status status = reader.Open(file.db_path + file.name);
        if (!status.ok()) return status;
        const std::unique_ptr<rocksdb::Iterator> row{reader.NewIterator({})};
        row->SeekToFirst();
        if (!row->status().ok()) return row->status();
    }
    return {};
}

Result<void> refuse_loss(const std::shared_ptr<rocksdb::Env>& env, const RocksOptions& options) {
    const auto lost = find_lost_updates(*env->GetFileSystem(), options.path,
                                        [&] { return newest_recovered(env, options); });
    if (!lost) return std::unexpected(lost.error());
    if (!*lost) return {};
    log::error("the store is damaged", {{"path", options.path}, {"why", **lost}});
    if (options.accept_loss) return {};
    return std::unexpected(
        Error{Code::store_unavailable, "damaged: messages that were stored would be lost"});
}

}  // namespace

std::string_view reason_of(const rocksdb::Status& status) {
    const std::string text = status.ToString();
    if (status.IsNoSpace()) return "no room is left on its disk";
    // RocksDB names its lock file in the two messages for a path that is held.
    if (status.IsIOError() && text.contains("/LOCK")) return "path is held by another process";
    // RocksDB calls a file that it may not open "incompatible", which is no word about versions.
    if (text.contains("Permission denied")) return "its files may not be opened: Permission denied";
    if (text.contains("Read-only file system")) return "its disk may only be read";
    if (text.contains("Too many open files")) return "too many files are open";
    if (text.contains("incompatible with filesystem")) return "cannot be opened";
    if (status.IsInvalidArgument()) return "written by a later version";
    return status.IsCorruption() ? "damaged" : "cannot be opened";
}

// A store whose making was cut short lacks tables.
rocksdb::Status open_for_reading(const RocksOptions& options, Database& base) {
    const rocksdb::DBOptions how = options_to_read(base.env.get());
    std::vector<std::string> names;
    rocksdb::Status status = rocksdb::DB::ListColumnFamilies(how, options.path, &names);
    if (!status.ok()) return status;
    const rocksdb::ColumnFamilyOptions table =
        table_options(options, rocksdb::NewLRUCache(std::size_t{8} << 20U));
    std::vector<rocksdb::ColumnFamilyDescriptor> tables;
    for (const std::string& name : names) tables.emplace_back(name, table);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    status = rocksdb::DB::OpenForReadOnly(how, options.path, tables, &handles, &db);
    if (!status.ok()) return status;
    base.db.reset(db);
    name_tables(handles, base);
    return status;
}

Database::Database(Database&& other) noexcept
    : env(std::move(other.env)),
      db(std::move(other.db)),
      synced(std::move(other.synced)),
      rows(other.rows),
      entries(other.entries),
      sent(other.sent),
      beside(other.beside),
      feed(other.feed) {}

Database::~Database() {
    if (db == nullptr) return;
    // So that the next start has nothing to read again; after a failure it fails, and need not
    // work.
    const std::vector<rocksdb::ColumnFamilyHandle*> tables{rows, entries, sent, beside, feed};
    const bool flushed = rows != nullptr && synced != nullptr && db->Flush({}, tables).ok();
    for (rocksdb::ColumnFamilyHandle* table : tables) {
        if (table != nullptr) db->DestroyColumnFamilyHandle(table);
    }
    const rocksdb::Status closed = db->Close();
    if (!closed.ok()) log::warn("the store did not close well", {{"status", closed.ToString()}});
    if (flushed && closed.ok()) synced->close();
}

Result<std::unique_ptr<Store>> open_rocks_on(std::shared_ptr<rocksdb::Env> env,
                                             const RocksOptions& options) {
    Database base;
    base.env = std::move(env);
    const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
    rocksdb::ColumnFamilyOptions table = table_options(options, cache);
    table.disable_auto_compactions = true;  // Until the tables were looked at.
    const std::vector<rocksdb::ColumnFamilyDescriptor> tables{
        {rocksdb::kDefaultColumnFamilyName, table},
        {"entry", table},
        {"sent", table},
        {"beside", table},
        {"feed", table}};

    if (const auto kept = refuse_loss(base.env, options); !kept) {
        return std::unexpected(kept.error());
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    rocksdb::Status status = rocksdb::DB::Open(database_options(options, base.env.get()),
                                               options.path, tables, &handles, &db);
    if (!status.ok()) return unusable(reason_of(status), options, status);
    base.db.reset(db);
    name_tables(handles, base);
    status = look_at_first_blocks(*db, *base.env);
    if (status.ok()) status = db->EnableAutoCompaction(handles);
    if (!status.ok()) return unusable(reason_of(status), options, status);

    rocksdb::FileSystem& files = *base.env->GetFileSystem();
    status = sync_parent(files, options.path);
    if (status.ok()) {
        status = SyncedMark::begin(files, options.path, db->GetLatestSequenceNumber(), base.synced);
    }
    if (!status.ok()) {
        return unusable(status.IsNoSpace() ? reason_of(status) : "cannot be synced", options,
                        status);
    }
    Epoch epoch;
    std::uint64_t format = 0;
    status = found(*db, epoch, format);
    if (!status.ok()) return unusable(reason_of(status), options, status);
    if (format > kFormat) return unusable("written by a later version", options, status);
    if (format < kOldestFormat) {
        return unusable("written by a version before 0.1.0", options, status);
    }
    std::uint64_t feed_head = 0;
    status = feed_end(base, feed_head);
    if (!status.ok()) return unusable(reason_of(status), options, status);
    auto store = std::make_unique<RocksStore>(std::move(base), epoch, feed_head);
    if (format < kFormat) {
        log::info("the store is brought to a newer form",
                  {{"path", options.path}, {"from", format}, {"to", kFormat}});
        if (const auto brought = store->bring_to_newest_format(format); !brought) {
            return std::unexpected(brought.error());
        }
    }
    return store;
}

Result<std::unique_ptr<Store>> open_rocks_to_read(const std::string& path) {
    const RocksOptions options{.path = path};
    Database base;
    base.env = machine_env();
    if (const auto kept = refuse_loss(base.env, options); !kept) {
        return std::unexpected(kept.error());
    }
    rocksdb::Status status = open_for_reading(options, base);
    if (!status.ok()) return unusable(reason_of(status), options, status);
    Epoch epoch;
    std::uint64_t format = 0;
    status = found(*base.db, epoch, format);
    if (status.ok() && (base.entries == nullptr || base.sent == nullptr || base.beside == nullptr ||
                        base.feed == nullptr)) {
        status = rocksdb::Status::Corruption("a table is missing");
    }
    if (!status.ok()) return unusable(reason_of(status), options, status);
    if (format != kFormat) {
        return unusable(format > kFormat ? "written by a later version"
                                         : "written by an earlier version: restore it into a new "
                                           "folder first, and take that one",
                        options, status);
    }
    return std::make_unique<RocksStore>(std::move(base), epoch, 0);
}

bool has_lost_updates(const std::string& path) {
    return !refuse_loss(machine_env(), {.path = path});
}

Result<Epoch> epoch_of_record(const std::string& path) {
    constexpr int kTimes = 3;  // A running server may drop a file while it is looked for.
    const std::shared_ptr<rocksdb::Env> env = machine_env();
    const rocksdb::DBOptions how = options_to_read(env.get());
    const std::vector<rocksdb::ColumnFamilyDescriptor> tables{
        {rocksdb::kDefaultColumnFamilyName,
         table_options({.path = path}, rocksdb::NewLRUCache(std::size_t{1} << 20U))}};
    rocksdb::Status status;
    for (int n = 0; n < kTimes; ++n) {
        Database base;
        base.env = env;
        std::vector<rocksdb::ColumnFamilyHandle*> handles;
        rocksdb::DB* db = nullptr;
        status = rocksdb::DB::OpenForReadOnly(how, path, tables, &handles, &db);
        if (!status.ok()) continue;
        base.db.reset(db);
        name_tables(handles, base);
        std::string value;
        status = db->Get({}, base.rows, keys::meta("epoch"), &value);
        if (status.ok()) return Epoch{rows::decode_number(value).value_or(0)};
    }
    return std::unexpected(Error{Code::store_unavailable, reason_of(status)});
}

Result<std::unique_ptr<Store>> open_rocks(const RocksOptions& options) {
    // RocksDB itself makes the last directory only. A failure shows when it opens the path.
    std::error_code ignored;
    std::filesystem::create_directories(options.path, ignored);
    return open_rocks_on(machine_env(), options);
}

}  // namespace stentor::store
