#pragma once

namespace stentor::server {

// The process' exit code: 0 when what was asked for was done, 1 when it was refused or failed, 2
// for a command line that cannot be understood.
int run(int argc, char** argv);

}  // namespace stentor::server
