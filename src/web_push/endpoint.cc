#include "web_push/endpoint.h"

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>
#include <boost/url/url_view.hpp>
#include <optional>

#include "base/push_limits.h"

namespace stentor::web_push {
namespace {

using net::access::Address;
using net::access::Networks;

std::unexpected<Error> refused(Code code, std::uint64_t limit = 0) {
    return std::unexpected(Error{.code = code, .where = "endpoint", .limit = limit});
}

const Networks& not_public() {
    static const Networks networks = [] {
        constexpr std::array kNetworks{
            "0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
            "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",   "::/127",
            "100::/64",       "2001::/23",      "2001:db8::/32", "fc00::/7",
            "fe80::/10",      "fec0::/10",      "ff00::/8"};
        Networks all;
        for (const char* network : kNetworks) static_cast<void>(all.add(network));
        return all;
    }();
    return networks;
}

// An IPv4 address inside an IPv6 one, of 6to4 (RFC 3056) or of NAT64 (RFC 6052).
std::optional<Address> embedded(const Address& address) {
    constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xff, 0x9b};
    const auto& bytes = address.bytes;
    if (bytes[0] == 0x20 && bytes[1] == 0x02) return net::access::from_v4(bytes.data() + 2);
    if (std::equal(kNat64.begin(), kNat64.end(), bytes.begin())) {
        return net::access::from_v4(bytes.data() + kNat64.size());
    }
    return std::nullopt;
}

std::optional<Address> numeric_host(const boost::urls::url_view& url) {
    const std::string host{url.host_address()};
    return net::access::parse_address(host);
}

}  // namespace

bool is_public(const Address& address) {
    if (not_public().contains(address)) return false;
    const auto inner = embedded(address);
    return !inner || !not_public().contains(*inner);
}

bool may_connect(const Address& address, const Networks& allow) {
    return allow.contains(address) || is_public(address);
}

Result<Endpoint> endpoint_of(std::string_view url, const Networks& allow) {
    namespace urls = boost::urls;
    if (url.empty() || url.size() > limits::kPushEndpointBytes) {
        return refused(Code::bad_field, limits::kPushEndpointBytes);
    }
    const auto parsed = urls::parse_uri({url.data(), url.size()});
    if (!parsed || parsed->host().empty() || parsed->has_userinfo() || parsed->has_fragment()) {
        return refused(Code::bad_field);
    }
    const bool tls = parsed->scheme_id() == urls::scheme::https;
    if (!tls && parsed->scheme_id() != urls::scheme::http) return refused(Code::bad_field);
    const auto host = numeric_host(*parsed);
    // A name may lead anywhere, so without TLS only a numeric address is taken.
    if (!tls && (!host || !allow.contains(*host))) return refused(Code::bad_field);
    if (host && !may_connect(*host, allow)) return refused(Code::not_permitted);
    const std::string authority{parsed->encoded_host_and_port()};
    return Endpoint{.url = std::string{url}, .origin = (tls ? "https://" : "http://") + authority};
}

}  // namespace stentor::web_push
