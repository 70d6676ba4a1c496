#include "base/time.h"

#include "base/clock_moved.h"

namespace stentor {

Time now() {
    using std::chrono::steady_clock;
    using std::chrono::system_clock;
    static const auto offset =
        system_clock::now().time_since_epoch() - steady_clock::now().time_since_epoch();
    return Time{
        std::chrono::duration_cast<Millis>(steady_clock::now().time_since_epoch() + offset)};
}

Millis clock_moved() {
    const auto system = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Millis>(system) - now().time_since_epoch();
}

}  // namespace stentor
