#pragma once
// Whether settings that are right one by one fit each other and the files that they name. What
// `stentor serve` refuses to start with is what `stentor check-config` says, in the same words.
//
// Thread: any, before anything listens. Cost: reads each file that the settings name.

#include <string>
#include <vector>

#include "config/settings.h"

namespace stentor::server {

// A sentence for each flaw, which begins with the key; none: right.
[[nodiscard]] std::vector<std::string> flaws_of(const config::Settings& settings);

}  // namespace stentor::server
