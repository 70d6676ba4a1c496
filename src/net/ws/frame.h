#pragma once
// RFC 6455 section 5: opcodes, close codes, and the bytes of frames that are written.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stentor::net::ws {

enum class Opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa,
};

// Section 7.4.1. 1005 and 1006 are never written.
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kUnsupportedKind = 1003;
inline constexpr std::uint16_t kNone = 1005;  // Stands for "no code was in the frame".
inline constexpr std::uint16_t kBadPayload = 1007;
inline constexpr std::uint16_t kPolicy = 1008;
inline constexpr std::uint16_t kTooLarge = 1009;
inline constexpr std::uint16_t kInternal = 1011;
inline constexpr std::uint16_t kTryLater = 1013;
}  // namespace close_code

// Whether a Close frame may carry it: 1000 to 1014 but the reserved ones, 3000 to 4999.
[[nodiscard]] bool may_be_sent(std::uint16_t code);

// The longest header: two bytes, eight of length, four of mask.
inline constexpr std::size_t kHeaderBytesMax = 14;

struct HeaderBytes {
    std::array<char, kHeaderBytesMax> bytes;
    std::uint8_t size;
    [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};

// FIN is set: nothing here writes fragments.
[[nodiscard]] HeaderBytes server_header(Opcode opcode, std::uint64_t payload_bytes);

// ---- Whole frames of a server. `payload` of a control frame is cut to 125 bytes.
[[nodiscard]] std::string server_frame(Opcode opcode, std::string_view payload);
// kNone gives an empty payload; a reason too long is cut at a UTF-8 boundary.
[[nodiscard]] std::string close_payload(std::uint16_t code, std::string_view reason);
[[nodiscard]] std::string server_close(std::uint16_t code, std::string_view reason);

// ---- Whole frames of a client, masked with `mask`, which must be unpredictable (section 5.3).
[[nodiscard]] std::string client_frame(Opcode opcode, std::string_view payload, std::uint32_t mask,
                                       bool fin = true);
[[nodiscard]] std::string client_close(std::uint16_t code, std::string_view reason,
                                       std::uint32_t mask);

}  // namespace stentor::net::ws
