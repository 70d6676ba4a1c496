#include "http_client/bucket.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "http_client/curl_handles.h"

namespace stentor::http_client {
namespace {

constexpr long kStartsWithinMs = 5'000;
constexpr long kStalledBytesPerS = 1'024;  // Slower than this,
constexpr long kStalledS = 10;             // for so long: the transfer is broken off.
constexpr std::size_t kAnswerBytes = 64UL * 1024;
// SHA-256 of nothing, which a request without a body has to name.
constexpr std::string_view kNoBody =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct FileEnd {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

struct Received {
    std::string bytes;
    std::size_t max{};
};

std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* context) {
    auto& received = *static_cast<Received*>(context);
    if (received.bytes.size() + size * count > received.max) return 0;  // It breaks off.
    received.bytes.append(bytes, size * count);
    return size * count;
}

constexpr Error kUnavailable{.code = Code::store_unavailable, .where = "bucket"};
constexpr Error kRefused{.code = Code::store_unavailable, .where = "bucket", .rule = "refused"};

}  // namespace

// Connections that wait for their next request.
struct Bucket::Pool {
    Easy take() {
        const std::lock_guard lock{mutex};
        if (idle.empty()) return Easy{curl_easy_init()};
        Easy easy = std::move(idle.back());
        idle.pop_back();
        return easy;
    }
    void give_back(Easy easy) {
        curl_easy_reset(easy.get());
        const std::lock_guard lock{mutex};
        idle.push_back(std::move(easy));
    }

    std::mutex mutex;
    std::vector<Easy> idle;
};

class Bucket::Request {
public:
    Request(Bucket& bucket, std::string_view key)
        : pool_{*bucket.pool_},
          options_{bucket.options_},
          url_{fmt::format("{}/{}", options_.url, key)},
          easy_{pool_.take()} {
        const std::string provider = fmt::format("aws:amz:{}:s3", options_.region);
        const std::string keys = options_.key_id + ":" + options_.secret;
        set(CURLOPT_URL, url_.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_AWS_SIGV4, provider.c_str());
        set(CURLOPT_USERPWD, keys.c_str());
        set(CURLOPT_CONNECTTIMEOUT_MS, kStartsWithinMs);
        set(CURLOPT_LOW_SPEED_LIMIT, kStalledBytesPerS);
        set(CURLOPT_LOW_SPEED_TIME, kStalledS);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROXY, "");
        set(CURLOPT_USERAGENT, "stentor");
        set(CURLOPT_WRITEFUNCTION, &receive);
        set(CURLOPT_WRITEDATA, &received_);
    }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    ~Request() { pool_.give_back(std::move(easy_)); }

    template <typename Value>
    void set(CURLoption option, Value value) {
        curl_easy_setopt(easy_.get(), option, value);
    }
    void add(const std::string& header) { add_header(headers_, header); }

    // The status. Of a body: `sha256` is what is signed of it. `answer_max`: beyond, it fails.
    Result<long> run(std::string_view sha256 = kNoBody, std::size_t answer_max = kAnswerBytes) {
        add(fmt::format("x-amz-content-sha256: {}", sha256));
        set(CURLOPT_HTTPHEADER, headers_.get());
        received_.max = answer_max;
        const CURLcode result = curl_easy_perform(easy_.get());
        if (result != CURLE_OK) {
            log::warn("the bucket did not answer",
                      {{"url", url_}, {"why", curl_easy_strerror(result)}});
            return std::unexpected(kUnavailable);
        }
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        // Who asks for the head alone is not told which of the two is not there.
        const bool no_bucket = status == 404 && received_.bytes.contains("NoSuchBucket");
        if (!no_bucket && (status / 100 == 2 || status == 404 || status == 416)) return status;
        log::warn("the bucket refused", {{"url", url_},
                                         {"status", std::to_string(status)},
                                         {"answer", received_.bytes.substr(0, 300)}});
        const bool refused = status / 100 == 4 && status != 408 && status != 429;
        return std::unexpected(refused ? kRefused : kUnavailable);
    }
    [[nodiscard]] std::string take_bytes() { return std::move(received_.bytes); }
    [[nodiscard]] std::uint64_t told_size() const {
        curl_off_t size = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
        return size < 0 ? 0 : static_cast<std::uint64_t>(size);
    }

private:
    Pool& pool_;
    const BucketOptions& options_;
    const std::string url_;
    Easy easy_;
    Headers headers_;
    Received received_;
};

Bucket::Bucket(BucketOptions options)
    : options_{std::move(options)}, pool_{std::make_unique<Pool>()} {
    const Easy easy{curl_easy_init()};
    if (easy == nullptr || curl_easy_setopt(easy.get(), CURLOPT_AWS_SIGV4, "aws:amz") != CURLE_OK) {
        throw std::runtime_error{"libcurl cannot sign requests to a bucket"};
    }
}

Bucket::~Bucket() = default;

Result<void> Bucket::check() {
    const auto status = Request{*this, "stentor-is-here"}.run();
    return status ? Result<void>{} : std::unexpected(status.error());
}

Result<void> Bucket::put(std::string_view key, const std::filesystem::path& file,
                         std::string_view sha256) {
    const std::unique_ptr<std::FILE, FileEnd> in{std::fopen(file.c_str(), "rbe")};
    std::error_code problem;
    const std::uintmax_t size = std::filesystem::file_size(file, problem);
    if (in == nullptr || problem) {
        return std::unexpected(Error{.code = Code::store_unavailable, .where = "disk"});
    }
    Request request{*this, key};
    request.set(CURLOPT_UPLOAD, 1L);
    request.set(CURLOPT_READDATA, in.get());
    request.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
    const auto status = request.run(sha256);
    if (!status) return std::unexpected(status.error());
    if (*status / 100 != 2) return std::unexpected(kRefused);  // There is no such bucket.
    return {};
}

Result<std::string> Bucket::get(std::string_view key, std::uint64_t first, std::uint64_t count) {
    if (count == 0) return std::string{};
    Request request{*this, key};
    // A service may ignore the range, which is answered then with more than was asked for.
    request.add(fmt::format("Range: bytes={}-{}", first, first + count - 1));
    const auto status = request.run(kNoBody, std::max<std::size_t>(count, kAnswerBytes));
    if (!status) return std::unexpected(status.error());
    std::string bytes = request.take_bytes();
    const bool whole = *status == 206 || (*status == 200 && first == 0);
    if (!whole || bytes.size() != count) {
        return std::unexpected(Error{.code = Code::not_found, .where = "media"});
    }
    return bytes;
}

Result<std::optional<std::uint64_t>> Bucket::size_of(std::string_view key) {
    Request request{*this, key};
    request.set(CURLOPT_NOBODY, 1L);
    const auto status = request.run();
    if (!status) return std::unexpected(status.error());
    if (*status / 100 != 2) return std::nullopt;
    return request.told_size();
}

Result<void> Bucket::remove(std::string_view key) {
    Request request{*this, key};
    request.set(CURLOPT_CUSTOMREQUEST, "DELETE");
    const auto status = request.run();
    return status ? Result<void>{} : std::unexpected(status.error());
}

}  // namespace stentor::http_client
