#include "net/loop_tls.h"

#include <cerrno>

#include "net/http/response.h"
#include "net/loop_accept.h"
#include "net/loop_constants.h"
#include "net/loop_http.h"
#include "net/loop_lifetime.h"
#include "net/loop_read.h"
#include "net/loop_write.h"

namespace stentor::net {
namespace {

void refuse_tls(LoopState& loop, std::uint32_t index, bool plaintext_http) {
    Connection& connection = loop.table.at(index);
    loop.counters.refused_tls.add();
    if (!plaintext_http || connection.framed) {
        leave_open(loop, index);
        return start_linger(loop, index);
    }
    connection.transport->tls.reset();
    connection.phase = Phase::http;
    refuse_request(loop, index, http::plain(400, "this port speaks TLS: use https"));
}

}  // namespace

// As receive(). All that was read is decrypted at once, so that nothing waits unseen in
// OpenSSL.
bool receive_tls(LoopState& loop, std::uint32_t index, std::size_t& filled) {
    Connection& connection = loop.table.at(index);
    tls::Session& tls = *connection.tls();
    const std::span<char> room{loop.reading.buffer.get() + filled, kReadBytes - filled};
    if (room.size() <= tls::kRecordBytes) return true;
    // A storm of handshakes delays those who are in by this much and no more.
    const bool greeting = connection.phase == Phase::handshake;
    if (greeting && loop.reading.handshake_steps_left == 0) return true;

    const std::size_t most = std::min(room.size() - tls::kRecordBytes, kCiphertextBytes);
    const std::int64_t got = receive_bytes(loop, index, {loop.reading.ciphertext.get(), most});
    if (got <= 0) return got < 0;
    if (greeting) --loop.reading.handshake_steps_left;
    const tls::Session::Read read =
        tls.feed({loop.reading.ciphertext.get(), static_cast<std::size_t>(got)}, room);
    using State = tls::Session::Read::State;
    if (read.state == State::failed || read.state == State::plaintext_http) {
        refuse_tls(loop, index, read.state == State::plaintext_http);
        return false;
    }
    filled += read.bytes;
    if (greeting && tls.established()) {
        loop.counters.tls_handshakes.add();
        start_protocol(loop, index);
    }
    if (read.state == State::ended) connection.ended = true;
    return static_cast<std::size_t>(got) == most || connection.hung_up;
}

// As Shard::send(), of what waits first.
std::int64_t write_front(tls::Session& tls, Backlog& backlog, std::string_view front) {
    const ssize_t sent = tls.write(front);
    if (sent < 0 && errno == EAGAIN && tls.began()) backlog.begin_front();
    return sent;
}

}  // namespace stentor::net
