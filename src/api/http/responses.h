#pragma once
// Answers in JSON, and how a refusal looks in HTTP.

#include <string>
#include <string_view>

#include "base/code.h"
#include "net/http/message.h"

namespace stentor::v1 {
class Refused;
}

namespace stentor::api {

// Also sets what every answer carries: nothing is guessed about its type or kept by a cache.
[[nodiscard]] net::http::Response json_response(unsigned status, std::string body);

// {"code","number","field","limit","retry_after_ms"}, "rule" where one refused it, and Retry-After
// where there is a time, as there always is for 503 and 429.
[[nodiscard]] net::http::Response refusal(const Error& error);
[[nodiscard]] net::http::Response refusal(unsigned status, const Error& error);
// With a sentence in "why", for the operator who reads it.
[[nodiscard]] net::http::Response refusal_saying(const Error& error, std::string_view why);

// An owner's, as it came over the bus.
[[nodiscard]] net::http::Response refusal(const v1::Refused& refused);

[[nodiscard]] net::http::Response wrong_method(std::string_view allowed);

// Prometheus' text format.
[[nodiscard]] net::http::Response metrics_response(std::string text);

// RFC 9110 section 15.
[[nodiscard]] unsigned status_of(Code code);

}  // namespace stentor::api
