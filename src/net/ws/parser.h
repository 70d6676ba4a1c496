#pragma once
// The strict receiving side of RFC 6455 for both roles: bytes in, events out, in place.
//
// Pure. Owner: a connection. Cost: two words while nothing is half received. A whole message that
// lies in the input is unmasked there and handed out as a view of it; only a part of a frame, or a
// fragmented message, moves into a buffer, which is freed with the event that uses it up. That
// buffer grows with what has come, never with what a header promises.
//
// The result does not depend on how the bytes were split.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace stentor::net::ws {

enum class Role : std::uint8_t { server, client };  // Whose receiving side this is.

enum class HeaderState : std::uint8_t { incomplete, whole, wrong };
struct FrameHeader;

struct Event {
    enum class Kind : std::uint8_t {
        none,  // All bytes are used up; no event.
        binary,
        text,  // Valid UTF-8, unless it is compressed.
        ping,
        pong,
        close,  // `code`, kNone when the frame had none; `payload` is the reason, valid UTF-8.
        error,  // `code` is what a Close frame should say. Nothing can be read after it.
    };
    Kind kind{Kind::none};
    bool compressed{};  // binary, text: to be inflated (RFC 7692) before it means anything.
    std::uint16_t code{};
    std::string_view payload{};  // Until the next call, or until the input goes.
};

class Parser {
public:
    Parser(Role role, std::uint32_t message_bytes_max);
    Parser(Parser&&) noexcept;
    Parser& operator=(Parser&&) noexcept;
    ~Parser();

    // permessage-deflate was negotiated: a message may be compressed. Else that is an error.
    void allow_compressed() { compressed_allowed_ = true; }

    // Takes one event from the front of `input`, which is shortened by what was used, and whose
    // bytes are changed. Call again until Kind::none; the rest may be kept for later at any time.
    [[nodiscard]] Event next(std::span<char>& input);

    // Inside a frame or between the fragments of a message: a buffer is held.
    [[nodiscard]] bool halfway() const;
    // Of what has come and is kept.
    [[nodiscard]] std::size_t held_bytes() const;
    // The last event has been used: what it showed goes now, not with the next input.
    void release();

private:
    struct Partial;

    [[nodiscard]] bool unwanted(HeaderState state, const FrameHeader& header) const;
    Event next_whole(std::span<char>& input);
    Event next_partial(std::span<char>& input);
    std::unique_ptr<Partial> partial_;
    std::uint32_t message_bytes_max_;
    Role role_;
    bool failed_{false};
    bool compressed_allowed_{false};
};

}  // namespace stentor::net::ws
