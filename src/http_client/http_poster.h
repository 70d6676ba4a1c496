#pragma once
// Posts to other people's HTTP services, so that nobody else in this process waits for them.
//
// Thread: post() from any; callbacks come on the poster's own thread and must not block.
// Limits: kOutgoingWaiting requests that are waiting or under way, kOutgoingAnswer bytes of an
// answer; kOutgoingAtOnce connections, kept open between requests. Redirects are not followed,
// certificates are verified, and no proxy is taken from the environment.

#include <sys/socket.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/code.h"
#include "base/limits.h"
#include "base/time.h"

namespace stentor::http_client {

struct Request {
    std::string url;                   // http or https
    std::vector<std::string> headers;  // "Name: value"
    std::string body;
    Millis within{};  // From post() to the callback, waiting for a connection included.
};

struct Answer {
    int status{};
    std::string body;
    Millis retry_after{};  // Its header (RFC 9110 section 10.2.3); 0: none.
};

struct PosterOptions {
    std::size_t waiting_max{limits::kOutgoingWaiting};
    std::size_t at_once{limits::kOutgoingAtOnce};
    std::size_t answer_bytes_max{limits::kOutgoingAnswer};
    std::string authorities;  // A file of certificates to trust; empty: the system's.
    // Whether an address that a name led to may be connected to; none: any. On the poster's thread.
    std::function<bool(const sockaddr&)> may_connect{};
};

class HttpPoster {
public:
    // timeout: no answer in time. frame_too_large: an answer beyond the limit. internal: no
    // connection, no valid certificate, no HTTP; `where` says which. draining: the poster ended.
    using Done = std::move_only_function<void(Result<Answer>)>;

    explicit HttpPoster(PosterOptions options = {});
    HttpPoster(const HttpPoster&) = delete;
    HttpPoster& operator=(const HttpPoster&) = delete;
    ~HttpPoster();  // Breaks off what is under way.

    // overloaded: nothing was taken, `done` is not called.
    Result<void> post(Request request, Done done);

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace stentor::http_client
