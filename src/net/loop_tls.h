#pragma once
// TLS between a socket and the protocol: what the shard's one buffer gets is plaintext.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/backlog.h"
#include "net/loop_state.h"
#include "net/tls/session.h"

namespace stentor::net {

[[nodiscard]] bool receive_tls(LoopState& loop, std::uint32_t index, std::size_t& filled);
[[nodiscard]] std::int64_t write_front(tls::Session& tls, Backlog& backlog, std::string_view front);

}  // namespace stentor::net
