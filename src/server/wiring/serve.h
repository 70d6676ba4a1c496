#pragma once
// `stentor serve`: a node, and the signals that end it or have it read its settings again.

#include "server/wiring/sources.h"

namespace stentor::server {

// Runs until SIGTERM or SIGINT, then drains; SIGHUP reads the settings again. Prints `listening on
// http://ADDRESS:PORT` once the page can be opened. Throws std::runtime_error with a sentence for
// the operator when it cannot start.
void serve(const Sources& sources);

}  // namespace stentor::server
