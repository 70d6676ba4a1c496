#pragma once
// The frame around a server's message: an unmasked, unfragmented binary WebSocket frame (RFC 6455
// section 5.2). Made once for a push, then shared by all sockets that it is written to.

#include <string>
#include <string_view>

#include "base/encoded_push.h"

namespace stentor::wire {

// Header and payload in one buffer.
[[nodiscard]] std::string websocket_frame(std::string_view payload);

void append_message(EncodedPush& push, std::string_view payload);
// Of a message that was compressed by permessage-deflate (RFC 7692 section 6): RSV1 is set.
void append_deflated(EncodedPush& push, std::string_view compressed);
// A push of one message.
[[nodiscard]] SharedPush shared_push(std::string_view payload);

}  // namespace stentor::wire
