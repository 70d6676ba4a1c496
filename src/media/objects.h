#pragma once
// A port: where the bytes lie of files that are whole, once for each content, named by its SHA-256,
// never changed. On the disk (disk_objects.h), or in a bucket (bucket_objects.h).
//
// Thread: any; calls block. Calls that change are made one at a time (Files' mutex), bring() is
// not.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "base/port.h"
#include "base/time.h"
#include "media/rules/byte_range.h"
#include "media/rules/stored_file.h"

namespace stentor::media {

class Objects : public Port {
public:
    // The bytes stand in `part`, synced. May take long; keep() is quick afterwards. `part` stays.
    virtual Result<void> bring(const Contents& contents, const std::filesystem::path& part) = 0;
    // Durable when it returns, and `part` is gone. Once more: nothing changes. not_found: there is
    // no part, and there never was.
    virtual Result<void> keep(const Contents& contents, const std::filesystem::path& part) = 0;
    // not_found where the bytes are gone, or are fewer.
    [[nodiscard]] virtual Result<std::string> read(const Contents& contents,
                                                   const ByteRange& range) = 0;
    // Before the last row may go that names them: what a crash leaves is found by left_over().
    virtual Result<void> loosen(std::string_view sha256) = 0;
    // After it: unless they are used, the bytes go. Those that cannot go now are left over.
    virtual void settle(std::string_view sha256, bool used) = 0;
    // Bytes that a crash may have left to nobody, by the first two digits of their name.
    [[nodiscard]] virtual Result<std::vector<std::string>> left_over(unsigned bucket, Time now) = 0;
};

}  // namespace stentor::media
