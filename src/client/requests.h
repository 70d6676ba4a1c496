#pragma once
// Commands that go out, until they are answered or late. PURE; over ClientState.

#include <cstdint>

#include "client/state.h"

namespace stentor::v1 {
class ClientFrame;
}

namespace stentor::client {

// Goes out under the next id, which it gets.
std::uint32_t send_command(ClientState& client, Moment moment, v1::ClientFrame& frame,
                           Purpose purpose, GroupId gid);
// Id 0: none has this one.
[[nodiscard]] Request take_request(Requests& requests, std::uint32_t id);
// Those without an answer in time: their outcome is unknown, so they go out again.
void expire_requests(ClientState& client, Moment moment);
// The connection is gone, and with it what was in flight.
void lose_requests(ClientState& client);

// Before the next try.
[[nodiscard]] Millis backoff(const Settings& settings, std::uint32_t tries, std::uint64_t random);

}  // namespace stentor::client
