// TLS between clients and shards: OpenSSL's own client side against ours, good and bad.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder_test_kit.h"
#include "net/access/bans.h"
#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::kPatienceMs;
using testing::pushed;
using testing::Server;
using testing::wait_for;

// A certificate of its own making, in a folder that goes with it.
class Certificate {
public:
    explicit Certificate(long valid_s = 3'600) { make(valid_s); }

    [[nodiscard]] tls::Files files() const { return {folder_ / "cert.pem", folder_ / "key.pem"}; }
    // Replaces both files. Returns the serial number.
    long make(long valid_s = 3'600) {
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial_);
        X509_gmtime_adj(X509_getm_notBefore(certificate), valid_s < 0 ? 2 * valid_s : -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), valid_s);
        X509_set_pubkey(certificate, key);
        X509_NAME* name = X509_get_subject_name(certificate);
        const unsigned char common[] = "localhost";
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        X509_sign(certificate, key, EVP_sha256());
        std::FILE* out = std::fopen(files().certificate.c_str(), "w");
        PEM_write_X509(out, certificate);
        std::fclose(out);
        out = std::fopen(files().key.c_str(), "w");
        PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(out);
        X509_free(certificate);
        EVP_PKEY_free(key);
        return serial_;
    }
    void spoil() const { std::ofstream{files().certificate} << "no certificate\n"; }

private:
    TemporaryFolder folder_;
    long serial_{0};
};

// A blocking client. `receive_buffer` as in testing::Client.
class TlsClient {
public:
    explicit TlsClient(std::uint16_t port, int receive_buffer = 0, int version_max = 0,
                       std::string_view protocols = {})
        : socket_{port, receive_buffer} {
        const timeval patience{.tv_sec = kPatienceMs / 1'000, .tv_usec = 0};
        ::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        context_ = SSL_CTX_new(TLS_client_method());
        if (version_max != 0) SSL_CTX_set_max_proto_version(context_, version_max);
        SSL_CTX_set_security_level(context_, 0);
        ssl_ = SSL_new(context_);
        if (!protocols.empty()) {
            SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(protocols.data()),
                                static_cast<unsigned>(protocols.size()));
        }
        SSL_set_fd(ssl_, socket_.descriptor());
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    ~TlsClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
        ERR_clear_error();
    }

    [[nodiscard]] bool connect() { return SSL_connect(ssl_) == 1; }
    [[nodiscard]] SSL* ssl() { return ssl_; }
    [[nodiscard]] Client& socket() { return socket_; }
    [[nodiscard]] long serial() const {
        X509* certificate = SSL_get1_peer_certificate(ssl_);
        const long serial = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
        X509_free(certificate);
        return serial;
    }
    void send(std::string_view bytes) {
        SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    }
    std::string read_bytes(std::size_t count) {
        while (input_.size() < count && read_more()) {
        }
        std::string bytes = input_.substr(0, count);
        input_.erase(0, count);
        return bytes;
    }
    std::string read_head() {
        while (input_.find("\r\n\r\n") == std::string::npos && read_more()) {
        }
        return read_bytes(std::min(input_.size(), input_.find("\r\n\r\n") + 4));
    }
    int handshake() {
        send(ws::request("chat.example", "/ws", Client::kKey, {}));
        return Client::status_of(read_head());
    }
    std::string next() {
        for (;;) {
            std::span<char> rest{input_};
            const ws::Event event = parser_.next(rest);
            std::string text = ws::shown(event);
            input_.erase(0, input_.size() - rest.size());
            if (event.kind != ws::Event::Kind::none) return text;
            if (!read_more()) return "end";
        }
    }
    std::string next_frame() {
        const std::string length = read_bytes(4);
        if (length.size() < 4) return "end";
        std::size_t size = 0;
        for (const char byte : length) size = (size << 8U) | static_cast<std::uint8_t>(byte);
        return read_bytes(size);
    }
    // The peer said that nothing follows, rather than just going.
    [[nodiscard]] bool told_the_end() {
        while (read_more()) {
        }
        return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
    }

private:
    bool read_more() {
        char buffer[16'384];
        const int got = SSL_read(ssl_, buffer, sizeof buffer);
        if (got > 0) input_.append(buffer, static_cast<std::size_t>(got));
        return got > 0;
    }

    Client socket_;
    SSL_CTX* context_;
    SSL* ssl_;
    std::string input_;
    ws::Parser parser_{ws::Role::client, 16 * 1024 * 1024};
};

Options with_tls(const Certificate& certificate) {
    Options options;
    options.listeners = {{.tls = true}, {.kind = Listener::Kind::tcp, .tls = true}, {}};
    options.tls = certificate.files();
    return options;
}

TEST(ShardTls, SpeaksHttpWebSocketAndFramesUnderBothVersions) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient http{server.group.port(0), 0, version};
        ASSERT_TRUE(http.connect());
        http.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_EQ(Client::status_of(http.read_head()), 200);
        EXPECT_EQ(http.read_bytes(7), "GET /a ");
        TlsClient socket{server.group.port(0), 0, version};
        ASSERT_TRUE(socket.connect());
        ASSERT_EQ(socket.handshake(), 101);
        for (const std::size_t size : {0U, 5U, 20'000U, 65'536U}) {
            const std::string payload(size, 'e');
            socket.send(ws::client_frame(ws::Opcode::binary, payload, 7));
            EXPECT_EQ(socket.next(), "binary:" + payload);
        }
        TlsClient tcp{server.group.port(1), 0, version};
        ASSERT_TRUE(tcp.connect());
        tcp.send(tcp::frame("over tls"));
        EXPECT_EQ(tcp.next_frame(), "over tls");
    }
    EXPECT_EQ(server.counters().tls_handshakes.value(), 6U);
}

TEST(ShardTls, AHalfWrittenSharedFrameArrivesWhole) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    TlsClient client{server.group.port(0), 2'048};
    ASSERT_TRUE(client.connect());
    ASSERT_EQ(client.handshake(), 101);
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 1; }));
    std::string payload(3'000'000, '\0');
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i * 31);
    const SharedPush frame = pushed({payload});
    server.on_shard([&](Shard& shard) {
        const ConnectionToken who = server.handler().tokens().front();
        EXPECT_EQ(shard.write_direct(shard.descriptor(who), who.index, frame), Written::kept);
        EXPECT_EQ(shard.send(who, "reply"), Written::kept);
        EXPECT_EQ(shard.write_direct(shard.descriptor(who), who.index, frame), Written::refused);
    });
    client.send(ws::client_frame(ws::Opcode::ping, "first", 1));
    client.send(ws::client_frame(ws::Opcode::ping, "a longer second one", 1));
    EXPECT_EQ(client.next(), "binary:" + payload);
    EXPECT_EQ(client.next(), "binary:reply");
    EXPECT_EQ(client.next(), "pong:a longer second one");
    EXPECT_TRUE(wait_for([&] { return server.handler().drained == 1; }));
    EXPECT_EQ(server.counters().pinned_bytes.value(), 0U);
    EXPECT_EQ(frame.use_count(), 1);
}

// Whatever piece a full socket stops at, the same bytes go out again: fuzzing sizes around records.
TEST(ShardTls, RepliesOfAllSizesThroughATinySocketStayInOrder) {
    const Certificate certificate;
    Options options = with_tls(certificate);
    options.send_buffer_bytes = 2'048;
    Server server{options};
    server.serve();
    TlsClient client{server.group.port(1), 2'048};
    ASSERT_TRUE(client.connect());
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 1; }));
    std::vector<std::string> sent;
    for (std::size_t i = 0; i < 300; ++i) {
        const std::string payload((i * 7'919) % 40'000, static_cast<char>('a' + i % 26));
        server.on_shard([&](Shard& shard) {
            const ConnectionToken who = server.handler().tokens().front();
            if (shard.send(who, payload) != Written::refused) sent.push_back(payload);
        });
        if (i % 5 == 0 && !sent.empty()) {
            ASSERT_EQ(client.next_frame(), sent.front());
            sent.erase(sent.begin());
        }
    }
    for (const std::string& payload : sent) ASSERT_EQ(client.next_frame(), payload);
}

TEST(ShardTls, ClosingSaysSoInTls) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    TlsClient client{server.group.port(1)};
    ASSERT_TRUE(client.connect());
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 1; }));
    server.on_shard(
        [&](Shard& shard) { shard.close(server.handler().tokens().front(), 4'205, "draining"); });
    EXPECT_TRUE(client.told_the_end());
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
}

TEST(ShardTls, APeerThatEndsItsTlsIsGone) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    TlsClient client{server.group.port(1)};
    ASSERT_TRUE(client.connect());
    client.send(tcp::frame("last"));
    SSL_shutdown(client.ssl());
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
    EXPECT_EQ(server.handler().messages, 1);
}

TEST(ShardTls, WhatIsNoTlsIsRefused) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    for (const std::string odd :
         {"\x16\x03\x01\xff\xff garbage that is no hello at all", "SSH-2.0-x\r\n"}) {
        for (const std::size_t listener : {0U, 1U}) {
            Client client{server.group.port(listener)};
            client.send(odd + std::string(100, 'x'));
            EXPECT_TRUE(client.ends()) << odd;
        }
    }
    Client http{server.group.port(0)};
    http.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(Client::status_of(http.read_head()), 400);
    EXPECT_TRUE(http.ends());
    EXPECT_GE(server.counters().refused_tls.value(), 5U);
    EXPECT_EQ(server.handler().opened, 0);
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 1; }));
}

TEST(ShardTls, OldVersionsAndOtherProtocolsAreRefused) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    TlsClient old{server.group.port(0), 0, TLS1_1_VERSION};
    EXPECT_FALSE(old.connect());
    TlsClient h2{server.group.port(0), 0, 0, "\x02h2"};
    EXPECT_FALSE(h2.connect());
    TlsClient both{server.group.port(0), 0, 0, "\x02h2\x08http/1.1"};
    EXPECT_TRUE(both.connect());
    TlsClient web_on_tcp{server.group.port(1), 0, 0, "\x08http/1.1"};
    EXPECT_FALSE(web_on_tcp.connect());
}

TEST(ShardTls, ASlowHandshakeIsNotAwaitedForEver) {
    const Certificate certificate;
    Options options = with_tls(certificate);
    options.within.handshake = Millis{80};
    Server server{options};
    server.serve();
    Client silent{server.group.port(0)};
    Client halfway{server.group.port(1)};
    halfway.send("\x16\x03\x01");
    EXPECT_TRUE(silent.ends());
    EXPECT_TRUE(halfway.ends());
    EXPECT_EQ(server.counters().refused_slow.value(), 2U);
}

TEST(ShardTls, RenegotiationIsRefused) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    TlsClient client{server.group.port(1), 0, TLS1_2_VERSION};
    ASSERT_TRUE(client.connect());
    SSL_renegotiate(client.ssl());
    EXPECT_NE(SSL_do_handshake(client.ssl()), 1);
    EXPECT_EQ(server.counters().tls_handshakes.value(), 1U);
}

TEST(ShardTls, AKeyUpdateIsFollowed) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    TlsClient client{server.group.port(1), 0, TLS1_3_VERSION};
    ASSERT_TRUE(client.connect());
    for (int i = 0; i < 20; ++i) {
        SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
        client.send(tcp::frame("after update"));
        ASSERT_EQ(client.next_frame(), "after update");
    }
}

TEST(ShardTls, AStormOfHandshakesGetsThrough) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    std::vector<std::thread> storm;
    std::atomic<int> in{0};
    for (int i = 0; i < 60; ++i) {
        storm.emplace_back([&] {
            TlsClient client{server.group.port(1)};
            if (!client.connect()) return;
            client.send(tcp::frame("in"));
            if (client.next_frame() == "in") ++in;
        });
    }
    for (std::thread& each : storm) each.join();
    EXPECT_EQ(in, 60);
}

TEST(ShardTls, ANewCertificateServesThoseWhoComeAfterIt) {
    Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    TlsClient before{server.group.port(1)};
    ASSERT_TRUE(before.connect());
    EXPECT_EQ(before.serial(), 1);

    certificate.make();
    ASSERT_TRUE(server.group.reload_certificates());
    server.on_shard([](Shard&) {});  // Behind the news.
    TlsClient after{server.group.port(1)};
    ASSERT_TRUE(after.connect());
    EXPECT_EQ(after.serial(), 2);

    certificate.spoil();
    const auto spoilt = server.group.reload_certificates();
    ASSERT_FALSE(spoilt);
    EXPECT_THAT(spoilt.error(), HasSubstr(certificate.files().certificate));
    certificate.make(-3'600);
    const auto expired = server.group.reload_certificates();
    ASSERT_FALSE(expired);
    EXPECT_THAT(expired.error(), HasSubstr("not valid"));
    TlsClient still{server.group.port(1)};
    ASSERT_TRUE(still.connect());
    EXPECT_EQ(still.serial(), 2);
    before.send(tcp::frame("as before"));
    EXPECT_EQ(before.next_frame(), "as before");
}

TEST(ShardTls, WhatIsWrongWithAFileIsSaidInWords) {
    const Certificate certificate;
    const Certificate other;
    const auto flaw = [](const tls::Files& files) {
        const auto loaded = tls::Context::load(files);
        return loaded ? std::string{} : loaded.error();
    };
    EXPECT_EQ(flaw(certificate.files()), "");
    const std::string key = certificate.files().key;
    EXPECT_THAT(flaw({"/nowhere/cert.pem", key}), HasSubstr("No such file"));
    EXPECT_THAT(flaw({"/tmp", key}), HasSubstr("is a folder"));
    EXPECT_THAT(flaw({key, key}), HasSubstr("holds none in PEM"));
    EXPECT_THAT(flaw({certificate.files().certificate, "/dev/null"}),
                HasSubstr("holds none in PEM"));
    EXPECT_THAT(flaw({certificate.files().certificate, other.files().key}),
                HasSubstr("does not belong to the certificate"));
}

TEST(ShardTls, ABannedAddressIsCutBeforeItsHandshakeAndWhoIsInIsTold) {
    const Certificate certificate;
    Server server{with_tls(certificate)};
    server.serve();
    TlsClient socket{server.group.port(0)};
    ASSERT_TRUE(socket.connect());
    ASSERT_EQ(socket.handshake(), 101);
    TlsClient tcp{server.group.port(1)};
    ASSERT_TRUE(tcp.connect());
    Client silent{server.group.port(0)};
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 2; }));
    ASSERT_TRUE(wait_for([&] { return server.counters().connections.value() == 3; }));

    const access::Ban ban{.network = *access::parse_network("127.0.0.1"),
                          .ends = now() + Millis{60'000}};
    server.group.set_bans(std::make_shared<const access::Bans>(std::vector{ban}));
    EXPECT_EQ(socket.next(), "binary:refused BANNED");
    EXPECT_THAT(socket.next(), HasSubstr("4411"));
    EXPECT_EQ(tcp.next_frame(), "refused BANNED");
    EXPECT_TRUE(tcp.told_the_end());
    EXPECT_TRUE(silent.ends());
    Client again{server.group.port(0)};
    EXPECT_TRUE(again.ends());
    EXPECT_EQ(server.counters().tls_handshakes.value(), 2U);
    EXPECT_EQ(server.counters().refused_banned.value(), 4U);
}

TEST(ShardTls, TheEndOfTheCertificateIsKnown) {
    const Certificate certificate;
    const Server server{with_tls(certificate)};
    ASSERT_TRUE(server.group.certificate_ends());
    EXPECT_GT(*server.group.certificate_ends(), now());
    const Server plain{Options{}};
    EXPECT_FALSE(plain.group.certificate_ends());
}

TEST(ShardTls, AServerWithoutAUsableCertificateDoesNotStart) {
    Options options;
    options.listeners[0].tls = true;
    EXPECT_THROW(ShardGroup{options}, std::runtime_error);
    const Certificate certificate;
    const Certificate other;
    options.tls = {certificate.files().certificate, other.files().key};
    EXPECT_THROW(ShardGroup{options}, std::runtime_error);
}

}  // namespace
}  // namespace stentor::net
