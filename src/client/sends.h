#pragma once
// Sends on their way out of the outbox, and what the server says to them. PURE; over ClientState.

#include <cstdint>

#include "client/state.h"

namespace stentor::v1 {
class Refused;
class Sent;
}  // namespace stentor::v1

namespace stentor::client {

void flush_outbox(ClientState& client, Moment moment);
void on_sent(ClientState& client, const v1::Sent& sent);
void refused_send(ClientState& client, Moment moment, std::uint32_t request_id,
                  const v1::Refused& refused);
// True: its chain goes out again, and the other requests of the chain are in flight no more.
bool send_expired(ClientState& client, Moment moment, const Request& request);
// All of the group that is unanswered goes out again, from the oldest, not before `when`.
void send_again(ClientState& client, GroupId gid, Time when, bool one_at_a_time);

}  // namespace stentor::client
