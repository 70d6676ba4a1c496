// TLS between a socket and the protocol: what the shard's one buffer gets is plaintext.

#include <cerrno>

#include "net/http/response.h"
#include "net/loop.h"
#include "net/loop_constants.h"

namespace stentor::net {

// As receive(). All that was read is decrypted at once, so that nothing waits unseen in OpenSSL.
bool Loop::receive_tls(std::uint32_t index, std::size_t& filled) {
    Connection& connection = table_.at(index);
    tls::Session& tls = *connection.tls();
    const std::span<char> room{buffer_.get() + filled, kReadBytes - filled};
    if (room.size() <= tls::kRecordBytes) return true;
    // A storm of handshakes delays those who are in by this much and no more.
    const bool greeting = connection.phase == Phase::handshake;
    if (greeting && handshake_steps_left_ == 0) return true;

    const std::size_t most = std::min(room.size() - tls::kRecordBytes, kCiphertextBytes);
    const std::int64_t got = receive_bytes(index, {ciphertext_.get(), most});
    if (got <= 0) return got < 0;
    if (greeting) --handshake_steps_left_;
    const tls::Session::Read read =
        tls.feed({ciphertext_.get(), static_cast<std::size_t>(got)}, room);
    using State = tls::Session::Read::State;
    if (read.state == State::failed || read.state == State::plaintext_http) {
        refuse_tls(index, read.state == State::plaintext_http);
        return false;
    }
    filled += read.bytes;
    if (greeting && tls.established()) {
        counters_.tls_handshakes.add();
        speak(index);
    }
    if (read.state == State::ended) connection.ended = true;
    return static_cast<std::size_t>(got) == most || connection.hung_up;
}

void Loop::refuse_tls(std::uint32_t index, bool plaintext_http) {
    Connection& connection = table_.at(index);
    counters_.refused_tls.add();
    if (!plaintext_http || connection.framed) {
        leave_open(index);
        return linger(index);
    }
    connection.transport->tls.reset();
    connection.phase = Phase::http;
    refuse_request(index, http::plain(400, "this port speaks TLS: use https"));
}

// As send(), of what waits first.
std::int64_t Loop::write_front(tls::Session& tls, Backlog& backlog, std::string_view front) {
    const ssize_t sent = tls.write(front);
    if (sent < 0 && errno == EAGAIN && tls.began()) backlog.begin_front();
    return sent;
}

}  // namespace stentor::net
