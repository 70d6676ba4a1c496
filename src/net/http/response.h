#pragma once
// The bytes before an answer's body.

#include <string>

#include "base/time.h"
#include "net/http/message.h"

namespace stentor::net::http {

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Status line to empty line. A 503 or 429 always says when to come back. A header that holds a line
// break is left out: it would let whoever chose the value write headers of their own.
[[nodiscard]] std::string head_of(const Response& response, bool keep_alive, Time now);

}  // namespace stentor::net::http
