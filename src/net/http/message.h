#pragma once
// A request and its answer as handlers see them. No parser's header is needed to use these.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/code.h"
#include "base/ids.h"
#include "base/shared_bytes.h"
#include "base/time.h"

namespace stentor::net::http {

struct Header {
    std::string name;   // Lower case in requests; as written in responses.
    std::string value;  // Repeated headers of a request are joined by ", ".
};

struct Request {
    std::string method;  // "GET"
    std::string path;    // As sent: still percent-encoded, begins with '/' (or is "*").
    std::string query;   // Without '?', still percent-encoded.
    std::vector<Header> headers;
    std::string body;      // At most kHttpBodyBytes, or what LargeBodies of the parser says.
    std::string peer;      // Numeric address.
    unsigned version{11};  // 10 or 11
    bool keep_alive{};

    // `name` in lower case; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const {
        for (const Header& header : headers) {
            if (header.name == name) return header.value;
        }
        return {};
    }
};

// Names the request that an answer belongs to. Copyable, may travel through any thread, and is
// harmless when the connection has gone or the request was answered already.
struct Responder {
    ConnectionToken connection;
    std::uint32_t request{};
};

// A body that is handed over in pieces as the socket takes them, so that no large file is ever
// whole in memory.
class BodySource {
public:
    BodySource() = default;
    BodySource(const BodySource&) = delete;
    BodySource& operator=(const BodySource&) = delete;
    virtual ~BodySource() = default;

    [[nodiscard]] virtual std::uint64_t size() const = 0;
    // The next bytes, at least one and in all size() of them; null or none: it cannot go on, and
    // the connection ends. `done` is called exactly once, on any thread. Never asked twice at once.
    using Done = std::move_only_function<void(SharedBytes)>;
    virtual void next(Done done) = 0;
};

struct Response {
    unsigned status{200};
    std::string content_type;              // Empty: no Content-Type.
    SharedBytes body;                      // May be null.
    std::shared_ptr<BodySource> source{};  // In the place of `body`; may be null.
    std::vector<Header> headers;  // Extra ones; neither Content-Length nor Connection nor Date.
    bool close{};                 // Close the connection after this answer.
    Code refused{};               // Why it was refused, for whoever counts; ok: it was not.
};

// Told with each 503 and 429 that brings no time of its own (RFC 9110 section 10.2.3).
inline constexpr Millis kRetryAfter{5'000};

[[nodiscard]] Header retry_after_header(Millis wait);

// A short answer in plain text; 503 and 429 take a time after which to come back.
[[nodiscard]] Response plain(unsigned status, std::string_view text, Millis retry_after = {});

}  // namespace stentor::net::http
