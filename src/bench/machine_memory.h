#pragma once
// What the kernel of this machine holds for sockets. Of the whole machine: differences mean
// something, and only while nothing else goes on.

#include <cstdint>

namespace stentor::bench {

// Pages in the buffers of TCP sockets, as tcp_mem counts them (tcp(7)).
[[nodiscard]] std::uint64_t tcp_pages();
// Memory that the kernel cannot give back, sockets among it, and those buffers; bytes.
[[nodiscard]] std::uint64_t kernel_bytes();
// Free, or given back on demand; bytes.
[[nodiscard]] std::uint64_t available_bytes();

}  // namespace stentor::bench
