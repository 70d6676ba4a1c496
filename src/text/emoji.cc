#include "text/emoji.h"

#include <unicode/uchar.h>

#include "base/limits.h"
#include "base/text.h"
#include "text/unicode.h"

namespace stentor::text {
namespace {

constexpr UChar32 kShownAsEmoji = 0xfe0f;  // Variation selector 16

bool is(UChar32 c, UProperty property) { return u_hasBinaryProperty(c, property) != 0; }

// UTS 51, ED-18: the selector stands behind each character that is shown as text without it, unless
// a skin tone, which says the same, stands there.
icu::UnicodeString qualified(const icu::UnicodeString& bare) {
    icu::UnicodeString form;
    for (std::int32_t i = 0; i < bare.length(); i = bare.moveIndex32(i, 1)) {
        const UChar32 c = bare.char32At(i);
        form.append(c);
        if (!is(c, UCHAR_EMOJI) || is(c, UCHAR_EMOJI_PRESENTATION)) continue;
        const std::int32_t next = bare.moveIndex32(i, 1);
        if (next < bare.length() && is(bare.char32At(next), UCHAR_EMOJI_MODIFIER)) continue;
        form.append(kShownAsEmoji);
    }
    return form;
}

}  // namespace

std::optional<std::string> emoji_form(std::string_view text) {
    if (text.empty() || text.size() > limits::kEmojiBytes || !valid_utf8(text)) return std::nullopt;
    icu::UnicodeString bare = utf16_of(text);
    bare.findAndReplace(icu::UnicodeString{kShownAsEmoji}, icu::UnicodeString{});
    const icu::UnicodeString form = qualified(bare);
    if (u_stringHasBinaryProperty(form.getBuffer(), form.length(), UCHAR_RGI_EMOJI) == 0) {
        return std::nullopt;
    }
    std::string stored = utf8_of(form);
    if (stored.size() > limits::kEmojiBytes) return std::nullopt;
    return stored;
}

bool may_be_taken_away(std::string_view text) {
    return !text.empty() && text.size() <= limits::kEmojiBytes;
}

}  // namespace stentor::text
