#pragma once
// X-Forwarded-For: the addresses that a request came through, each proxy adding at the end whom it
// heard from. Whoever sends a request may begin the list with anything, so it is read from its end,
// and only as long as listed proxies wrote it.
//
// Pure.

#include <string_view>

#include "net/access/address.h"

namespace stentor::net::access {

// The newest address that is not a listed proxy's: `peer` itself when it is not listed. What cannot
// be read ends the list.
[[nodiscard]] Address client_of(const Address& peer, std::string_view forwarded_for,
                                const Networks& trusted);

}  // namespace stentor::net::access
