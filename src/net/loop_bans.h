#pragma once
// Addresses that the operator has banned: nobody comes in from there, and who is in is put out.

#include <memory>

#include "net/access/bans.h"
#include "net/http/message.h"
#include "net/loop_accept.h"
#include "net/loop_state.h"

namespace stentor::net {

// What HTTP answers to a banned address, as the API writes refusals.
[[nodiscard]] http::Response banned_response();

void set_bans(LoopState& loop, std::shared_ptr<const access::Bans> bans);
[[nodiscard]] bool is_banned(const LoopState& loop, const access::Address& client);
[[nodiscard]] Refusal count_banned(LoopState& loop);

}  // namespace stentor::net
