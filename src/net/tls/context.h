#pragma once
// A certificate with its key, and the rules under which it is used. Never changed once made: a new
// certificate is a new context, and those who speak under the old one keep it.
//
// Thread: any; made where files may be read. Cost: one for a process, a few hundred KB.

#include <expected>
#include <memory>
#include <string>

#include "base/time.h"

// OpenSSL's SSL_CTX.
struct ssl_ctx_st;

namespace stentor::net::tls {

struct Files {
    std::string certificate;  // PEM, the server's own first, then those that it rests on.
    std::string key;          // PEM, readable without a password.

    [[nodiscard]] bool given() const { return !certificate.empty() || !key.empty(); }
};

class Context {
public:
    // Refused with a sentence for the operator that names the file: one that cannot be read, a key
    // that does not fit, a certificate that is not valid now.
    [[nodiscard]] static std::expected<std::shared_ptr<const Context>, std::string> load(
        const Files& files);

    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() = default;

    // When the certificate is no longer valid.
    [[nodiscard]] Time ends() const;
    [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    explicit Context(ssl_ctx_st* context) : context_{context} {}

    std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace stentor::net::tls
