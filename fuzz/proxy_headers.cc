// The PROXY protocol's header: what is read does not depend on how much stands behind it, nothing
// is wrong that could still become a header, and it has a limit.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "check.h"
#include "net/access/forwarded.h"
#include "net/access/proxy_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    namespace access = stentor::net::access;
    using State = access::ProxyHeader::State;
    const std::string_view all{reinterpret_cast<const char*>(bytes), size};
    const access::ProxyHeader whole = access::read_proxy_header(all);
    if (whole.state == State::whole) {
        check(whole.bytes <= size && whole.bytes <= stentor::limits::kProxyHeaderBytes, "a limit");
    }
    State before = State::more;
    for (std::size_t count = 0; count <= size; ++count) {
        const access::ProxyHeader part = access::read_proxy_header(all.substr(0, count));
        if (before != State::more) check(part.state == before, "more bytes change no verdict");
        if (part.state == State::whole) {
            check(part.bytes == whole.bytes && part.source == whole.source, "the same header");
            check(count >= part.bytes, "nothing is read that has not come");
        }
        before = part.state;
    }
    access::Networks trusted;
    check(trusted.add("10.0.0.0/8"), "a network");
    const auto peer = *access::parse_address("10.0.0.1");
    const auto client = access::client_of(peer, all, trusted);
    check(access::parse_address(access::shown(client)) == client, "an address is written as read");
    return 0;
}
