#pragma once
// Between UTF-8 and ICU, for the sources of this folder alone.

#include <unicode/unistr.h>

#include <string>
#include <string_view>

namespace stentor::text {

// Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] inline icu::UnicodeString utf16_of(std::string_view text) {
    return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

[[nodiscard]] inline std::string utf8_of(const icu::UnicodeString& text) {
    std::string bytes;
    text.toUTF8String(bytes);
    return bytes;
}

}  // namespace stentor::text
