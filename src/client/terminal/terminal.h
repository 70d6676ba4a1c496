#pragma once
// `stentor chat`: standard input and output, one connection, one client.

#include <string>

#include "base/ids.h"
#include "client/terminal/stream.h"

namespace stentor::terminal {

struct ChatOptions {
    Server server;  // The TCP listener.
    std::string token;
    GroupId gid;  // Opened at once; none: 0.
};

// Until /quit, or the end of standard input and of all that was said there. The process' exit code.
[[nodiscard]] int chat(const ChatOptions& options);

}  // namespace stentor::terminal
