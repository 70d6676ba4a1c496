// Addresses that the operator has banned: nobody comes in from there, and who is in is put out.

#include <utility>

#include "net/http/response.h"
#include "net/loop.h"
#include "net/loop_constants.h"

namespace stentor::net {
namespace {

constexpr Error kBanned{.code = Code::banned, .where = "address"};
constexpr std::uint16_t kBannedClose = 4'000 + static_cast<std::uint16_t>(Code::banned);

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
void Loop::set_bans(std::shared_ptr<const access::Bans> bans) {
    bans_ = std::move(bans);
    for (std::uint32_t index = 0; index < table_.places(); ++index) end_if_banned(index);
}

// A listed proxy speaks for everybody behind it.
bool Loop::banned(const access::Address& client) const {
    return bans_ != nullptr && bans_->hold(client, now_) && !trusted_.contains(client);
}

Loop::Refusal Loop::count_banned() {
    counters_.refused_banned.add();
    return {.why = "this address is banned", .error = kBanned};
}

void Loop::end_if_banned(std::uint32_t index) {
    const Connection& connection = table_.at(index);
    const bool ends = connection.phase == Phase::free || connection.dead ||
                      connection.phase == Phase::closing || connection.phase == Phase::lingering;
    if (ends || !banned(address_of(connection))) return;
    const Refusal refusal = count_banned();
    // Its next request would find the connection closed, and the one after it nobody to accept it.
    if (connection.phase != Phase::open) return doom(index);
    if (connection.framed) return refuse_tcp(index, refusal.error);
    send(table_.token(index), handler_->refusal(refusal.error));
    if (connection.dead) return;
    start_close(index, kBannedClose, name_of(Code::banned), Phase::closing);
}

}  // namespace stentor::net
