#include "net/access/proxy_header.h"

#include "base/limits.h"

namespace stentor::net::access {
namespace {

constexpr std::string_view kSignature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t kFixedBytes = 16;  // Signature, version and command, family, length.

constexpr std::uint8_t kLocal = 0x20;  // Version in the upper half.
constexpr std::uint8_t kProxied = 0x21;

constexpr std::uint8_t kUnspecified = 0x00;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;
constexpr std::size_t kTcp4Bytes = 12;  // Two addresses, two ports.
constexpr std::size_t kTcp6Bytes = 36;

constexpr ProxyHeader kMore{.state = ProxyHeader::State::more, .bytes = 0, .source = {}};
constexpr ProxyHeader kWrong{.state = ProxyHeader::State::wrong, .bytes = 0, .source = {}};

std::uint8_t byte_at(std::string_view bytes, std::size_t index) {
    return static_cast<std::uint8_t>(bytes[index]);
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes) {
    const std::string_view begin = bytes.substr(0, kSignature.size());
    if (begin != kSignature.substr(0, begin.size())) return kWrong;
    if (bytes.size() <= 12) return kMore;
    const std::uint8_t command = byte_at(bytes, 12);
    if (command != kLocal && command != kProxied) return kWrong;
    if (bytes.size() < kFixedBytes) return kMore;

    const std::size_t rest = (std::size_t{byte_at(bytes, 14)} << 8U) | byte_at(bytes, 15);
    if (kFixedBytes + rest > limits::kProxyHeaderBytes) return kWrong;
    const std::uint8_t family = byte_at(bytes, 13);
    if (command == kProxied) {
        // Behind the addresses stand extras (TLVs), of which none is needed.
        const bool known = family == kUnspecified || (family == kTcp4 && rest >= kTcp4Bytes) ||
                           (family == kTcp6 && rest >= kTcp6Bytes);
        if (!known) return kWrong;
    }
    if (bytes.size() < kFixedBytes + rest) return kMore;

    ProxyHeader header{
        .state = ProxyHeader::State::whole, .bytes = kFixedBytes + rest, .source = {}};
    if (command == kLocal || family == kUnspecified) return header;
    const auto* source = reinterpret_cast<const std::uint8_t*>(bytes.data()) + kFixedBytes;
    header.source = family == kTcp4 ? from_v4(source) : from_v6(source);
    return header;
}

}  // namespace stentor::net::access
