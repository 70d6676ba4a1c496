#pragma once
// The system calls around sockets and descriptor tables. Errors are std::system_error: all but
// peer_address() belong to start-up.

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <span>

#include "net/access/address.h"
#include "net/options.h"

namespace stentor::net {

// Gives the calling thread a descriptor table of its own, with nothing in it but standard input,
// output and error, and `keep`. From then on its sockets need no lock shared with other threads,
// and RLIMIT_NOFILE counts for this table alone. Files that other threads have open are not held
// open here, and a listener opened afterwards is in no other table: closing it ends it.
void take_own_descriptor_table(std::span<const int> keep);

// A non-blocking listener with SO_REUSEPORT. What the sockets it accepts need (small send buffer,
// no Nagle, user timeout) is set on it once: Linux passes it on.
[[nodiscard]] int open_listener(const Options& options, const Listener& listener,
                                std::uint16_t port);
[[nodiscard]] std::uint16_t port_of(int listener);

// Fails when somebody listens there already. SO_REUSEPORT alone would not tell: a second server of
// the same user would silently share the port with the first.
void check_address_free(const Listener& listener);

// Empty when the peer has gone.
[[nodiscard]] std::optional<access::Address> peer_address(int descriptor);
[[nodiscard]] access::Address address_of(const sockaddr_storage& storage);

// RLIMIT_NOFILE, the soft one.
[[nodiscard]] std::uint64_t descriptor_limit();

}  // namespace stentor::net
