#pragma once
// The record in a database that speaks MySQL's protocol, shared by many processes. schema.cc has
// every table.
//
// Thread: any. Each call takes a connection of a pool, and waits for one while all are taken.
// Commits of one call are one transaction; calls of several committers go on side by side up to
// the number of the feed, which is one row (docs/decisions/0043).
//
// Nothing is kept in memory between two calls: another process, or a copy that takes over, may
// have written since.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/time.h"
#include "store/store.h"

namespace stentor::store {

struct MysqlOptions {
    std::string host;    // Empty: the socket.
    std::string socket;  // A path, where there is no host.
    std::uint16_t port = 3306;
    std::string database;  // Must be there; its tables are made.
    std::string user;
    std::string password;
    std::string authority;  // A file of certificates: TLS to a server that proves its name by one.
    Millis connect_within{3'000};
    Millis answer_within{10'000};  // Of a statement; its connection ends then.
    std::uint32_t lock_wait_s = 2;
    std::size_t writers = 4;  // Connections.
    std::size_t readers = 8;
};

// Brings the tables to the newest form. store_unavailable: `where` says whether the server cannot
// be reached, refuses the user or the database, is none that this was tried with, or holds a later
// form; the log line has the details.
[[nodiscard]] Result<std::unique_ptr<Store>> open_mysql(const MysqlOptions& options);

}  // namespace stentor::store
