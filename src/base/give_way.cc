#include "base/give_way.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace stentor {

// Linux keeps the priority of each thread apart (sched(7)). That it cannot be lowered does not
// happen.
void give_way() {
    constexpr int kLower = 10;
    constexpr int kLowest = 19;
    const auto thread = static_cast<id_t>(gettid());
    const int mine = getpriority(PRIO_PROCESS, thread);
    static_cast<void>(setpriority(PRIO_PROCESS, thread, std::min(mine + kLower, kLowest)));
}

}  // namespace stentor
