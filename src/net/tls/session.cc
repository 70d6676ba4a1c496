#include "net/tls/session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>

namespace stentor::net::tls {

// What OpenSSL takes for a socket. Reading gives it what feed() was handed and no more, so that no
// peer can keep the loop busy; writing is send().
struct Socket {
    static int read(BIO* bio, char* buffer, int size) {
        auto* session = static_cast<Session*>(BIO_get_data(bio));
        BIO_clear_retry_flags(bio);
        if (session->input_.empty()) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const std::size_t bytes =
            session->input_.copy(buffer, static_cast<std::size_t>(std::max(size, 0)));
        session->input_.remove_prefix(bytes);
        return static_cast<int>(bytes);
    }

    static int write(BIO* bio, const char* bytes, int size) {
        const auto* session = static_cast<const Session*>(BIO_get_data(bio));
        BIO_clear_retry_flags(bio);
        const ssize_t sent = ::send(session->descriptor_, bytes, static_cast<std::size_t>(size),
                                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            BIO_set_retry_write(bio);
        }
        return static_cast<int>(sent);
    }

    static long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static const BIO_METHOD* method() {
        static const BIO_METHOD* const made = [] {
            BIO_METHOD* fresh = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "shard");
            BIO_meth_set_read(fresh, read);
            BIO_meth_set_write(fresh, write);
            BIO_meth_set_ctrl(fresh, control);
            return fresh;
        }();
        return made;
    }
};

Session::Session(std::shared_ptr<const Context> context, int descriptor, std::string_view protocol)
    : context_{std::move(context)},
      ssl_{SSL_new(context_->get())},
      protocol_{protocol},
      descriptor_{descriptor} {
    BIO* bio = ssl_ == nullptr ? nullptr : BIO_new(Socket::method());
    if (bio == nullptr) throw std::bad_alloc{};
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    SSL_set_app_data(ssl_, this);
    SSL_set_accept_state(ssl_);
}

Session::~Session() { SSL_free(ssl_); }

bool Session::established() const { return !failed_ && SSL_is_init_finished(ssl_) == 1; }

Session::Read Session::feed(std::string_view ciphertext, std::span<char> plaintext) {
    if (failed_) return {.state = Read::State::failed};
    input_ = ciphertext;
    Read read = read_all(plaintext);
    // What OpenSSL would not take now, because it must write first and cannot, would be lost.
    if (!input_.empty() && read.state == Read::State::open) read.state = Read::State::failed;
    failed_ = read.state == Read::State::failed || read.state == Read::State::plaintext_http;
    input_ = {};
    return read;
}

Session::Read Session::read_all(std::span<char> plaintext) {
    Read read;
    for (;;) {
        ERR_clear_error();
        const std::span<char> room = plaintext.subspan(read.bytes);
        const int size = static_cast<int>(std::min<std::size_t>(room.size(), INT_MAX));
        const int got = SSL_read(ssl_, room.data(), size);
        if (got > 0) {
            read.bytes += static_cast<std::size_t>(got);
            continue;
        }
        switch (SSL_get_error(ssl_, got)) {
            case SSL_ERROR_WANT_READ:
            case SSL_ERROR_WANT_WRITE: return read;
            case SSL_ERROR_ZERO_RETURN: read.state = Read::State::ended; return read;
            default: break;
        }
        const int reason = ERR_GET_REASON(ERR_peek_error());
        read.state =
            reason == SSL_R_HTTP_REQUEST ? Read::State::plaintext_http : Read::State::failed;
        ERR_clear_error();
        return read;
    }
}

ssize_t Session::write(std::string_view bytes) {
    std::size_t taken = 0;
    if (failed_) {
        errno = EPIPE;
        return -1;
    }
    while (taken < bytes.size()) {
        ERR_clear_error();
        const std::string_view rest = bytes.substr(taken);
        const int size = static_cast<int>(std::min<std::size_t>(rest.size(), INT_MAX));
        const int sent = SSL_write(ssl_, rest.data(), size);
        if (sent > 0) {
            began_ = false;
            taken += static_cast<std::size_t>(sent);
            continue;
        }
        const int error = SSL_get_error(ssl_, sent);
        if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ) {
            began_ = true;
            errno = EAGAIN;
            return taken > 0 ? static_cast<ssize_t>(taken) : -1;
        }
        failed_ = true;
        ERR_clear_error();
        errno = EPIPE;
        return -1;
    }
    return static_cast<ssize_t>(taken);
}

void Session::on_writable() {
    if (failed_ || established()) return;
    ERR_clear_error();
    static_cast<void>(SSL_do_handshake(ssl_));
    ERR_clear_error();
}

void Session::finish() {
    // Within a record or a handshake OpenSSL may not be asked to.
    if (failed_ || began_ || !established()) return;
    ERR_clear_error();
    static_cast<void>(SSL_shutdown(ssl_));
    ERR_clear_error();
}

}  // namespace stentor::net::tls
