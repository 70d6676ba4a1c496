#pragma once
// What a connection's socket has not taken yet: (bytes, offset), oldest first. Exists only while
// something waits; its places are few, so that a client that does not read costs a constant.
//
// Pure. Owner: a connection.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/shared_bytes.h"
#include "base/time.h"

namespace stentor::net {

class Backlog {
public:
    enum class Kind : std::uint8_t {
        reply,   // At most kRepliesWaiting.
        shared,  // At most one: a pass is never queued behind another.
        pong,    // At most one; a later one replaces it (RFC 6455 section 5.5.3).
        close,   // The last; nothing is added behind it.
        http,    // An answer's header and body, one answer at a time.
    };

    [[nodiscard]] bool has_room(Kind kind) const;
    // `offset` bytes of it are written already. Only where has_room().
    // `began`: the socket has taken something that was made of them, though no whole byte counts as
    // written yet (a record of TLS that is halfway).
    void add(Kind kind, SharedBytes bytes, std::size_t offset = 0, bool began = false);
    void begin_front() { pieces_.front().began = true; }

    // Keeps only what is halfway: nothing else could follow it.
    void forget_rest();

    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    // What to write next, at most `views_max` pieces.
    void front(std::vector<std::string_view>& views, std::size_t views_max) const;
    void written(std::size_t bytes);

    // ---- Progress: `least` bytes are to be taken within each `within`.
    void watch(Time now, Millis within) { watch_ = {.until = now + within}; }
    void took(std::size_t bytes, std::size_t least, Time now, Millis within);
    [[nodiscard]] Time stuck_at() const { return watch_.until; }
    [[nodiscard]] bool took_any() const { return watch_.taken > 0; }

private:
    struct Piece {
        SharedBytes bytes;
        std::size_t offset;
        Kind kind;
        bool began;
    };
    struct Watch {
        Time until = Time::max();
        std::size_t taken{};
    };
    [[nodiscard]] std::size_t count(Kind kind) const;
    [[nodiscard]] bool replace_pong(const SharedBytes& bytes);

    std::vector<Piece> pieces_;
    std::size_t bytes_{0};
    Watch watch_;
};

}  // namespace stentor::net
