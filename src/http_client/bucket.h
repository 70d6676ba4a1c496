#pragma once
// Objects in a bucket of a service that speaks Amazon's S3 protocol (REST, Signature Version 4,
// which libcurl makes). The key of an object is appended to the bucket's address, so both ways to
// name a bucket work: by the host's name, and by the path.
//
// Thread: any; calls block: 5 s for a connection, then as long as at least 1 KiB/s flow in 10 s.
// Limits: 64 KiB of an answer that is not an object. Redirects are not followed,
// certificates are verified, and no proxy is taken from the environment.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"

namespace stentor::http_client {

struct BucketOptions {
    std::string url;     // https://host/bucket or https://bucket.host, without a slash at its end.
    std::string region;  // As the service calls it: "us-east-1".
    std::string key_id;
    std::string secret;
};

class Bucket {
public:
    // Throws std::runtime_error where libcurl cannot sign.
    explicit Bucket(BucketOptions options);
    Bucket(const Bucket&) = delete;
    Bucket& operator=(const Bucket&) = delete;
    ~Bucket();

    // Errors of all: store_unavailable{bucket}, whose reason is logged; its rule is `refused` where
    // asking again does not help: the service does not take the key, or has no such bucket.

    // That the service answers, takes the key, and has the bucket.
    Result<void> check();
    // The whole file. `sha256`: of it, hexadecimal, by which the service checks what came.
    Result<void> put(std::string_view key, const std::filesystem::path& file,
                     std::string_view sha256);
    // not_found: no such object, or it is shorter.
    Result<std::string> get(std::string_view key, std::uint64_t first, std::uint64_t count);
    // Nothing: no such object.
    Result<std::optional<std::uint64_t>> size_of(std::string_view key);
    // Whether it was there is not told.
    Result<void> remove(std::string_view key);

private:
    class Request;
    struct Pool;

    const BucketOptions options_;
    std::unique_ptr<Pool> pool_;
};

}  // namespace stentor::http_client
