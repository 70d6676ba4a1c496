#pragma once
// One request out of bytes that come in pieces. Beast reads the header; this class finds its end,
// and takes the body, so that the result does not depend on how the bytes were split.
//
// Owner: a connection, for as long as a request is on the way. Limits: kHttpHeaderBytes,
// kHttpBodyBytes, LargeBodies. A Transfer-Encoding is refused (411): bodies here are short and
// known, and two ways to say a length are the root of request smuggling.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "net/http/message.h"

namespace stentor::net::http {

// Where bodies may be larger than kHttpBodyBytes: paths that begin so. Of none where it is empty.
struct LargeBodies {
    std::string prefix;
    std::size_t bytes_max{};
};

class RequestParser {
public:
    // `large`: outlives it; null: no path takes more.
    explicit RequestParser(const LargeBodies* large = nullptr) : large_{large} {}

    enum class State : std::uint8_t {
        header,  // More bytes are needed.
        body,    // Likewise.
        whole,   // take() gives the request.
        wrong,   // status() says why; nothing can be read after it.
    };

    // Uses bytes from the front of `input` and shortens it. Stops at the end of the request.
    State feed(std::span<const char>& input);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] unsigned status() const { return status_; }  // 400, 411, 413, 417 or 431
    [[nodiscard]] bool started() const { return !head_.empty() || state_ != State::header; }
    // Of what has come and is kept.
    [[nodiscard]] std::size_t held_bytes() const { return head_.size() + request_.body.size(); }
    // True once: the client waits for a "100 Continue" before it sends the body.
    [[nodiscard]] bool take_expectation();
    // Without `peer`, which this class cannot know.
    [[nodiscard]] Request take() { return std::move(request_); }

private:
    void feed_header(std::span<const char>& input);
    void feed_body(std::span<const char>& input);
    void read_header();
    void refuse(unsigned status);
    [[nodiscard]] std::size_t body_bytes_max() const;

    const LargeBodies* large_;
    State state_{State::header};
    unsigned status_{0};
    bool expects_continue_{false};
    std::uint8_t empty_line_{0};  // Bytes of the one that may stand before a request.
    std::size_t body_bytes_{0};
    std::string head_;
    Request request_;
};

}  // namespace stentor::net::http
