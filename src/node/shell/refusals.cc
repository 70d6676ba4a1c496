#include "node/shell/refusals.h"

namespace stentor::node {
namespace {

constexpr std::uint8_t kRequestId = 1 << 3;      // ServerFrame.request_id, a varint
constexpr std::uint8_t kRefused = (6 << 3) | 2;  // ServerFrame.refused, a message
constexpr std::uint8_t kCode = 1 << 3;           // Refused.code, a varint
constexpr unsigned kVarintBits = 35;             // All of these have at most 32.

bool take(std::string_view& bytes, std::uint8_t tag) {
    if (bytes.empty() || static_cast<std::uint8_t>(bytes.front()) != tag) return false;
    bytes.remove_prefix(1);
    return true;
}

std::optional<std::uint32_t> take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < kVarintBits && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return static_cast<std::uint32_t>(value);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Code> refused_in(std::string_view frame) {
    if (take(frame, kRequestId) && !take_varint(frame)) return std::nullopt;
    if (!take(frame, kRefused) || !take_varint(frame) || !take(frame, kCode)) return std::nullopt;
    const auto code = take_varint(frame);
    if (!code) return std::nullopt;
    return static_cast<Code>(*code);
}

}  // namespace stentor::node
