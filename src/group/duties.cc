#include "group/duties.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "group/loads.h"
#include "group/pipeline.h"
#include "group/state.h"

namespace stentor::group {

void publish_duties(GroupState& group, Time now) {
    Duties& duties = group.duties;
    if (!duties.moved || duties.loading) return;
    if (now < duties.told + storm::slowed(limits::kTicksEvery, storm_level(group))) return;
    duties = {.loading = true, .told = now};
    load(group, LoadStaff{});
}

// Whether what is in flight gets stored is not known, and the staff that is looked up is not told.
void keep_duties(GroupState& group) {
    group.duties.moved |= std::exchange(group.duties.loading, false) ||
                          std::ranges::any_of(group.pipeline.in_flight, &Operation::moves_duties);
}

void on_staff_loaded(GroupState& group, const Result<Found>& found) {
    group.duties.loading = false;
    if (!found) {  // Asked again at the next tick.
        group.duties.moved = true;
        return;
    }
    for (const auto& row : std::get<std::vector<store::MemberRow>>(*found)) {
        group.port.nudge(bus::DutiesMoved{.uid = row.uid, .gid = group.gid});
    }
}

}  // namespace stentor::group
