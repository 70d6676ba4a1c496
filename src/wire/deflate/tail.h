#pragma once
// What ends a flush of deflate: left out of each message that is sent (RFC 7692 section 7.2.1), and
// put behind each that is read (section 7.2.2).

#include <string_view>

namespace stentor::deflate {

inline constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};

}  // namespace stentor::deflate
