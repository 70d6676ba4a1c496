#include "client/terminal/harmless.h"

#include <cstddef>
#include <cstdint>

namespace stentor::terminal {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct Character {
    std::uint32_t code{};
    std::size_t bytes{};  // 0: broken.
};

Character first_of(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return {.code = lead, .bytes = 1};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
    std::uint32_t code = lead & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return {};
        code = (code << 6U) | (byte(i) & 0x3fU);
    }
    // Longer than it had to be, a half of a pair of UTF-16, or beyond the last character.
    const std::uint32_t least = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least || surrogate || code > 0x10ffff) return {};
    return {.code = code, .bytes = bytes};
}

bool acts_on_a_terminal(std::uint32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const bool direction = code == 0x061c || code == 0x200e || code == 0x200f ||
                           (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    const bool separator = code == 0x2028 || code == 0x2029 || code == 0xfeff;
    return control || direction || separator;
}

}  // namespace

std::string harmless(std::string_view text, std::string_view indent) {
    std::string shown;
    while (!text.empty()) {
        const Character next = first_of(text);
        if (next.bytes == 0 ||
            (acts_on_a_terminal(next.code) && next.code != '\n' && next.code != '\t')) {
            shown.append(kReplacement);
        } else if (next.code == '\n') {
            shown.append("\n").append(indent);
        } else if (next.code == '\t') {
            shown.push_back(' ');
        } else {
            shown.append(text.substr(0, next.bytes));
        }
        text.remove_prefix(next.bytes == 0 ? 1 : next.bytes);
    }
    return shown;
}

}  // namespace stentor::terminal
