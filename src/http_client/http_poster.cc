#include "http_client/http_poster.h"

#include <curl/curl.h>
#include <pthread.h>

#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

#include "http_client/curl_handles.h"

namespace stentor::http_client {
namespace {

struct MultiEnd {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// One request from post() to its callback.
struct Exchange {
    Request request;
    HttpPoster::Done done;
    Time due;
    Answer answer;
    std::size_t answer_bytes_max{};
    bool too_large{};
    Headers headers;
    Easy easy;
};

std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* context) {
    auto& exchange = *static_cast<Exchange*>(context);
    if (exchange.answer.body.size() + size * count > exchange.answer_bytes_max) {
        exchange.too_large = true;
        return 0;  // libcurl breaks the transfer off.
    }
    exchange.answer.body.append(bytes, size * count);
    return size * count;
}

curl_socket_t open_if_allowed(void* context, curlsocktype /*purpose*/, curl_sockaddr* address) {
    const auto& options = *static_cast<const PosterOptions*>(context);
    if (!options.may_connect(address->addr)) return CURL_SOCKET_BAD;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Error error_of(const Exchange& exchange, CURLcode result) {
    if (exchange.too_large) {
        return {
            .code = Code::frame_too_large, .where = "answer", .limit = exchange.answer_bytes_max};
    }
    if (result == CURLE_OPERATION_TIMEDOUT) {
        return {.code = Code::timeout,
                .where = "answer",
                .limit = static_cast<std::uint64_t>(exchange.request.within.count())};
    }
    return {.code = Code::internal, .where = curl_easy_strerror(result)};  // A literal.
}

}  // namespace

class HttpPoster::Loop {
public:
    explicit Loop(PosterOptions options) : options_{std::move(options)}, multi_{curl_multi_init()} {
        if (multi_ == nullptr) throw std::runtime_error{"libcurl cannot start"};
        curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS,
                          static_cast<long>(options_.at_once));
        thread_ = std::jthread{[this] { run(); }};
    }
    ~Loop() {
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        curl_multi_wakeup(multi_.get());
        thread_.join();
    }

    Result<void> put(std::unique_ptr<Exchange> exchange) {
        {
            const std::lock_guard lock{mutex_};
            if (closed_ || count_ >= options_.waiting_max) {
                return std::unexpected(Error{.code = Code::overloaded,
                                             .where = "outgoing",
                                             .limit = options_.waiting_max,
                                             .retry_after_ms = 1'000});
            }
            ++count_;
            arrived_.push_back(std::move(exchange));
        }
        curl_multi_wakeup(multi_.get());
        return {};
    }

private:
    void run() {
        pthread_setname_np(pthread_self(), "outgoing");
        constexpr int kWaitMs = 1'000;
        for (;;) {
            std::deque<std::unique_ptr<Exchange>> arrived;
            {
                const std::lock_guard lock{mutex_};
                if (closed_) break;
                arrived.swap(arrived_);
            }
            for (auto& exchange : arrived) start(std::move(exchange));
            int running = 0;
            curl_multi_perform(multi_.get(), &running);
            finish_those_done();
            curl_multi_poll(multi_.get(), nullptr, 0, kWaitMs, nullptr);
        }
        const Error ended{.code = Code::draining, .where = "outgoing"};
        for (auto& [easy, exchange] : under_way_) {
            curl_multi_remove_handle(multi_.get(), easy);
            exchange->done(std::unexpected(ended));
        }
        under_way_.clear();
        for (auto& exchange : arrived_) exchange->done(std::unexpected(ended));
    }

    void start(std::unique_ptr<Exchange> exchange) {
        const Millis left = exchange->due - now();
        CURL* easy = curl_easy_init();
        exchange->easy.reset(easy);
        exchange->answer_bytes_max = options_.answer_bytes_max;
        for (const std::string& header : exchange->request.headers) {
            add_header(exchange->headers, header);
        }
        curl_easy_setopt(easy, CURLOPT_URL, exchange->request.url.c_str());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers.get());
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->request.body.data());
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(exchange->request.body.size()));
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_bytes);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange.get());
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                         static_cast<long>(std::max(left, Millis{1}).count()));
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "stentor");
        if (options_.may_connect) {
            curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_if_allowed);
            curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &options_);
        }
        if (!options_.authorities.empty()) {
            curl_easy_setopt(easy, CURLOPT_CAINFO, options_.authorities.c_str());
        }
        curl_multi_add_handle(multi_.get(), easy);
        under_way_.emplace(easy, std::move(exchange));
    }

    void finish_those_done() {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode result = message->data.result;
            CURL* easy = message->easy_handle;
            auto found = under_way_.extract(easy);
            curl_multi_remove_handle(multi_.get(), easy);
            const std::unique_ptr<Exchange> exchange = std::move(found.mapped());
            {
                const std::lock_guard lock{mutex_};
                --count_;
            }
            if (result != CURLE_OK) {
                exchange->done(std::unexpected(error_of(*exchange, result)));
                continue;
            }
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            exchange->answer.status = static_cast<int>(status);
            curl_off_t retry_after_s = 0;
            curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after_s);
            exchange->answer.retry_after = std::chrono::seconds{retry_after_s};
            exchange->done(std::move(exchange->answer));
        }
    }

    const PosterOptions options_;
    std::unique_ptr<CURLM, MultiEnd> multi_;
    std::unordered_map<CURL*, std::unique_ptr<Exchange>> under_way_;  // The thread's alone.

    std::mutex mutex_;  // Of the three below.
    std::deque<std::unique_ptr<Exchange>> arrived_;
    std::size_t count_{};
    bool closed_{};
    std::jthread thread_;
};

HttpPoster::HttpPoster(PosterOptions options) {
    // Once a process; libcurl's own initialization is not thread-safe.
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) throw std::runtime_error{"libcurl cannot start"};
    loop_ = std::make_unique<Loop>(std::move(options));
}

HttpPoster::~HttpPoster() = default;

Result<void> HttpPoster::post(Request request, Done done) {
    auto exchange = std::make_unique<Exchange>();
    exchange->due = now() + request.within;
    exchange->request = std::move(request);
    exchange->done = std::move(done);
    return loop_->put(std::move(exchange));
}

}  // namespace stentor::http_client
