#include "net/access/forwarded.h"

namespace stentor::net::access {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Some proxies write a port behind the address: "192.0.2.1:5555", "[2001:db8::1]:5555".
std::string_view without_port(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        return end == std::string_view::npos ? std::string_view{} : text.substr(1, end - 1);
    }
    const std::size_t colon = text.find(':');
    const bool only_one = colon != std::string_view::npos && colon == text.rfind(':');
    return only_one ? text.substr(0, colon) : text;
}

}  // namespace

Address client_of(const Address& peer, std::string_view forwarded_for, const Networks& trusted) {
    Address client = peer;
    while (trusted.contains(client) && !forwarded_for.empty()) {
        const std::size_t comma = forwarded_for.rfind(',');
        const bool first = comma == std::string_view::npos;
        const std::string_view newest = first ? forwarded_for : forwarded_for.substr(comma + 1);
        forwarded_for = first ? std::string_view{} : forwarded_for.substr(0, comma);
        const auto address = parse_address(without_port(trimmed(newest)));
        if (!address) break;
        client = *address;
    }
    return client;
}

}  // namespace stentor::net::access
