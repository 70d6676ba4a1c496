#include "net/ws/frame.h"

#include <algorithm>

#include "base/limits.h"
#include "net/ws/mask.h"
#include "net/ws/utf8.h"

namespace stentor::net::ws {
namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kMasked = 0x80;

constexpr bool is_control(Opcode opcode) { return (static_cast<std::uint8_t>(opcode) & 0x8U) != 0; }

HeaderBytes header(Opcode opcode, std::uint64_t payload_bytes, bool fin, bool masked) {
    HeaderBytes header{};
    const auto put = [&header](std::uint64_t byte) {
        header.bytes[header.size++] = static_cast<char>(static_cast<std::uint8_t>(byte));
    };
    const std::uint64_t mask_bit = masked ? kMasked : 0;
    put(static_cast<std::uint64_t>(opcode) | (fin ? kFin : 0U));
    if (payload_bytes < 126) {
        put(payload_bytes | mask_bit);
        return header;
    }
    const bool fits_16 = payload_bytes <= 0xffff;
    put((fits_16 ? 126U : 127U) | mask_bit);
    for (int shift = fits_16 ? 8 : 56; shift >= 0; shift -= 8) put(payload_bytes >> shift);
    return header;
}

}  // namespace

bool may_be_sent(std::uint16_t code) {
    if (code >= 3000) return code < 5000;
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

HeaderBytes server_header(Opcode opcode, std::uint64_t payload_bytes) {
    return header(opcode, payload_bytes, true, false);
}

std::string server_frame(Opcode opcode, std::string_view payload) {
    if (is_control(opcode)) payload = payload.substr(0, limits::kControlBytes);
    const HeaderBytes head = server_header(opcode, payload.size());
    std::string frame;
    frame.reserve(head.size + payload.size());
    frame.append(head.view()).append(payload);
    return frame;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    if (code == close_code::kNone) return payload;
    payload.push_back(static_cast<char>(code >> 8U));
    payload.push_back(static_cast<char>(code & 0xffU));
    reason = reason.substr(0, limits::kControlBytes - payload.size());
    while (!is_utf8(reason)) reason.remove_suffix(1);
    payload.append(reason);
    return payload;
}

std::string server_close(std::uint16_t code, std::string_view reason) {
    return server_frame(Opcode::close, close_payload(code, reason));
}

std::string client_frame(Opcode opcode, std::string_view payload, std::uint32_t mask, bool fin) {
    const HeaderBytes head = header(opcode, payload.size(), fin, true);
    Mask key{};
    for (unsigned i = 0; i < key.size(); ++i) key[i] = static_cast<char>(mask >> (24U - 8U * i));
    std::string frame;
    frame.reserve(head.size + key.size() + payload.size());
    frame.append(head.view()).append(key.data(), key.size());
    const std::size_t payload_at = frame.size();
    frame.append(payload);
    apply_mask(std::span{frame}.subspan(payload_at), key, 0);
    return frame;
}

std::string client_close(std::uint16_t code, std::string_view reason, std::uint32_t mask) {
    return client_frame(Opcode::close, close_payload(code, reason), mask);
}

}  // namespace stentor::net::ws
