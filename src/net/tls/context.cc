#include "net/tls/context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "net/tls/session.h"

namespace stentor::net::tls {
namespace {

// Forward secrecy and authenticated encryption only; those of TLS 1.3 are so by themselves.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// What OpenSSL found wrong, in words for whoever looks after the file. It queues the cause first,
// and behind it which part of the library noticed, which says nothing.
std::string why(std::string_view what) {
    std::string reason;
    for (unsigned long error = ERR_get_error(); error != 0; error = ERR_get_error()) {
        const char* text = ERR_reason_error_string(error);
        const bool says_something = text != nullptr && ERR_SYSTEM_ERROR(error) == 0 &&
                                    !std::string_view{text}.ends_with(" lib");
        if (reason.empty() && says_something) reason = text;
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{
        {{"no start line", "holds none in PEM"},
         {"unsupported", "holds none in PEM"},
         {"bad password read", "has a password; the server has nobody to ask for it"},
         {"interrupted or cancelled", "has a password; the server has nobody to ask for it"},
         {"key values mismatch", "does not belong to the certificate"},
         {"key type mismatch", "does not belong to the certificate"}}};
    for (const auto& [theirs, ours] : kWords) {
        if (reason == theirs) reason = ours;
    }
    return std::string{what}.append(": ").append(reason.empty() ? "cannot be used" : reason);
}

// Nothing: it can be read.
std::string unreadable(const std::string& what, const std::string& file) {
    if (file.empty()) return what + ": no file is named";
    std::error_code problem;
    if (std::filesystem::is_directory(file, problem)) return what + " " + file + ": is a folder";
    errno = 0;
    const std::ifstream in{file};
    if (in) return {};
    return what + " " + file + ": cannot be read: " + std::generic_category().message(errno);
}

// A password would be asked for on the terminal of a server that has none.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

// What the connection speaks, if the client offers it. A client that offers only others, as h2,
// would misread our answers, and is told so (RFC 7301 section 3.2).
int choose_protocol(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_bytes,
                    const unsigned char* offered, unsigned int offered_bytes, void* /*context*/) {
    const auto* session = static_cast<const Session*>(SSL_get_app_data(ssl));
    const std::string_view wanted = session->protocol();
    for (unsigned int at = 0; at < offered_bytes; at += 1U + offered[at]) {
        const std::string_view name{reinterpret_cast<const char*>(offered) + at + 1, offered[at]};
        if (name != wanted) continue;
        *chosen = offered + at + 1;
        *chosen_bytes = offered[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_rules(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, kCiphers);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // An idle connection gives its record buffers back; a write takes what fits, as send() does.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context, no_password);
}

// Clients would refuse it, each with a message that explains nothing to the operator.
bool valid_now(SSL_CTX* context) {
    const X509* certificate = SSL_CTX_get0_certificate(context);
    return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
           X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

}  // namespace

void Context::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

std::expected<std::shared_ptr<const Context>, std::string> Context::load(const Files& files) {
    ERR_clear_error();
    const std::shared_ptr<const Context> made{new Context{SSL_CTX_new(TLS_server_method())}};
    SSL_CTX* context = made->get();
    if (context == nullptr) return std::unexpected(why("OpenSSL"));
    set_rules(context);
    for (const auto& [what, file] :
         {std::pair{"certificate", &files.certificate}, std::pair{"key", &files.key}}) {
        if (std::string flaw = unreadable(what, *file); !flaw.empty()) {
            return std::unexpected(std::move(flaw));
        }
    }
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
        return std::unexpected(why("certificate " + files.certificate));
    }
    if (!valid_now(context)) {
        return std::unexpected("certificate " + files.certificate + ": is not valid at this time");
    }
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return std::unexpected(why("key " + files.key));
    }
    ERR_clear_error();
    return made;
}

Time Context::ends() const {
    std::tm when{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(get())), &when) != 1) return {};
    return from_ms(static_cast<std::uint64_t>(timegm(&when)) * 1'000);
}

}  // namespace stentor::net::tls
