#pragma once
// Looks at a table file when RocksDB opens it, before RocksDB does. RocksDB 7.8 takes apart the
// block of a table's properties before it verifies that block's checksum, and a bit that says "this
// block has a hash index", which no such block has, ends the process in an assertion. Everything
// else that may be damaged in a table it refuses by itself.
//
// Cost: three small reads for a table that is opened; nothing after that.

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <memory>

namespace stentor::store {

// `files`, where a table that would end the process is Corruption.
[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> looking_at_tables(
    const std::shared_ptr<rocksdb::FileSystem>& files);
// This machine's, so looked at.
[[nodiscard]] std::shared_ptr<rocksdb::Env> machine_env();

}  // namespace stentor::store
