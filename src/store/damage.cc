#include "store/damage.h"

namespace stentor::store {

bool Damage::note(std::string_view place) {
    ++reads_;
    const std::scoped_lock lock{mutex_};
    if (known_.size() >= kPlacesKept || !known_.emplace(place).second) return false;
    ++places_;
    return true;
}

Damage& damage() {
    static Damage noted;
    return noted;
}

}  // namespace stentor::store
