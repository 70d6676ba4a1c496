#include "server/wiring/media_of.h"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/log.h"
#include "server/wiring/foreign_keys.h"

namespace stentor::server {
namespace {

media::UploadLimits upload_limits(const config::Settings::Media& media) {
    constexpr std::uint64_t kMebibyte = 1024 * 1024;
    return {.file_bytes = media.file_mb * kMebibyte,
            .user_day_bytes = media.user_day_mb * kMebibyte,
            .user_day_files = media.user_day_files};
}

std::unique_ptr<http_client::Bucket> open_bucket(const config::Settings::Media& media) {
    auto options = bucket_options(media);
    if (!options) return nullptr;
    auto bucket = std::make_unique<http_client::Bucket>(std::move(*options));
    const auto good = bucket->check();
    if (good) return bucket;
    if (good.error().rule == "refused") {
        throw std::runtime_error{"media.bucket: " + media.bucket +
                                 " refuses this server; its answer stands in the log"};
    }
    log::warn("files cannot be sent or read until the bucket answers", {{"bucket", media.bucket}});
    return bucket;
}

}  // namespace

std::optional<http_client::BucketOptions> bucket_options(const config::Settings::Media& media) {
    if (media.bucket.empty()) return std::nullopt;
    if (media.bucket_key.empty()) {
        throw std::runtime_error{
            "media.bucket_key: media.bucket needs the path of a file with ID:SECRET"};
    }
    std::string key;
    try {
        key = secret_in(media.bucket_key);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error{std::string{"media.bucket_key: "} + error.what()};
    }
    const std::size_t colon = key.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == key.size() ||
        key.find_first_of(" \t\r\n") != std::string::npos) {
        throw std::runtime_error{"media.bucket_key: " + media.bucket_key + " holds no ID:SECRET"};
    }
    return http_client::BucketOptions{
        .url = media.bucket.substr(0, media.bucket.find_last_not_of('/') + 1),
        .region = media.bucket_region,
        .key_id = key.substr(0, colon),
        .secret = key.substr(colon + 1)};
}

std::unique_ptr<media::Media> make_media(const config::Settings& settings, store::Store& store) {
    return std::make_unique<media::Media>(
        std::filesystem::path{settings.server.data} / media::kFolder, store,
        upload_limits(settings.media), media::FollowerPace{}, open_bucket(settings.media));
}

}  // namespace stentor::server
