#pragma once
// What a Parser makes of bytes that come in given pieces, as text: for tests and fuzz targets.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/tcp/parser.h"

namespace stentor::net::tcp {

// `piece_bytes(rest)` says how long the next piece is.
template <class PieceBytes>
std::vector<std::string> parse_all(std::uint32_t message_bytes_max, std::string_view bytes,
                                   PieceBytes piece_bytes) {
    Parser parser{message_bytes_max};
    std::vector<std::string> events;
    while (!bytes.empty()) {
        const std::size_t count = std::clamp<std::size_t>(piece_bytes(bytes), 1, bytes.size());
        std::string piece{bytes.substr(0, count)};  // Of its own: an overrun shows.
        bytes.remove_prefix(count);
        std::span<char> rest{piece};
        for (Event event = parser.next(rest); event.kind != Event::Kind::none;
             event = parser.next(rest)) {
            if (event.kind == Event::Kind::too_large) {
                events.emplace_back("too large");
                return events;
            }
            events.push_back("message:" + std::string{event.payload});
        }
    }
    if (parser.halfway()) events.emplace_back("halfway");
    return events;
}

}  // namespace stentor::net::tcp
