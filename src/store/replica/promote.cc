#include "store/replica/promote.h"

#include "base/log.h"

namespace stentor::replica {

Result<Promoted> promote(const Place& place, const OpenCopy& open, bool lost_nothing, Epoch least) {
    if (!place.follows()) return std::unexpected(Error{Code::not_found, "following"});
    if (!std::filesystem::exists(place.store())) {
        return std::unexpected(Error{Code::not_found, "store"});
    }
    Result<Copy> copy = open(place.store());
    if (!copy) return std::unexpected(copy.error());

    Promoted promoted{.raised = !lost_nothing && !place.holds_all()};
    if (promoted.raised) {
        const Result<Epoch> raised = copy->store->raise_epoch(least);
        if (!raised) return std::unexpected(raised.error());
    } else if (const auto line = copy->face->begin_line(); !line) {
        return std::unexpected(line.error());
    }
    const Result<Epoch> epoch = copy->store->epoch();
    if (!epoch) return std::unexpected(epoch.error());
    promoted.epoch = *epoch;
    log::info("promoted", {{"epoch", promoted.epoch.value},
                           {"raised", promoted.raised},
                           {"updates", copy->face->latest()}});
    copy->store.reset();
    place.end();
    return promoted;
}

}  // namespace stentor::replica
