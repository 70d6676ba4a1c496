#pragma once
// The bytes of files in a bucket, named as they are in the data folder. What lay there before there
// was a bucket stays there and is read from there.
//
//   media/loose/<SHA-256>    bytes that may be nobody's, and since when (ms): a row of the record,
//                            written before they come and before they go
//
// So the bucket is never listed, and what other programs keep in it is never touched. But two
// servers must not share one: each removes what none of its own files has.

#include "http_client/bucket.h"
#include "media/disk_objects.h"
#include "store/settings.h"

namespace stentor::media {

class BucketObjects final : public Objects {
public:
    // All outlive it.
    BucketObjects(http_client::Bucket& bucket, DiskObjects& disk, store::Settings& settings)
        : bucket_{bucket}, disk_{disk}, settings_{settings} {}

    Result<void> bring(const Contents& contents, const std::filesystem::path& part) override;
    Result<void> keep(const Contents& contents, const std::filesystem::path& part) override;
    [[nodiscard]] Result<std::string> read(const Contents& contents,
                                           const ByteRange& range) override;
    Result<void> loosen(std::string_view sha256) override;
    void settle(std::string_view sha256, bool used) override;
    [[nodiscard]] Result<std::vector<std::string>> left_over(unsigned bucket, Time now) override;

private:
    [[nodiscard]] Result<bool> is_there(const Contents& contents);

    http_client::Bucket& bucket_;
    DiskObjects& disk_;
    store::Settings& settings_;
};

}  // namespace stentor::media
