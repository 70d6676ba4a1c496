#include "wire/envelope.h"

#include <cstdint>
#include <utility>

namespace stentor::wire {
namespace {

constexpr unsigned kFinalBinary = 0x82;
constexpr unsigned kCompressed = 0x40;

std::string header(unsigned first_byte, std::size_t payload_bytes) {
    std::string bytes{static_cast<char>(first_byte)};
    if (payload_bytes < 126) return bytes += static_cast<char>(payload_bytes);
    const bool short_length = payload_bytes <= 0xffff;
    bytes += static_cast<char>(short_length ? 126 : 127);
    for (unsigned shift = short_length ? 16 : 64; shift != 0;) {
        shift -= 8;
        bytes += static_cast<char>(static_cast<std::uint64_t>(payload_bytes) >> shift);
    }
    return bytes;
}

}  // namespace

std::string websocket_frame(std::string_view payload) {
    std::string frame = header(kFinalBinary, payload.size());
    frame.reserve(frame.size() + payload.size());
    return frame += payload;
}

void append_message(EncodedPush& push, std::string_view payload) {
    push.append(header(kFinalBinary, payload.size()), payload);
}

void append_deflated(EncodedPush& push, std::string_view compressed) {
    push.append(header(kFinalBinary | kCompressed, compressed.size()), compressed);
}

SharedPush shared_push(std::string_view payload) {
    EncodedPush push;
    append_message(push, payload);
    return std::make_shared<const EncodedPush>(std::move(push));
}

}  // namespace stentor::wire
