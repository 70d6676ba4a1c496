#include "base/uuid_text.h"

#include <cstddef>

namespace stentor {
namespace {

constexpr std::size_t kTextBytes = 36;

// Before these bytes stands a dash.
constexpr bool dash_before(std::size_t byte) {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

std::optional<unsigned> digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return std::nullopt;
}

}  // namespace

std::string to_text(const Cmid& cmid) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < cmid.bytes.size(); ++i) {
        if (dash_before(i)) text += '-';
        text += kDigits[cmid.bytes[i] >> 4U];
        text += kDigits[cmid.bytes[i] & 0xfU];
    }
    return text;
}

std::optional<Cmid> cmid_from_text(std::string_view text) {
    if (text.size() != kTextBytes) return std::nullopt;
    std::string raw;
    for (std::size_t byte = 0; byte < 16; ++byte) {
        if (dash_before(byte)) {
            if (text.front() != '-') return std::nullopt;
            text.remove_prefix(1);
        }
        const auto high = digit(text[0]);
        const auto low = digit(text[1]);
        if (!high || !low) return std::nullopt;
        raw += static_cast<char>((*high << 4U) | *low);
        text.remove_prefix(2);
    }
    return Cmid::from(raw);
}

}  // namespace stentor
