#include "group/rules/fold.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/text.h"

namespace stentor::rules {
namespace {

struct Span {
    char32_t first;
    char32_t last;
};

bool within(char32_t c, char32_t first, char32_t last) { return first <= c && c <= last; }

// Unicode 15: what is drawn without a width of its own.
constexpr std::array<Span, 12> kWithoutWidth{{{0x00ad, 0x00ad},
                                              {0x0300, 0x036f},
                                              {0x061c, 0x061c},
                                              {0x115f, 0x1160},
                                              {0x17b4, 0x17b5},
                                              {0x180b, 0x180f},
                                              {0x200b, 0x200f},
                                              {0x202a, 0x202e},
                                              {0x2060, 0x206f},
                                              {0xfe00, 0xfe0f},
                                              {0xfeff, 0xfeff},
                                              {0xe0000, 0xe01ef}}};

bool without_width(char32_t c) {
    return std::ranges::any_of(kWithoutWidth,
                               [c](Span span) { return within(c, span.first, span.last); });
}

// Full-width forms, letters in circles, mathematical alphabets: each is a run of plain ones.
char32_t plain(char32_t c) {
    if (c == 0x3000) return U' ';
    if (within(c, 0xff01, 0xff5e)) return c - 0xfee0;
    if (within(c, 0x24b6, 0x24cf)) return c - 0x24b6 + U'a';
    if (within(c, 0x24d0, 0x24e9)) return c - 0x24d0 + U'a';
    if (within(c, 0x1d400, 0x1d6a3)) return (c - 0x1d400) % 26 + U'a';
    if (within(c, 0x1d7ce, 0x1d7ff)) return (c - 0x1d7ce) % 10 + U'0';
    return c;
}

char32_t lower_latin_extended(char32_t c) {
    if (c == 0x130) return U'i';
    if (c == 0x178) return 0xff;
    const bool capital_is_odd = within(c, 0x139, 0x148) || within(c, 0x179, 0x17e);
    return (c % 2 == 1) == capital_is_odd ? c + 1 : c;
}

char32_t lower(char32_t c) {
    if (c < 0x80) return within(c, U'A', U'Z') ? c + 32 : c;
    if (within(c, 0xc0, 0xde)) return c == 0xd7 ? c : c + 32;
    if (within(c, 0x100, 0x17e)) return c == 0x131 || c == 0x138 ? c : lower_latin_extended(c);
    if (within(c, 0x391, 0x3a9)) return c + 32;
    if (c == 0x3c2) return 0x3c3;  // One letter, two forms.
    if (within(c, 0x400, 0x40f)) return c + 80;
    if (within(c, 0x410, 0x42f)) return c + 32;
    if (within(c, 0x460, 0x481) || within(c, 0x48a, 0x4bf)) return c | 1U;
    if (within(c, 0x531, 0x556)) return c + 48;
    return c;
}

}  // namespace

std::u32string folded(std::string_view text) {
    std::u32string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::optional<char32_t> c = next_character(text);
        if (!c) text.remove_prefix(1);
        if (!c || !without_width(*c)) out += c ? lower(plain(*c)) : U'\ufffd';
    }
    return out;
}

bool is_spaced_letter(char32_t c) {
    if (c < 0x80) return within(c, U'a', U'z') || within(c, U'A', U'Z') || within(c, U'0', U'9');
    return within(c, 0xc0, 0x58f) && c != 0xd7 && c != 0xf7;
}

}  // namespace stentor::rules
