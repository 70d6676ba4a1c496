#include "net/ws/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace stentor::net::ws {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_text(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// Whether a comma-separated list holds `token`. Subprotocols are compared exactly, the rest without
// regard to case.
bool lists(std::string_view list, std::string_view token, bool exactly) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view item = trimmed(list.substr(0, comma));
        if (exactly ? item == token : same_text(item, token)) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

// Sixteen bytes in base64 are 22 characters and two of padding.
bool is_key(std::string_view key) {
    const auto is_base64 = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/';
    };
    return key.size() == 24 && key.ends_with("==") &&
           std::ranges::all_of(key.substr(0, 22), is_base64);
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
    return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

// An Origin's host is compared with the Host header after taking the scheme's own port from both.
bool same_host(std::string_view origin, std::string_view host) {
    for (const auto& [scheme, port] :
         {std::pair<std::string_view, std::string_view>{"http://", ":80"}, {"https://", ":443"}}) {
        if (origin.size() <= scheme.size() || !same_text(origin.substr(0, scheme.size()), scheme)) {
            continue;
        }
        const std::string_view from = without_suffix(origin.substr(scheme.size()), port);
        return same_text(from, without_suffix(host, port));
    }
    return false;
}

bool origin_allowed(const Handshake& handshake, std::span<const std::string> origins) {
    if (!handshake.origin) return true;
    if (same_host(*handshake.origin, *handshake.host)) return true;
    return std::ranges::any_of(
        origins, [&](std::string_view allowed) { return same_text(allowed, *handshake.origin); });
}

// The value of a header in an answer's text; nothing when it is absent or stands there twice.
std::optional<std::string_view> value_in(std::string_view lines, std::string_view name) {
    std::optional<std::string_view> value;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find("\r\n"), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 2, lines.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !same_text(line.substr(0, colon), name)) continue;
        if (value) return std::nullopt;
        value = trimmed(line.substr(colon + 1));
    }
    return value;
}

}  // namespace

Verdict judge(const Handshake& handshake, std::span<const std::string> origins) {
    if (handshake.method != "GET") return {405, "a WebSocket begins with GET"};
    if (handshake.http_version < 11) return {400, "HTTP/1.1 is needed"};
    if (!handshake.host || handshake.host->empty()) return {400, "Host is missing"};
    if (!handshake.upgrade || !lists(*handshake.upgrade, "websocket", false)) {
        return {400, "Upgrade must name websocket"};
    }
    if (!handshake.connection || !lists(*handshake.connection, "upgrade", false)) {
        return {400, "Connection must name Upgrade"};
    }
    if (!handshake.version || trimmed(*handshake.version) != "13") {
        return {426, "Sec-WebSocket-Version must be 13"};
    }
    if (!handshake.key || !is_key(trimmed(*handshake.key))) {
        return {400, "Sec-WebSocket-Key must be 16 bytes in base64"};
    }
    if (!handshake.protocol || !lists(*handshake.protocol, kSubprotocol, true)) {
        return {400, "Sec-WebSocket-Protocol must offer stentor.v1"};
    }
    if (!origin_allowed(handshake, origins)) return {403, "this Origin is not allowed"};
    return {101, {}};
}

std::string accept_key(std::string_view key) {
    const std::string joined = std::string{trimmed(key)}.append(kGuid);
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(joined.data()), joined.size(), digest.data());
    std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> text{};
    const int size = EVP_EncodeBlock(text.data(), digest.data(), SHA_DIGEST_LENGTH);
    return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

std::string accepted(std::string_view key, std::string_view extensions) {
    std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Protocol: ";
    answer.append(kSubprotocol).append("\r\nSec-WebSocket-Accept: ");
    answer.append(accept_key(key));
    if (!extensions.empty()) {
        answer.append("\r\nSec-WebSocket-Extensions: ").append(extensions);
    }
    answer.append("\r\n\r\n");
    return answer;
}

std::string request(std::string_view host, std::string_view path, std::string_view key,
                    std::string_view origin, std::string_view protocol) {
    std::string text = "GET ";
    text.append(path).append(" HTTP/1.1\r\nHost: ").append(host);
    text.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    text.append("Sec-WebSocket-Key: ").append(key);
    if (!protocol.empty()) text.append("\r\nSec-WebSocket-Protocol: ").append(protocol);
    if (!origin.empty()) text.append("\r\nOrigin: ").append(origin);
    text.append("\r\n\r\n");
    return text;
}

std::optional<std::size_t> answer_bytes(std::string_view received, std::string_view key,
                                        std::string_view protocol) {
    const std::size_t end = received.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    if (!received.starts_with("HTTP/1.1 101 ")) return 0;
    const std::string_view lines = received.substr(0, end + 2);
    const auto upgrade = value_in(lines, "Upgrade");
    const auto connection = value_in(lines, "Connection");
    const bool accepts = upgrade && same_text(*upgrade, "websocket") && connection &&
                         lists(*connection, "upgrade", false) &&
                         value_in(lines, "Sec-WebSocket-Accept") == accept_key(key) &&
                         value_in(lines, "Sec-WebSocket-Protocol").value_or("") == protocol;
    return accepts ? end + 4 : 0;
}

}  // namespace stentor::net::ws
