#pragma once
// Looks at a table file when RocksDB opens it, before RocksDB does. RocksDB 7.8 takes apart the
// block of a table's properties before it verifies that block's checksum, and a bit that says "this
// block has a hash index", which no such block has, ends the process in an assertion. Everything
// else that may be damaged in a table it refuses by itself.
//
// Cost: three small reads for a table that is opened; nothing after that.

#include <rocksdb/env.h>

#include <memory>

namespace stentor::store {

// That of this machine, as it is.
[[nodiscard]] std::shared_ptr<rocksdb::Env> machine_env();
// `env`, whose tables are looked at. A table that would end the process is Corruption.
[[nodiscard]] std::shared_ptr<rocksdb::Env> looking_at_tables(
    const std::shared_ptr<rocksdb::Env>& env);

}  // namespace stentor::store
