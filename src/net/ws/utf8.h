#pragma once
// UTF-8 as RFC 3629 has it (no overlong forms, no surrogates, nothing above U+10FFFF), checked
// piece by piece.

#include <cstdint>
#include <string_view>

namespace stentor::net::ws {

class Utf8 {
public:
    // False as soon as no continuation could make it valid; stays false.
    [[nodiscard]] bool add(std::string_view bytes);
    // Whether it may end here: not within a character.
    [[nodiscard]] bool whole() const { return left_ == 0 && !bad_; }

private:
    std::uint8_t left_{0};      // Continuation bytes still to come.
    std::uint8_t least_{0x80};  // Bounds of the next one.
    std::uint8_t most_{0xbf};
    bool bad_{false};
};

[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace stentor::net::ws
