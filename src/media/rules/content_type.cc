#include "media/rules/content_type.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace stentor::media {
namespace {

using namespace std::string_view_literals;

struct Mark {
    std::size_t at;
    std::string_view bytes;
    std::string_view type;
};

// In the order of their numbers in the WHATWG's "MIME Sniffing" (section 6), then PDF (ISO 32000).
constexpr std::array kMarks{
    Mark{0, "\xff\xd8\xff"sv, "image/jpeg"}, Mark{0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    Mark{0, "GIF87a"sv, "image/gif"},        Mark{0, "GIF89a"sv, "image/gif"},
    Mark{0, "OggS\0"sv, "video/ogg"},        Mark{0, "ID3"sv, "audio/mpeg"},
    Mark{0, "%PDF-"sv, "application/pdf"},
};

bool stands_at(std::string_view bytes, std::size_t at, std::string_view mark) {
    return bytes.size() >= at && bytes.substr(at).starts_with(mark);
}

// RIFF: a kind at the ninth byte.
std::string_view riff_type(std::string_view first) {
    if (!first.starts_with("RIFF")) return {};
    if (stands_at(first, 8, "WEBPVP")) return "image/webp";
    if (stands_at(first, 8, "WAVE")) return "audio/wav";
    return {};
}

// ISO 14496-12: the first box is "ftyp" and lists the brands that the file is one of.
std::string_view brand_type(std::string_view first) {
    if (!stands_at(first, 4, "ftyp")) return {};
    const auto size = [&](std::size_t at) { return static_cast<std::uint8_t>(first[at]); };
    const std::size_t box = (std::size_t{size(2)} << 8U) | size(3);
    const std::string_view brands = first.substr(0, std::min(box, first.size()));
    const auto has = [&](std::string_view brand) {
        for (std::size_t at = 8; at + 4 <= brands.size(); at += at == 8 ? 8 : 4) {
            if (brands.substr(at, 4) == brand) return true;
        }
        return false;
    };
    if (has("avif") || has("avis")) return "image/avif";
    constexpr std::array kMovies{"isom"sv, "iso2"sv, "iso4"sv, "iso5"sv, "iso6"sv,
                                 "mp41"sv, "mp42"sv, "avc1"sv, "M4V "sv, "M4A "sv};
    return std::ranges::any_of(kMovies, has) ? "video/mp4"sv : ""sv;
}

// Matroska's header (RFC 8794) with the document type that browsers play.
std::string_view webm_type(std::string_view first) {
    if (!first.starts_with("\x1a\x45\xdf\xa3")) return {};
    return first.contains("\x42\x82\x84webm"sv) ? "video/webm"sv : ""sv;
}

// ISO 11172-3: a frame of layer III begins with eleven set bits, and neither its rate of bits nor
// of samples is one of those that are kept back.
std::string_view mp3_type(std::string_view first) {
    if (first.size() < 4) return {};
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(first[at]); };
    const bool frame = byte(0) == 0xff && (byte(1) & 0xe6U) == 0xe2U && (byte(1) & 0x18U) != 0x08U;
    const bool rates = (byte(2) & 0xf0U) != 0xf0U && (byte(2) & 0x0cU) != 0x0cU;
    return frame && rates ? "audio/mpeg"sv : ""sv;
}

std::string_view as_sound(std::string_view type) {
    if (type == "video/webm") return "audio/webm";
    if (type == "video/mp4") return "audio/mp4";
    return type == "video/ogg" ? "audio/ogg"sv : type;
}

}  // namespace

std::string_view content_type_of(std::string_view first, std::string_view declared) {
    first = first.substr(0, kSniffBytes);
    std::string_view type;
    for (const Mark& mark : kMarks) {
        if (stands_at(first, mark.at, mark.bytes)) type = mark.type;
    }
    for (const auto look : {riff_type, brand_type, webm_type, mp3_type}) {
        if (type.empty()) type = look(first);
    }
    if (type.empty()) return kUnknownType;
    return declared.starts_with("audio/") ? as_sound(type) : type;
}

bool shown_in_place(std::string_view type) {
    return type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/");
}

}  // namespace stentor::media
