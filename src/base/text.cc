#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace stentor {
namespace {

struct Span {
    char32_t first;
    char32_t last;
};

// Unicode 15: general categories Cc, Zl, Zp, and the bidirectional and invisible ones of Cf. The
// joiners U+200C and U+200D stay: Persian and many emoji are written with them.
constexpr std::array<Span, 11> kForbidden{{{0x00, 0x1f},
                                           {0x7f, 0x9f},
                                           {0xad, 0xad},
                                           {0x61c, 0x61c},
                                           {0x180e, 0x180e},
                                           {0x200b, 0x200b},
                                           {0x200e, 0x200f},
                                           {0x2028, 0x202e},
                                           {0x2060, 0x206f},
                                           {0xfeff, 0xfeff},
                                           {0xfff9, 0xfffb}}};
constexpr std::array<Span, 7> kSpaces{{{0x20, 0x20},
                                       {0xa0, 0xa0},
                                       {0x1680, 0x1680},
                                       {0x2000, 0x200a},
                                       {0x202f, 0x202f},
                                       {0x205f, 0x205f},
                                       {0x3000, 0x3000}}};

template <std::size_t N>
bool holds(const std::array<Span, N>& spans, char32_t c) {
    return std::ranges::any_of(spans, [c](Span span) { return span.first <= c && c <= span.last; });
}

}  // namespace

std::optional<char32_t> next_character(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    const std::size_t length = lead < 0x80            ? 1
                               : (lead >> 5U) == 0x06 ? 2
                               : (lead >> 4U) == 0x0e ? 3
                               : (lead >> 3U) == 0x1e ? 4
                                                      : 0;
    if (length == 0 || text.size() < length) return std::nullopt;
    char32_t c = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return std::nullopt;
        c = (c << 6U) | (byte(i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    if (c < kLeast[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return std::nullopt;
    text.remove_prefix(length);
    return c;
}

bool valid_utf8(std::string_view text) {
    while (!text.empty()) {
        if (!next_character(text)) return false;
    }
    return true;
}

std::string_view beginning_of(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    // UTF-8: 10xxxxxx goes on with what began before.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    return text.substr(0, end);
}

bool plain_line(std::string_view text) {
    std::optional<char32_t> last;
    while (!text.empty()) {
        const std::optional<char32_t> c = next_character(text);
        if (!c || holds(kForbidden, *c) || (!last && holds(kSpaces, *c))) return false;
        last = c;
    }
    return last && !holds(kSpaces, *last);
}

std::string name_key(std::string_view name) {
    std::string key{name};
    for (char& c : key) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return key;
}

}  // namespace stentor
