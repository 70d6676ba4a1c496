#pragma once
// Who is let in: the listeners, the admission of half-open connections, what is said to those who
// are turned away. Owns LoopState::accepting.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "net/access/address.h"
#include "net/access/admission.h"
#include "net/loop_state.h"

namespace stentor::net {

// Why nobody new is let in: `why` says it to people, the Error to programs.
struct Refusal {
    std::string_view why{};
    Error error{};
};

void set_handshakes(LoopState& loop, std::uint32_t per_s);
[[nodiscard]] inline bool is_accepting(const LoopState& loop) {
    return !loop.accepting.listeners.empty();
}

[[nodiscard]] std::vector<std::uint16_t> open_listeners(LoopState& loop, Handler& handler,
                                                        std::span<const std::uint16_t> ports);
void accept_some(LoopState& loop, std::size_t listener, unsigned count_max);
[[nodiscard]] bool locate_client(LoopState& loop, std::uint32_t index,
                                 const access::Address& client);
void end_half_open(LoopState& loop, std::uint32_t index);
void start_transport(LoopState& loop, std::uint32_t index);
void start_protocol(LoopState& loop, std::uint32_t index);
[[nodiscard]] access::Address address_of(const Connection& connection);
[[nodiscard]] access::Address client_of(const LoopState& loop, const Connection& connection,
                                        std::string_view forwarded_for);
void resume_accepting(LoopState& loop);
void stop_accepting(LoopState& loop);

}  // namespace stentor::net
