#include "net/loop_state.h"

#include <cmath>

namespace stentor::net {
namespace {

// A shard's share of what is bounded for all. The kernel spreads connections by chance: one shard
// may get so many more than another.
std::uint32_t share_of(std::uint32_t all, std::uint32_t shards) {
    const double mean = static_cast<double>(all) / shards;
    return shards == 1 ? all : static_cast<std::uint32_t>(std::ceil(mean + 5 * std::sqrt(mean)));
}

access::Admission::Limits limits_of(const Options& options) {
    const Handshakes& handshakes = options.handshakes;
    return {.per_s = static_cast<double>(handshakes.per_s) / options.shards,
            .open = share_of(handshakes.open, options.shards),
            .open_of_one = share_of(handshakes.open_of_one, options.shards)};
}

}  // namespace

LoopState::LoopState(std::uint32_t shard_id, const Options& given, const access::Networks& proxies,
                     Mailbox& mails, Gate& passes)
    : id(shard_id),
      options(given),
      trusted(proxies),
      mailbox(mails),
      gate(passes),
      shard(*this),
      now(stentor::now()),
      random(std::random_device{}()),
      table(shard_id),
      wheel(now),
      accepting{.admission = access::Admission{limits_of(given), now, random()}} {}

}  // namespace stentor::net
