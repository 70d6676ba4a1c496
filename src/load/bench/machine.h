#pragma once
// What this machine is busy with and what its kernel holds for sockets. Of the whole machine:
// differences mean something, and only while nothing else goes on.

#include <cstdint>

namespace stentor::bench {

// In the buffers of TCP sockets, whole pages, as tcp_mem counts them (tcp(7)).
[[nodiscard]] std::uint64_t tcp_bytes();
// Memory that the kernel cannot give back, sockets among it, and those buffers; bytes.
[[nodiscard]] std::uint64_t kernel_bytes();
[[nodiscard]] std::uint64_t all_bytes();
// Seconds that all cores together have worked since the machine's start, interrupts included.
[[nodiscard]] double busy_s();

}  // namespace stentor::bench
