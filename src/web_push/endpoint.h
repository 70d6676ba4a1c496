#pragma once
// Where a push service may stand. A browser gives its address and so anybody can: nothing is sent
// to an address inside the operator's own network unless they allow it, and only there without TLS.
//
// Pure. A name is resolved when it is connected to, and what it led to is asked of may_connect().

#include <string>
#include <string_view>

#include "base/code.h"
#include "net/access/address.h"

namespace stentor::web_push {

struct Endpoint {
    std::string url;
    std::string origin;  // RFC 6454 section 6.2.
};

// bad_field, not_permitted: of `endpoint`.
[[nodiscard]] Result<Endpoint> endpoint_of(std::string_view url,
                                           const net::access::Networks& allow);

// In neither a private network nor one that means this machine, this link or nobody (RFC 6890).
[[nodiscard]] bool is_public(const net::access::Address& address);
[[nodiscard]] bool may_connect(const net::access::Address& address,
                               const net::access::Networks& allow);

}  // namespace stentor::web_push
