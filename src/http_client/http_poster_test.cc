#include "http_client/http_poster.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <csignal>
#include <future>
#include <thread>

#include "base/limits.h"
#include "http_client/service_test_kit.h"
#include "http_client/signature.h"

namespace stentor::http_client {
namespace {

using namespace std::chrono_literals;

Result<Answer> ask(HttpPoster& poster, const std::string& url, Millis within = 2'000ms,
                   const std::string& body = "{}") {
    std::promise<Result<Answer>> said;
    auto future = said.get_future();
    const auto taken =
        poster.post({.url = url, .headers = {"X-Test: yes"}, .body = body, .within = within},
                    [&](Result<Answer> answer) { said.set_value(std::move(answer)); });
    if (!taken) return std::unexpected(taken.error());
    return future.get();
}

TEST(HttpPoster, PostsBodyAndHeadersAndBringsTheAnswer) {
    std::string seen;
    Service service{[&](const std::string& head, const std::string& body) {
        seen = head + "|" + body;
        return http_answer("fine", 201);
    }};
    HttpPoster poster;
    const auto answer = ask(poster, service.url(), 2'000ms, std::string(5'000, 'x'));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, "fine");
    EXPECT_THAT(seen, testing::HasSubstr("X-Test: yes"));
    EXPECT_THAT(seen, testing::EndsWith("|" + std::string(5'000, 'x')));
}

TEST(HttpPoster, ConnectsToNoAddressThatIsNotAllowed) {
    Service service{[](const auto&, const auto&) { return http_answer("fine"); }};
    bool allows = false;
    HttpPoster poster{{.may_connect = [&](const sockaddr& address) {
        EXPECT_EQ(address.sa_family, AF_INET);
        return allows;
    }}};
    const auto refused = ask(poster, service.url());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::internal);
    EXPECT_EQ(service.asked(), 0);
    allows = true;
    EXPECT_TRUE(ask(poster, service.url()));
}

TEST(HttpPoster, TellsWhenAServiceWantsToBeAskedAgain) {
    Service service{[](const auto&, const auto&) -> std::string {
        return "HTTP/1.1 429 X\r\nConnection: close\r\nRetry-After: 7\r\nContent-Length: "
               "0\r\n\r\n";
    }};
    HttpPoster poster;
    const auto answer = ask(poster, service.url());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 429);
    EXPECT_EQ(answer->retry_after, 7s);
}

TEST(HttpPoster, EndsAtTheDeadlineWhateverTheServiceDoes) {
    std::promise<void> ended;
    Service slow{[wait = ended.get_future().share()](const auto&, const auto&) {
        wait.wait_for(30s);
        return http_answer("late");
    }};
    HttpPoster poster;
    const auto begin = now();
    const auto answer = ask(poster, slow.url(), 100ms);
    EXPECT_LT(now() - begin, 10s);
    ended.set_value();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::timeout);
}

TEST(HttpPoster, TellsOfAServiceThatIsNotThere) {
    std::string url;
    {
        const Service gone{[](const auto&, const auto&) { return std::string{}; }};
        url = gone.url();
    }
    HttpPoster poster;
    const auto answer = ask(poster, url);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::internal);
}

TEST(HttpPoster, BreaksOffAnAnswerThatIsTooLarge) {
    std::size_t bytes = limits::kOutgoingAnswer;
    Service huge{[&](const auto&, const auto&) { return http_answer(std::string(bytes, 'x')); }};
    HttpPoster poster;
    EXPECT_TRUE(ask(poster, huge.url()));
    ++bytes;
    const auto answer = ask(poster, huge.url());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::frame_too_large);
}

TEST(HttpPoster, SaysNothingToAServiceThatSpeaksNoTls) {
    Service plain{[](const auto&, const auto&) { return http_answer("fine"); }};
    HttpPoster poster;
    const auto answer = ask(poster, plain.url("https"), 500ms);
    ASSERT_FALSE(answer);
    EXPECT_EQ(plain.asked(), 0);
}

// A certificate for "localhost" that signed itself, and the one connection that is served with it.
class SelfSigned {
public:
    SelfSigned() {
        key_ = EVP_RSA_gen(2048);
        certificate_ = X509_new();
        ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate_), 0);
        X509_gmtime_adj(X509_getm_notAfter(certificate_), 3'600);
        X509_set_pubkey(certificate_, key_);
        X509_NAME* name = X509_get_subject_name(certificate_);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
        X509_set_issuer_name(certificate_, name);
        X509_sign(certificate_, key_, EVP_sha256());
        context_ = SSL_CTX_new(TLS_server_method());
        SSL_CTX_use_certificate(context_, certificate_);
        SSL_CTX_use_PrivateKey(context_, key_);
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 1);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread{[this] { serve(); }};
    }
    SelfSigned(const SelfSigned&) = delete;
    SelfSigned& operator=(const SelfSigned&) = delete;
    ~SelfSigned() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
        SSL_CTX_free(context_);
        X509_free(certificate_);
        EVP_PKEY_free(key_);
    }
    [[nodiscard]] std::string url() const { return "https://localhost:" + std::to_string(port_); }
    [[nodiscard]] bool trusted() const { return trusted_; }

private:
    void serve() {
        const int socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        SSL* tls = SSL_new(context_);
        SSL_set_fd(tls, socket);
        char bytes[1];
        trusted_ = SSL_accept(tls) == 1 && SSL_read(tls, bytes, sizeof bytes) == 1;
        SSL_free(tls);
        ::close(socket);
    }

    EVP_PKEY* key_{};
    X509* certificate_{};
    SSL_CTX* context_{};
    int listener_{-1};
    unsigned port_{};
    std::atomic<bool> trusted_{};
    std::jthread thread_;
};

TEST(HttpPoster, SaysNothingToACertificateThatSignedItself) {
    std::signal(SIGPIPE, SIG_IGN);
    const SelfSigned service;
    HttpPoster poster;
    const auto answer = ask(poster, service.url());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::internal);
    EXPECT_THAT(std::string{answer.error().where}, testing::HasSubstr("certificate"));
    EXPECT_FALSE(service.trusted());
}

TEST(HttpPoster, FollowsNoRedirectAndNoOtherProtocol) {
    Service service{[](const auto&, const auto&) {
        return std::string{
            "HTTP/1.1 302 X\r\nLocation: file:///etc/passwd\r\nContent-Length: "
            "0\r\nConnection: close\r\n\r\n"};
    }};
    HttpPoster poster;
    EXPECT_EQ(ask(poster, service.url())->status, 302);
    EXPECT_FALSE(ask(poster, "file:///etc/passwd"));
}

TEST(HttpPoster, RefusesBeyondItsBoundAndAnswersAllAtItsEnd) {
    Service slow{[](const auto&, const auto&) {
        std::this_thread::sleep_for(200ms);
        return http_answer("late");
    }};
    int answered = 0;
    {
        HttpPoster poster{{.waiting_max = 3}};
        int taken = 0;
        for (int i = 0; i < 5; ++i) {
            const auto posted = poster.post({.url = slow.url(), .within = 5'000ms},
                                            [&](const Result<Answer>&) { ++answered; });
            if (posted) {
                ++taken;
            } else {
                EXPECT_EQ(posted.error().code, Code::overloaded);
            }
        }
        EXPECT_EQ(taken, 3);
    }
    EXPECT_EQ(answered, 3);
}

// Computed with Python: hmac.new(b"key", b"1700000000000.{}", "sha256").hexdigest()
TEST(Signature, IsThatOfAnotherImplementation) {
    EXPECT_EQ(
        signature("key", from_ms(1'700'000'000'000), "{}"),
        "t=1700000000000,v1=36a72f4525d3323bd0f238fe82098164fb77b1e42288ff8e07b074c686178ad3");
}

}  // namespace
}  // namespace stentor::http_client
