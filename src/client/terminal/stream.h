#pragma once
// A blocking connection to a server, over TCP or TLS.
//
// Thread: its owner's.

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace stentor::terminal {

struct Server {
    std::string host;
    std::uint16_t port{};
    bool tls{false};
    std::string authorities;  // PEM of whom to trust; empty: the system's.
};

class Stream {
public:
    // Otherwise what failed, in words. With TLS the server's certificate must be `host`'s.
    [[nodiscard]] static std::expected<std::unique_ptr<Stream>, std::string> connect(
        const Server& server, std::string_view protocol);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    // Decrypted bytes are there already: do not wait for the descriptor.
    [[nodiscard]] bool pending() const;
    // Adds at least one byte to `bytes`; false at the end, or when it broke.
    [[nodiscard]] bool read(std::string& bytes);
    [[nodiscard]] bool write(std::string_view bytes);

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
        void operator()(ssl_st* ssl) const;
    };
    explicit Stream(int descriptor) : descriptor_{descriptor} {}
    // What failed; empty when it is established.
    [[nodiscard]] std::string establish(const Server& server, std::string_view protocol);

    int descriptor_;
    std::unique_ptr<ssl_ctx_st, Free> context_;
    std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace stentor::terminal
