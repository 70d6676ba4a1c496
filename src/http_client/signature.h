#pragma once
// The header that a request carries so that its receiver knows who sent it, and that it is not an
// old one played again:
//
//   Stentor-Signature: t=<Unix ms>,v1=<64 hexadecimal digits>
//
// The digits are HMAC-SHA256 (RFC 2104) under the shared secret of the bytes `t`, '.', body.

#include <string>
#include <string_view>

#include "base/time.h"

namespace stentor::http_client {

inline constexpr std::string_view kSignatureHeader = "Stentor-Signature";

[[nodiscard]] std::string signature(std::string_view secret, Time time, std::string_view body);

}  // namespace stentor::http_client
