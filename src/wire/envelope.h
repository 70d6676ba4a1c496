#pragma once
// The frame around a server's message: an unmasked, unfragmented binary WebSocket frame (RFC 6455
// section 5.2). Made once for a push, then shared by all sockets that it is written to.

#include <string>
#include <string_view>

#include "base/shared_bytes.h"

namespace stentor::wire {

// Header and payload in one buffer.
[[nodiscard]] std::string websocket_frame(std::string_view payload);
// Of a message that was compressed by permessage-deflate (RFC 7692 section 6): RSV1 is set.
[[nodiscard]] std::string deflated_frame(std::string_view compressed);
// The first of several that stand behind each other.
[[nodiscard]] std::string_view first_frame(std::string_view frames);
// The payload of one of these.
[[nodiscard]] std::string_view payload_of(std::string_view frame);
[[nodiscard]] inline SharedBytes shared_websocket_frame(std::string_view payload) {
    return share(websocket_frame(payload));
}

}  // namespace stentor::wire
