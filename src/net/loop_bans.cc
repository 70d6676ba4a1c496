#include "net/loop_bans.h"

#include <utility>

#include "net/http/response.h"
#include "net/loop_accept.h"
#include "net/loop_constants.h"
#include "net/loop_lifetime.h"
#include "net/loop_tcp.h"
#include "net/loop_websocket.h"
#include "net/loop_write.h"

namespace stentor::net {
namespace {

constexpr Error kBanned{.code = Code::banned, .where = "address"};
constexpr std::uint16_t kBannedClose = 4'000 + static_cast<std::uint16_t>(Code::banned);

void end_if_banned(LoopState& loop, std::uint32_t index) {
    const Connection& connection = loop.table.at(index);
    const bool ends = connection.phase == Phase::free || connection.dead ||
                      connection.phase == Phase::closing || connection.phase == Phase::lingering;
    if (ends || !is_banned(loop, address_of(connection))) return;
    const Refusal refusal = count_banned(loop);
    // Its next request would find the connection closed, and the one after it nobody to accept it.
    if (connection.phase != Phase::open) return doom(loop, index);
    if (connection.framed) return refuse_tcp(loop, index, refusal.error);
    loop.shard.send(loop.table.token(index), loop.handler->refusal(refusal.error));
    if (connection.dead) return;
    start_close(loop, index, kBannedClose, name_of(Code::banned), Phase::closing);
}

}  // namespace

http::Response banned_response() {
    return {.status = 403,
            .content_type = "application/json",
            .body = share(R"({"code":"BANNED","number":411,"field":"address","limit":0,)"
                          R"("retry_after_ms":0})"
                          "\n"),
            .headers = {{.name = "Cache-Control", .value = "no-store"}}};
}

// A look at each connection: where nobody comes through a proxy, a system call for each. That is
// some milliseconds in a shard of ten thousand, whenever the operator changes a ban.
void set_bans(LoopState& loop, std::shared_ptr<const access::Bans> bans) {
    loop.accepting.bans = std::move(bans);
    for (std::uint32_t index = 0; index < loop.table.places(); ++index) end_if_banned(loop, index);
}

// A listed proxy speaks for everybody behind it.
bool is_banned(const LoopState& loop, const access::Address& client) {
    return loop.accepting.bans != nullptr && loop.accepting.bans->hold(client, loop.now) &&
           !loop.trusted.contains(client);
}

Refusal count_banned(LoopState& loop) {
    loop.counters.refused_banned.add();
    return {.why = "this address is banned", .error = kBanned};
}

}  // namespace stentor::net
