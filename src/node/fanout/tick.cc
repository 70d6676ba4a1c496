#include "node/fanout/tick.h"

#include "wire/envelope.h"
#include "wire/frames.h"

namespace stentor::fanout {

const SharedPush& Tick::from(int tally) {
    const int tallies = tallies_->tallies_size();
    parts_.resize(static_cast<std::size_t>(tallies) + 1);
    SharedPush& part = parts_[static_cast<std::size_t>(tally)];
    const bool none = tally == tallies;
    if (part || (none && push_->count() == 1)) return part;
    EncodedPush push;
    if (!none) {
        pb::ServerFrame newer;
        *newer.mutable_tallies() = *tallies_;
        newer.mutable_tallies()->mutable_tallies()->DeleteSubrange(0, tally);
        wire::append_message(push, wire::encode(newer));
    }
    push.append_rest(*push_);
    return part = std::make_shared<const EncodedPush>(std::move(push));
}

}  // namespace stentor::fanout
