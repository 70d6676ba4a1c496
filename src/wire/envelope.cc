#include "wire/envelope.h"

#include <cstdint>

namespace stentor::wire {

std::string websocket_frame(std::string_view payload) {
    constexpr char kFinalBinary = static_cast<char>(0x82);
    std::string frame;
    frame.reserve(payload.size() + 10);
    frame += kFinalBinary;
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

}  // namespace stentor::wire
