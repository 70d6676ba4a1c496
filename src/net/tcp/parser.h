#pragma once
// The receiving side of length-prefixed frames: bytes in, messages out.
//
// Pure. Owner: a connection. Cost: two words while nothing is half received. A message that lies in
// the input whole is handed out as a view of it; only a part of one moves into a buffer, which
// grows with what has come, never with what a length promises.
//
// The result does not depend on how the bytes were split.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace stentor::net::tcp {

struct Event {
    enum class Kind : std::uint8_t {
        none,  // All bytes are used up; no event.
        message,
        too_large,  // Nothing can be read after it.
    };
    Kind kind{Kind::none};
    std::string_view payload{};  // Until the next call, or until the input goes.
};

class Parser {
public:
    explicit Parser(std::uint32_t message_bytes_max) : message_bytes_max_{message_bytes_max} {}

    // Takes one event from the front of `input`, which is shortened by what was used. Call again
    // until Kind::none; the rest may be kept for later at any time.
    [[nodiscard]] Event next(std::span<char>& input);

    // Inside a frame: a buffer is held.
    [[nodiscard]] bool halfway() const { return partial_ != nullptr && !delivered_; }
    [[nodiscard]] std::size_t held_bytes() const {
        return partial_ == nullptr ? 0 : sizeof(std::string) + partial_->size();
    }
    // The last event has been used: what it showed goes now, not with the next input.
    void release() {
        if (std::exchange(delivered_, false)) partial_.reset();
    }

private:
    // Moves bytes until the partial frame has so many. False: the input was not enough.
    bool gather(std::span<char>& input, std::size_t bytes);
    Event fail();

    std::unique_ptr<std::string> partial_;  // With its length in front.
    std::uint32_t message_bytes_max_;
    bool delivered_{false};  // An event shows what lies in partial_: free it at the next call.
    bool failed_{false};
};

}  // namespace stentor::net::tcp
