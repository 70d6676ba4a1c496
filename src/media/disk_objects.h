#pragma once
// The bytes of files in the data folder:
//
//   media/whole/<first two digits>/<SHA-256>
//
// A crash between bytes and rows leaves bytes that no row names; those older than an hour are left
// over.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "media/objects.h"

namespace stentor::media {

inline constexpr const char* kWhole = "whole";  // In the folder of all files.
// Of the bytes: in that folder, and in a bucket.
[[nodiscard]] std::string name_of(std::string_view sha256);

class DiskObjects final : public Objects {
public:
    // The folder is made when missing. Throws std::filesystem_error.
    explicit DiskObjects(const std::filesystem::path& folder);

    [[nodiscard]] bool has(std::string_view sha256) const;

    Result<void> bring(const Contents& contents, const std::filesystem::path& part) override;
    Result<void> keep(const Contents& contents, const std::filesystem::path& part) override;
    [[nodiscard]] Result<std::string> read(const Contents& contents,
                                           const ByteRange& range) override;
    Result<void> loosen(std::string_view sha256) override;
    void settle(std::string_view sha256, bool used) override;
    [[nodiscard]] Result<std::vector<std::string>> left_over(unsigned bucket, Time now) override;

private:
    [[nodiscard]] std::filesystem::path place_of(std::string_view sha256) const;

    const std::filesystem::path folder_;  // Of all files.
};

}  // namespace stentor::media
