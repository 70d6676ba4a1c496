#pragma once
// The PROXY protocol's header, version 2 (haproxy's proxy-protocol.txt, section 2.2): what a load
// balancer says of a connection before the connection itself speaks. Version 1, which is text, is
// refused: one form is enough, and this one cannot be mistaken for a request.
//
// Pure. Limit: kProxyHeaderBytes, refused as soon as the length is known.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/access/address.h"

namespace stentor::net::access {

struct ProxyHeader {
    enum class State : std::uint8_t {
        more,   // What there is may become a header.
        whole,  // `bytes` of it are the header.
        wrong,  // No further byte can make one of it.
    };
    State state{State::more};
    std::size_t bytes{};
    // Who connected to the proxy. Empty when the proxy speaks for itself (LOCAL: a health check)
    // or does not know.
    std::optional<Address> source;
};

[[nodiscard]] ProxyHeader read_proxy_header(std::string_view bytes);

}  // namespace stentor::net::access
