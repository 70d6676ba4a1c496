#include "net/ws/frame_header.h"

#include "base/limits.h"

namespace stentor::net::ws {
namespace {

constexpr bool is_known(unsigned opcode) {
    return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xa);
}

constexpr std::uint64_t number_of(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = (number << 8U) | static_cast<std::uint8_t>(byte);
    return number;
}

}  // namespace

HeaderState decode_header(std::string_view bytes, Role role, FrameHeader& header) {
    if (bytes.empty()) return HeaderState::incomplete;
    const auto first = static_cast<std::uint8_t>(bytes[0]);
    const bool reserved = (first & 0x30U) != 0;
    if (reserved || !is_known(first & 0x0fU)) return HeaderState::wrong;
    header.fin = (first & 0x80U) != 0;
    header.compressed = (first & 0x40U) != 0;
    header.opcode = static_cast<Opcode>(first & 0x0fU);
    if (header.control() && !header.fin) return HeaderState::wrong;
    const bool begins = header.opcode == Opcode::text || header.opcode == Opcode::binary;
    if (header.compressed && !begins) return HeaderState::wrong;

    if (bytes.size() < 2) return HeaderState::incomplete;
    const auto second = static_cast<std::uint8_t>(bytes[1]);
    const bool masked = (second & 0x80U) != 0;
    if (masked != (role == Role::server)) return HeaderState::wrong;
    const unsigned short_length = second & 0x7fU;
    if (header.control() && short_length > limits::kControlBytes) return HeaderState::wrong;

    const std::size_t length_bytes = short_length < 126 ? 0 : short_length == 126 ? 2 : 8;
    if (bytes.size() < 2 + length_bytes) return HeaderState::incomplete;
    header.payload_bytes = short_length;
    if (length_bytes > 0) {
        header.payload_bytes = number_of(bytes.substr(2, length_bytes));
        const std::uint64_t least = length_bytes == 2 ? 126 : 0x10000;
        const bool top_bit = (header.payload_bytes >> 63U) != 0;
        if (header.payload_bytes < least || top_bit) return HeaderState::wrong;
    }

    header.size = static_cast<std::uint8_t>(2 + length_bytes + (masked ? header.mask.size() : 0));
    if (bytes.size() < header.size) return HeaderState::incomplete;
    header.mask = {};
    if (masked) bytes.copy(header.mask.data(), header.mask.size(), 2 + length_bytes);
    return HeaderState::whole;
}

}  // namespace stentor::net::ws
