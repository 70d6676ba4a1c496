#include "net/ws/parser.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/limits.h"
#include "net/ws/frame_header.h"
#include "net/ws/utf8.h"

namespace stentor::net::ws {
namespace {

Event error(std::uint16_t code) { return {.kind = Event::Kind::error, .code = code}; }

Event closing(std::string_view payload) {
    if (payload.empty()) return {.kind = Event::Kind::close, .code = close_code::kNone};
    if (payload.size() == 1) return error(close_code::kProtocolError);
    const auto code = static_cast<std::uint16_t>((static_cast<std::uint8_t>(payload[0]) << 8U) |
                                                 static_cast<std::uint8_t>(payload[1]));
    if (!may_be_sent(code)) return error(close_code::kProtocolError);
    payload.remove_prefix(2);
    if (!is_utf8(payload)) return error(close_code::kBadPayload);
    return {.kind = Event::Kind::close, .code = code, .payload = payload};
}

Event control_event(Opcode opcode, std::string_view payload) {
    if (opcode == Opcode::close) return closing(payload);
    const auto kind = opcode == Opcode::ping ? Event::Kind::ping : Event::Kind::pong;
    return {.kind = kind, .payload = payload};
}

Event message_event(Opcode opcode, bool compressed, std::string_view payload) {
    const auto kind = opcode == Opcode::text ? Event::Kind::text : Event::Kind::binary;
    return {.kind = kind, .compressed = compressed, .payload = payload};
}

std::string_view view_of(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

// What is half received. Lives from the first byte that cannot be handed out at once to the event
// that uses it up.
struct Parser::Partial {
    enum class Delivered : std::uint8_t { no, control, message };

    // ---- A header
    std::array<char, kHeaderBytesMax> head{};
    std::uint8_t head_bytes{0};
    // ---- A frame
    FrameHeader frame;
    bool in_frame{false};
    std::uint64_t taken{0};  // Bytes of its payload.
    std::string control;
    // ---- A message
    bool in_message{false};
    bool compressed{false};
    Opcode opcode{};
    std::uint32_t fragments{0};
    std::string message;
    Utf8 utf8;

    Delivered delivered{Delivered::no};  // An event shows what lies here: free it at the next call.

    [[nodiscard]] bool idle() const { return head_bytes == 0 && !in_frame && !in_message; }

    // 0, or the code of what is wrong with this frame at this place.
    [[nodiscard]] std::uint16_t begin(const FrameHeader& header, std::uint32_t bytes_max);
    [[nodiscard]] bool take_data(std::span<char> chunk);
};

std::uint16_t Parser::Partial::begin(const FrameHeader& header, std::uint32_t bytes_max) {
    if (!header.control()) {
        const bool continues = header.opcode == Opcode::continuation;
        if (continues != in_message) return close_code::kProtocolError;
        if (header.payload_bytes > bytes_max - message.size()) return close_code::kTooLarge;
        if (fragments == limits::kFragments) return close_code::kTooLarge;
        if (!continues) {
            opcode = header.opcode;
            compressed = header.compressed;
        }
        ++fragments;
        in_message = true;
    }
    frame = header;
    in_frame = true;
    taken = 0;
    head_bytes = 0;
    return 0;
}

// False: no UTF-8.
bool Parser::Partial::take_data(std::span<char> chunk) {
    apply_mask(chunk, frame.mask, taken);
    taken += chunk.size();
    if (frame.control()) {
        control.append(view_of(chunk));
        return true;
    }
    message.append(view_of(chunk));
    if (opcode != Opcode::text || compressed) return true;
    const bool message_ends = frame.fin && taken == frame.payload_bytes;
    return utf8.add(view_of(chunk)) && (!message_ends || utf8.whole());
}

Parser::Parser(Role role, std::uint32_t message_bytes_max)
    : message_bytes_max_(message_bytes_max), role_(role) {}
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;
Parser::~Parser() = default;

bool Parser::halfway() const {
    return partial_ != nullptr && partial_->delivered != Partial::Delivered::message &&
           !partial_->idle();
}

Event Parser::next(std::span<char>& input) {
    release();
    if (failed_) {
        input = {};
        return {};
    }
    if (input.empty()) return {};
    const Event event = partial_ == nullptr ? next_whole(input) : next_partial(input);
    if (event.kind == Event::Kind::error) {
        failed_ = true;
        partial_.reset();
    }
    return event;
}

std::size_t Parser::held_bytes() const {
    if (partial_ == nullptr) return 0;
    return sizeof(Partial) + partial_->control.size() + partial_->message.size();
}

void Parser::release() {
    if (partial_ == nullptr || partial_->delivered == Partial::Delivered::no) return;
    if (partial_->delivered == Partial::Delivered::control && partial_->in_message) {
        partial_->control = {};
        partial_->delivered = Partial::Delivered::no;
        return;
    }
    partial_.reset();
}

bool Parser::unwanted(HeaderState state, const FrameHeader& header) const {
    return state == HeaderState::whole && header.compressed && !compressed_allowed_;
}

// Nothing is half received: a whole frame that is no fragment is handed out where it lies.
Event Parser::next_whole(std::span<char>& input) {
    FrameHeader header;
    const HeaderState state = decode_header(view_of(input), role_, header);
    if (state == HeaderState::wrong || unwanted(state, header)) {
        return error(close_code::kProtocolError);
    }
    const bool lies_here = state == HeaderState::whole && header.fin &&
                           header.opcode != Opcode::continuation &&
                           header.payload_bytes <= input.size() - header.size &&
                           (header.control() || header.payload_bytes <= message_bytes_max_);
    if (!lies_here) {
        partial_ = std::make_unique<Partial>();
        return next_partial(input);
    }
    const auto payload = input.subspan(header.size, header.payload_bytes);
    input = input.subspan(header.size + header.payload_bytes);
    apply_mask(payload, header.mask, 0);
    if (header.control()) return control_event(header.opcode, view_of(payload));
    if (header.opcode == Opcode::text && !header.compressed && !is_utf8(view_of(payload))) {
        return error(close_code::kBadPayload);
    }
    return message_event(header.opcode, header.compressed, view_of(payload));
}

Event Parser::next_partial(std::span<char>& input) {
    Partial& partial = *partial_;
    for (;;) {
        if (!partial.in_frame) {
            FrameHeader header;
            HeaderState state = HeaderState::incomplete;
            while (state == HeaderState::incomplete && !input.empty()) {
                partial.head[partial.head_bytes++] = input.front();
                input = input.subspan(1);
                state = decode_header({partial.head.data(), partial.head_bytes}, role_, header);
            }
            if (state == HeaderState::incomplete) return {};
            if (state == HeaderState::wrong || unwanted(state, header)) {
                return error(close_code::kProtocolError);
            }
            const std::uint16_t wrong = partial.begin(header, message_bytes_max_);
            if (wrong != 0) return error(wrong);
        }

        const std::uint64_t missing = partial.frame.payload_bytes - partial.taken;
        const std::size_t here = std::min<std::uint64_t>(missing, input.size());
        const auto chunk = input.first(here);
        input = input.subspan(here);
        if (!partial.take_data(chunk)) return error(close_code::kBadPayload);
        if (here < missing) return {};

        partial.in_frame = false;
        if (partial.frame.control()) {
            partial.delivered = Partial::Delivered::control;
            return control_event(partial.frame.opcode, partial.control);
        }
        if (partial.frame.fin) {
            partial.delivered = Partial::Delivered::message;
            return message_event(partial.opcode, partial.compressed, partial.message);
        }
    }
}

}  // namespace stentor::net::ws
