#pragma once
// The least that a fan-out can cost, on the very sockets that the server writes to: as many threads
// as it has shards, each with a copy of one shard's descriptors in a table of its own, that do
// nothing but send() the same bytes to each. No second million of sockets has to be held, and both
// sides of a comparison meet the same peers, in the same order, in the same kernel memory.
//
// While it exists a socket that the server closes stays open. Only to be run while the server is
// quiet: its own bytes must not be cut in two.
//
// Thread: one. pidfd_getfd(2) of a thread needs Linux 6.9 (PIDFD_THREAD).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "load/bench/server_process.h"

namespace stentor::bench {

class ServerSocketFloor {
public:
    // Of those whose peer's address begins with `prefix` ("127.1."). Throws std::runtime_error.
    ServerSocketFloor(const ServerProcess& server, const std::string& prefix);
    ServerSocketFloor(const ServerSocketFloor&) = delete;
    ServerSocketFloor& operator=(const ServerSocketFloor&) = delete;
    ~ServerSocketFloor();

    [[nodiscard]] std::size_t sockets() const;
    // `frame` to everybody. Nanoseconds of CPU time that the sending threads used.
    std::uint64_t send(const std::string& frame);

private:
    class SendingThread;
    std::vector<std::unique_ptr<SendingThread>> threads_;
};

}  // namespace stentor::bench
