#pragma once
// Files that members send, from the operator's settings.

#include <memory>
#include <optional>

#include "config/settings.h"
#include "http_client/bucket.h"
#include "media/media.h"
#include "store/store.h"

namespace stentor::server {

// Nothing where there is none. Throws std::runtime_error where the key's file is no key.
[[nodiscard]] std::optional<http_client::BucketOptions> bucket_options(
    const config::Settings::Media& media);
// `store` outlives it. Throws std::runtime_error where the bucket refuses this server; one that
// does not answer may answer later.
[[nodiscard]] std::unique_ptr<media::Media> make_media(const config::Settings& settings,
                                                       store::Store& store);

}  // namespace stentor::server
