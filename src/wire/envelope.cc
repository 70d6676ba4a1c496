#include "wire/envelope.h"

#include <cstdint>

namespace stentor::wire {
namespace {

std::string framed(unsigned first_byte, std::string_view payload) {
    std::string frame;
    frame.reserve(payload.size() + 10);
    frame += static_cast<char>(first_byte);
    if (payload.size() < 126) {
        frame += static_cast<char>(payload.size());
    } else {
        const bool short_length = payload.size() <= 0xffff;
        frame += static_cast<char>(short_length ? 126 : 127);
        for (unsigned shift = short_length ? 16 : 64; shift != 0;) {
            shift -= 8;
            frame += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift);
        }
    }
    frame += payload;
    return frame;
}

std::size_t header_size(std::string_view frame) {
    const auto length = static_cast<std::uint8_t>(frame[1]);
    return length < 126 ? 2 : length == 126 ? 4 : 10;
}

constexpr unsigned kFinalBinary = 0x82;
constexpr unsigned kCompressed = 0x40;

}  // namespace

std::string websocket_frame(std::string_view payload) { return framed(kFinalBinary, payload); }
std::string deflated_frame(std::string_view compressed) {
    return framed(kFinalBinary | kCompressed, compressed);
}

std::string_view first_frame(std::string_view frames) {
    const std::size_t header = header_size(frames);
    std::uint64_t payload = header == 2 ? static_cast<std::uint8_t>(frames[1]) : 0;
    for (const char byte : frames.substr(2, header - 2)) {
        payload = (payload << 8U) | static_cast<std::uint8_t>(byte);
    }
    return frames.substr(0, header + payload);
}

std::string_view payload_of(std::string_view frame) { return frame.substr(header_size(frame)); }

}  // namespace stentor::wire
