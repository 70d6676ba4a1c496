#pragma once
// The wiring of `stentor serve`: one process with all roles over the embedded store.

#include "server/options.h"

namespace stentor::server {

// Runs until SIGTERM or SIGINT, then drains. Prints `listening on http://ADDRESS:PORT` once the
// page can be opened. Throws std::runtime_error with a sentence for the operator when it cannot
// start.
void serve(const ServeOptions& options);

}  // namespace stentor::server
