#pragma once
// Files that people send, as a part of the server: what comes, what is whole, and the threads that
// wait for the disk.
//
// Owner: the wiring. Thread: run() and after_look() from any; the rest of it only within what
// is run.

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "http_client/bucket.h"
#include "media/bucket_objects.h"
#include "media/counts.h"
#include "media/disk_objects.h"
#include "media/files.h"
#include "media/follower.h"
#include "media/threads.h"
#include "media/uploads.h"
#include "store/store.h"

namespace stentor::media {

inline constexpr const char* kFolder = "media";  // In the data folder.

class Media {
public:
    // `store` outlives it. `bucket`: where whole files lie; none: in the folder. Throws
    // std::filesystem_error where the folder cannot be used.
    Media(const std::filesystem::path& folder, store::Store& store, UploadLimits limits,
          FollowerPace pace = {}, std::unique_ptr<http_client::Bucket> bucket = {})
        : disk_{folder},
          bucket_{std::move(bucket)},
          files_{objects(store), store, counts_},
          uploads_{folder, files_, store, limits, counts_},
          threads_{kThreads},
          follower_{store, files_, uploads_, pace} {}

    [[nodiscard]] bool run(std::string_view key, Threads::Task task) {
        return threads_.run(key, std::move(task));
    }
    void refuse_busy() { counts_.refuse_busy(); }
    [[nodiscard]] const Counts& counts() const { return counts_; }
    [[nodiscard]] bool after_look(Follower::Task then) {
        return follower_.after_look(std::move(then));
    }
    void stop() { threads_.stop(); }

    [[nodiscard]] Files& files() { return files_; }
    [[nodiscard]] Uploads& uploads() { return uploads_; }

private:
    static constexpr std::size_t kThreads = 3;

    Objects& objects(store::Store& store) {
        if (!bucket_) return disk_;
        return in_bucket_.emplace(*bucket_, disk_, store);
    }

    DiskObjects disk_;
    std::unique_ptr<http_client::Bucket> bucket_;
    std::optional<BucketObjects> in_bucket_;
    Counts counts_{};
    Files files_;
    Uploads uploads_;
    Threads threads_;
    Follower follower_;
};

}  // namespace stentor::media
