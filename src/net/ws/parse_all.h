#pragma once
// What a Parser makes of bytes that come in given pieces, as text: for tests and fuzz targets.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/ws/parser.h"

namespace stentor::net::ws {

inline std::string shown(const Event& event) {
    using Kind = Event::Kind;
    const std::string payload{event.payload};
    switch (event.kind) {
        case Kind::none: return "none";
        case Kind::binary: return (event.compressed ? "binary, compressed:" : "binary:") + payload;
        case Kind::text: return (event.compressed ? "text, compressed:" : "text:") + payload;
        case Kind::ping: return "ping:" + payload;
        case Kind::pong: return "pong:" + payload;
        case Kind::close: return "close:" + std::to_string(event.code) + ":" + payload;
        case Kind::error: return "error:" + std::to_string(event.code);
    }
    return {};
}

// Feeds `bytes` piece by piece; `piece_bytes(rest)` says how long the next one is. Reading ends
// with a Close or an error, as a connection's does; halfway is told at the end.
template <class PieceBytes>
std::vector<std::string> parse_all(Role role, std::uint32_t message_bytes_max,
                                   std::string_view bytes, PieceBytes piece_bytes,
                                   bool compressed_allowed = false) {
    Parser parser{role, message_bytes_max};
    if (compressed_allowed) parser.allow_compressed();
    std::vector<std::string> events;
    while (!bytes.empty()) {
        const std::size_t count = std::clamp<std::size_t>(piece_bytes(bytes), 1, bytes.size());
        std::string piece{bytes.substr(0, count)};  // Of its own: an overrun shows.
        bytes.remove_prefix(count);
        std::span<char> rest{piece};
        for (Event event = parser.next(rest); event.kind != Event::Kind::none;
             event = parser.next(rest)) {
            events.push_back(shown(event));
            const bool last = event.kind == Event::Kind::close || event.kind == Event::Kind::error;
            if (last) return events;
        }
    }
    if (parser.halfway()) events.emplace_back("halfway");
    return events;
}

}  // namespace stentor::net::ws
