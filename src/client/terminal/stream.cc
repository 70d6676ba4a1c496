#include "client/terminal/stream.h"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace stentor::terminal {
namespace {

constexpr long kWithinS = 10;  // Connecting, and each write.

int connect_to(const addrinfo& address) {
    const int descriptor = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    const timeval within{.tv_sec = kWithinS, .tv_usec = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &within, sizeof within);
    if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return descriptor;
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
}

std::string reason_of_openssl() {
    const char* reason = ERR_reason_error_string(ERR_get_error());
    return reason != nullptr ? reason : "the connection broke";
}

}  // namespace

void Stream::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void Stream::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Stream::~Stream() { ::close(descriptor_); }

std::expected<std::unique_ptr<Stream>, std::string> Stream::connect(const Server& server,
                                                                    std::string_view protocol) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(server.port);
    const int unknown = ::getaddrinfo(server.host.c_str(), port.c_str(), &hints, &found);
    if (unknown != 0) return std::unexpected(server.host + ": " + ::gai_strerror(unknown));
    int descriptor = -1;
    for (const addrinfo* at = found; at != nullptr && descriptor < 0; at = at->ai_next) {
        descriptor = connect_to(*at);
    }
    const int error = errno;
    ::freeaddrinfo(found);
    if (descriptor < 0) {
        return std::unexpected(server.host + " port " + port + ": " +
                               std::generic_category().message(error));
    }
    std::unique_ptr<Stream> stream{new Stream{descriptor}};
    if (server.tls) {
        const std::string failed = stream->establish(server, protocol);
        if (!failed.empty()) return std::unexpected("TLS with " + server.host + ": " + failed);
    }
    return stream;
}

std::string Stream::establish(const Server& server, std::string_view protocol) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    const bool trusts = server.authorities.empty()
                            ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                            : SSL_CTX_load_verify_locations(
                                  context_.get(), server.authorities.c_str(), nullptr) == 1;
    if (!trusts) return "authorities: " + reason_of_openssl();
    ssl_.reset(SSL_new(context_.get()));
    // A name is checked as a name and told to the server; an address as an address.
    X509_VERIFY_PARAM* expected = SSL_get0_param(ssl_.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, server.host.c_str()) != 1) {
        SSL_set1_host(ssl_.get(), server.host.c_str());
        std::string name = server.host;  // What the macro of this name does, without its old cast.
        SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    }
    std::string offer{static_cast<char>(protocol.size())};
    offer.append(protocol);
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
    SSL_set_fd(ssl_.get(), descriptor_);
    if (SSL_connect(ssl_.get()) == 1) return {};
    const long verdict = SSL_get_verify_result(ssl_.get());
    return verdict == X509_V_OK ? reason_of_openssl() : X509_verify_cert_error_string(verdict);
}

bool Stream::pending() const { return ssl_ != nullptr && SSL_pending(ssl_.get()) > 0; }

bool Stream::read(std::string& bytes) {
    std::array<char, 16'384> buffer{};
    const auto got = ssl_ != nullptr
                         ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                         : ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
}

bool Stream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ssl_ != nullptr
                              ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace stentor::terminal
