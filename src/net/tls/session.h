#pragma once
// One connection's TLS: ciphertext that the shard has read goes in, plaintext comes out; what is
// written goes out as records, straight to the socket.
//
// Owner: a connection; its address must not change. Thread: the shard's. Cost: about 20 KB while
// idle (see docs/operations.md), a record of 16 KB more while one is halfway. A handshake costs one
// signature, a tenth of a millisecond (P-256) to one (RSA 2048): the shard caps them per turn.

#include <openssl/types.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/tls/context.h"

namespace stentor::net::tls {

// The largest plaintext that one record can hold (RFC 8446 section 5.1).
inline constexpr std::size_t kRecordBytes = 16'384;

class Session {
public:
    // `protocol` is what ALPN may choose; a literal.
    Session(std::shared_ptr<const Context> context, int descriptor, std::string_view protocol);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    struct Read {
        enum class State : std::uint8_t {
            open,
            ended,           // The peer has said that nothing follows.
            failed,          // Not TLS, or not acceptable; an alert has been tried.
            plaintext_http,  // Failed, because somebody speaks HTTP here.
        };
        std::size_t bytes{};  // Of plaintext.
        State state{State::open};
    };
    // Takes all of `ciphertext`. `plaintext` must have room for as much, and one record more.
    [[nodiscard]] Read feed(std::string_view ciphertext, std::span<char> plaintext);
    // The handshake is done: write() may be called.
    [[nodiscard]] bool established() const;

    // As send(): how many bytes were taken, or -1 and errno; EAGAIN when the socket is full. Then
    // a record of the first bytes may be halfway, see began().
    [[nodiscard]] ssize_t write(std::string_view bytes);
    // The first bytes that were not taken stand in a record that is on its way: they must be
    // offered again, before any others.
    [[nodiscard]] bool began() const { return began_; }
    // The socket has room again: a flight of the handshake may have waited for it.
    void on_writable();

    // Says that nothing follows. Whether it arrives does not matter.
    void finish();

    [[nodiscard]] std::string_view protocol() const { return protocol_; }

private:
    friend struct Socket;

    Read read_all(std::span<char> plaintext);

    std::shared_ptr<const Context> context_;
    SSL* ssl_;
    std::string_view input_;  // Ciphertext that feed() was given and OpenSSL has not taken yet.
    std::string_view protocol_;
    int descriptor_;
    bool began_{false};
    bool failed_{false};
};

}  // namespace stentor::net::tls
