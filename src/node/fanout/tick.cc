#include "node/fanout/tick.h"

#include "wire/envelope.h"
#include "wire/frames.h"

namespace stentor::fanout {

void Tick::read() {
    const std::string_view first = wire::first_frame(*frames_);
    rest_ = first.size();
    tallies_ = wire::decode_event(wire::payload_of(first)).value_or(pb::ServerFrame{});
    parts_.resize(static_cast<std::size_t>(tallies_.tallies().tallies_size()) + 1);
}

const SharedBytes& Tick::from(int tally) {
    SharedBytes& part = parts_[static_cast<std::size_t>(tally)];
    const std::string_view rest = std::string_view{*frames_}.substr(rest_);
    const bool none = tally == tallies_.tallies().tallies_size();
    if (part || (none && rest.empty())) return part;
    std::string bytes;
    if (!none) {
        pb::ServerFrame newer = tallies_;
        newer.mutable_tallies()->mutable_tallies()->DeleteSubrange(0, tally);
        bytes = wire::websocket_frame(wire::encode(newer));
    }
    part = share(bytes += rest);
    return part;
}

}  // namespace stentor::fanout
