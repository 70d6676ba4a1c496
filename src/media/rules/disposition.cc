#include "media/rules/disposition.h"

#include <cstdint>

namespace stentor::media {
namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Windows forbids these, and "%" would be taken for an escape by older browsers.
bool is_taken_otherwise(char c) {
    return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f ||
           std::string_view{"<>:\"|?*%;`$"}.contains(c);
}

std::string harmless(std::string_view name) {
    const std::size_t slash = name.find_last_of("/\\");
    if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
    std::string kept;
    for (const char c : name) kept += is_taken_otherwise(c) ? '_' : c;
    // A dot in front hides a file, one behind is dropped by Windows.
    while (kept.starts_with('.') || kept.starts_with(' ')) kept.erase(0, 1);
    while (kept.ends_with('.') || kept.ends_with(' ')) kept.pop_back();
    return kept.empty() ? "file" : kept;
}

// A letter of several bytes is one "_".
std::string in_ascii(std::string_view name) {
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x80) text += c;
        if (byte >= 0xc0) text += '_';
    }
    return text;
}

// attr-char, RFC 8187 section 3.2.1
std::string escaped(std::string_view name) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string text;
    for (const char c : name) {
        if (is_alphanumeric(c) || std::string_view{"!#$&+-.^_`|~"}.contains(c)) {
            text += c;
            continue;
        }
        const auto byte = static_cast<std::uint8_t>(c);
        text += '%';
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 0xfU];
    }
    return text;
}

}  // namespace

std::string content_disposition(bool in_place, std::string_view name) {
    const std::string kept = harmless(name);
    return std::string{in_place ? "inline" : "attachment"} + "; filename=\"" + in_ascii(kept) +
           "\"; filename*=UTF-8''" + escaped(kept);
}

}  // namespace stentor::media
