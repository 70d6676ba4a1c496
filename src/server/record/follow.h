#pragma once
// `stentor serve` of a server that follows another one: it copies, answers the operator, and serves
// nobody else.

#include <csignal>

#include "config/settings.h"

namespace stentor::server {

enum class Followed : std::uint8_t {
    stopped,   // By a signal.
    promoted,  // `stentor promote` asked for it: the folder is one to serve from.
};
// `signals` are blocked. Throws std::runtime_error.
[[nodiscard]] Followed follow(const config::Settings& settings, const sigset_t& signals);

}  // namespace stentor::server
