#include "net/ws/utf8.h"

#include <cstring>

namespace stentor::net::ws {
namespace {

// What a lead byte promises: how many bytes follow, and the bounds of the first of them, which is
// where overlong forms, surrogates and too large code points show (RFC 3629 section 4).
struct Lead {
    std::uint8_t left;
    std::uint8_t least;
    std::uint8_t most;
    bool good;
};

constexpr Lead lead_of(std::uint8_t byte) {
    if (byte < 0xc2) return {.left = 0, .least = 0, .most = 0, .good = false};
    if (byte < 0xe0) return {.left = 1, .least = 0x80, .most = 0xbf, .good = true};
    if (byte == 0xe0) return {.left = 2, .least = 0xa0, .most = 0xbf, .good = true};
    if (byte == 0xed) return {.left = 2, .least = 0x80, .most = 0x9f, .good = true};
    if (byte < 0xf0) return {.left = 2, .least = 0x80, .most = 0xbf, .good = true};
    if (byte == 0xf0) return {.left = 3, .least = 0x90, .most = 0xbf, .good = true};
    if (byte < 0xf4) return {.left = 3, .least = 0x80, .most = 0xbf, .good = true};
    if (byte == 0xf4) return {.left = 3, .least = 0x80, .most = 0x8f, .good = true};
    return {.left = 0, .least = 0, .most = 0, .good = false};
}

// How many bytes from the front are ASCII, in steps of eight.
std::size_t ascii_words(std::string_view bytes) {
    std::size_t at = 0;
    std::uint64_t word = 0;
    while (at + sizeof word <= bytes.size()) {
        std::memcpy(&word, bytes.data() + at, sizeof word);
        if ((word & 0x8080808080808080ULL) != 0) break;
        at += sizeof word;
    }
    return at;
}

}  // namespace

bool Utf8::add(std::string_view bytes) {
    if (bad_) return false;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (left_ == 0) {
            at += ascii_words(bytes.substr(at));
            if (at == bytes.size()) break;
        }
        const auto byte = static_cast<std::uint8_t>(bytes[at]);
        if (left_ > 0) {
            if (byte < least_ || byte > most_) {
                bad_ = true;
                return false;
            }
            --left_;
            least_ = 0x80;
            most_ = 0xbf;
        } else if (byte >= 0x80) {
            const Lead lead = lead_of(byte);
            if (!lead.good) {
                bad_ = true;
                return false;
            }
            left_ = lead.left;
            least_ = lead.least;
            most_ = lead.most;
        }
    }
    return true;
}

bool is_utf8(std::string_view bytes) {
    Utf8 utf8;
    return utf8.add(bytes) && utf8.whole();
}

}  // namespace stentor::net::ws
