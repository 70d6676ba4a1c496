#pragma once
// The opening handshake, RFC 6455 section 4, both sides, and the Origin rule.
//
// Pure: reads headers that were parsed elsewhere.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stentor::net::ws {

inline constexpr std::string_view kSubprotocol = "stentor.v1";

// Header values; nothing where the header is absent.
struct Handshake {
    std::string_view method;
    unsigned http_version{};  // 11 for HTTP/1.1
    std::optional<std::string_view> host;
    std::optional<std::string_view> upgrade;
    std::optional<std::string_view> connection;
    std::optional<std::string_view> version;
    std::optional<std::string_view> key;
    std::optional<std::string_view> protocol;
    std::optional<std::string_view> origin;
};

struct Verdict {
    unsigned status{};        // 101, 400, 403, 405 or 426 (which names the version it wants)
    std::string_view reason;  // A literal, for the refused.
};

// `origins`: those allowed, as browsers send them, beside the own one: an Origin whose host is the
// Host header's. No Origin at all is no browser, and allowed.
[[nodiscard]] Verdict judge(const Handshake& handshake, std::span<const std::string> origins);

// base64(SHA-1(key + the GUID of section 1.3))
[[nodiscard]] std::string accept_key(std::string_view key);
// The whole answer, status line to empty line. `extensions`: of permessage_deflate(), or none.
[[nodiscard]] std::string accepted(std::string_view key, std::string_view extensions = {});

// What to answer to offers of extensions (the values of Sec-WebSocket-Extensions, joined by
// commas): the first offer of permessage-deflate that can be met, without context takeover on
// either side (RFC 7692 section 7); empty when there is none.
[[nodiscard]] std::string permessage_deflate(std::string_view offers);

// ---- The client's side

// `key`: 16 random bytes in base64. An empty `origin` sends none, and an empty `protocol` offers
// none.
[[nodiscard]] std::string request(std::string_view host, std::string_view path,
                                  std::string_view key, std::string_view origin = {},
                                  std::string_view protocol = kSubprotocol);
// Reads an answer's header. Nothing: it is not complete yet. Else its length in bytes, or 0 when it
// does not accept `key` and `protocol`; an empty one accepts no subprotocol.
[[nodiscard]] std::optional<std::size_t> answer_bytes(std::string_view received,
                                                      std::string_view key,
                                                      std::string_view protocol = kSubprotocol);

}  // namespace stentor::net::ws
