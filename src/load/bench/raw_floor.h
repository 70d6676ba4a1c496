#pragma once
// The least that a fan-out can cost on this machine: threads that do nothing but send() the same
// bytes to as many sockets, accepted and tuned as the server's are, with a descriptor table of
// their own each. Sender and receivers are processes of their own, so that neither shares tables,
// locks or caches with what it is compared with.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace stentor::bench {

// Of one message to all watchers; nanoseconds.
struct FanoutTimes {
    std::uint64_t first{};  // From the send to the first receiver ...
    std::uint64_t median{};
    std::uint64_t p99{};
    std::uint64_t last{};
    std::uint64_t cpu{};  // Of the sending threads.
    std::uint64_t reached{};
};

class RawFloor {
public:
    // Throws std::runtime_error. Before the first thread of this process.
    RawFloor(std::size_t watchers, std::size_t threads);
    RawFloor(const RawFloor&) = delete;
    RawFloor& operator=(const RawFloor&) = delete;
    ~RawFloor();

    // One message of `payload_bytes`, which must fit a socket's buffer, to everybody.
    FanoutTimes run(std::size_t payload_bytes);

private:
    pid_t receiver_{-1};  // Which has the sender as a child.
    int to_{-1};
    int from_{-1};
};

}  // namespace stentor::bench
