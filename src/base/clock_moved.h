#pragma once
// now() goes by the clock that never leaps, from where the system's clock stood at the start. This
// tells how far that one has been set ahead since; negative: back.
//
// Thread: any.

#include "base/time.h"

namespace stentor {

[[nodiscard]] Millis clock_moved();

}  // namespace stentor
