#pragma once
// The first bytes of a frame (RFC 6455 section 5.2), decoded and checked as far as they can be
// without knowing what came before.

#include <cstdint>
#include <string_view>

#include "net/ws/frame.h"
#include "net/ws/mask.h"
#include "net/ws/parser.h"

namespace stentor::net::ws {

struct FrameHeader {
    Opcode opcode{};
    bool fin{};
    bool compressed{};    // RSV1 of a message's first frame: permessage-deflate, if negotiated.
    std::uint8_t size{};  // Of the header itself.
    Mask mask{};          // Zero in frames of a server: unmasking then changes nothing.
    std::uint64_t payload_bytes{};

    [[nodiscard]] bool control() const { return static_cast<std::uint8_t>(opcode) >= 0x8; }
};

// `wrong` is always a protocol error, and no further byte would change it.
[[nodiscard]] HeaderState decode_header(std::string_view bytes, Role role, FrameHeader& header);

}  // namespace stentor::net::ws
