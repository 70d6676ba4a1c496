#pragma once
// Files that people send, as a part of the server: what comes, what is whole, and the threads that
// wait for the disk.
//
// Owner: the wiring. Thread: run() and after_look() from any; the rest of it only within what
// is run.

#include <filesystem>

#include "media/files.h"
#include "media/follower.h"
#include "media/threads.h"
#include "media/uploads.h"
#include "store/store.h"

namespace stentor::media {

inline constexpr const char* kFolder = "media";  // In the data folder.

class Media {
public:
    // `store` outlives it. Throws std::filesystem_error where the folder cannot be used.
    Media(const std::filesystem::path& folder, store::Store& store, UploadLimits limits,
          FollowerPace pace = {})
        : files_{folder, store},
          uploads_{folder, files_, store, limits},
          threads_{kThreads},
          follower_{store, files_, uploads_, pace} {}

    [[nodiscard]] bool run(std::string_view key, Threads::Task task) {
        return threads_.run(key, std::move(task));
    }
    [[nodiscard]] bool after_look(Follower::Task then) {
        return follower_.after_look(std::move(then));
    }
    void stop() { threads_.stop(); }

    [[nodiscard]] Files& files() { return files_; }
    [[nodiscard]] Uploads& uploads() { return uploads_; }

private:
    static constexpr std::size_t kThreads = 3;

    Files files_;
    Uploads uploads_;
    Threads threads_;
    Follower follower_;
};

}  // namespace stentor::media
