#pragma once
// Files on their way here: they come in parts, each behind the bytes that are here already, so that
// a sender who was cut off asks how far it came and goes on, also after this process was killed.
//
//   media/coming/<id>.part   the bytes so far; its length is the offset
//   media/coming/<id>.json   who sends what where
//   media/day/<day>/<uid>    what somebody sent today: a row of the record
//
// Nothing that a sender says of a file is believed: its type follows from its first bytes, and it
// is kept when its size and SHA-256 are those that were told.
//
// Thread: any; calls block on the disk. Calls for one upload come one at a time. Limits: Limits,
// kUploadsOpen of one user, kUploadPartBytes, kUploadKept without a part.

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/code.h"
#include "media/files.h"
#include "store/settings.h"

namespace stentor::media {

struct UploadLimits {
    std::uint64_t file_bytes{};      // 0: nobody may send files.
    std::uint64_t user_day_bytes{};  // Of one user, between two midnights (UTC).
    std::uint64_t user_day_files{};
};

struct UploadRequest {
    UserId uid;
    GroupId gid;
    std::string name;
    std::uint64_t size{};
    std::string declared_type;  // RFC 6838, or empty.
    std::string sha256;         // Hexadecimal; empty: it is told at the end.
    std::string
        thumbnail_of;  // The id of a file of theirs, of which it is a small picture; or empty.
};

struct UploadProgress {
    std::string id;
    std::uint64_t offset{};
    std::uint64_t size{};
};

class Uploads {
public:
    // Goes on with those in the folder. `files`, `settings` and `counts` outlive it. Throws
    // std::filesystem_error.
    Uploads(const std::filesystem::path& folder, Files& files, store::Settings& settings,
            UploadLimits limits, Counts& counts);
    Uploads(const Uploads&) = delete;
    Uploads& operator=(const Uploads&) = delete;

    // bad_field and rate_limited name the field and the limit.
    Result<UploadProgress> begin(UploadRequest request, Time now);
    // not_found: none of this user's.
    Result<UploadProgress> find(UserId uid, const std::string& id);
    // bad_range: the upload stands at another offset, which is the error's limit.
    Result<UploadProgress> add(UserId uid, const std::string& id, std::uint64_t offset,
                               std::string_view bytes);
    // Asked again, the same answer. bad_range: as above, not all has come. bad_field: the bytes
    // have another SHA-256; the upload is over.
    Result<StoredFile> finish(UserId uid, const std::string& id, std::string_view sha256, Time now);
    Result<void> cancel(UserId uid, const std::string& id);

    void sweep(Time now);

private:
    struct Upload {
        UploadRequest request;
        std::string file_id;  // What the file will be called.
        Time begun;
        bool open{true};  // It has a part: it was not finished.
    };
    // What is refused is counted.
    template <class T>
    Result<T> counted(Result<T> result) {
        if (!result) counts_.refuse(result.error());
        return result;
    }
    Result<UploadProgress> try_begin(UploadRequest request, Time now);
    Result<UploadProgress> try_add(UserId uid, const std::string& id, std::uint64_t offset,
                                   std::string_view bytes);
    Result<StoredFile> try_finish(UserId uid, const std::string& id, std::string_view sha256,
                                  Time now);
    void set_finished(const std::string& id);
    void close(Upload& upload);
    [[nodiscard]] std::filesystem::path part_of(const std::string& id) const;
    [[nodiscard]] std::filesystem::path note_of(const std::string& id) const;
    [[nodiscard]] std::uint64_t offset_of(const std::string& id, const Upload& upload) const;
    [[nodiscard]] Result<Upload> look_up(UserId uid, const std::string& id);
    Result<void> check(const UploadRequest& request);
    [[nodiscard]] std::optional<StoredFile> finished(const Upload& upload);
    Result<StoredFile> keep(const std::string& id, const Upload& upload, const Contents& contents,
                            Time now);
    Result<void> take_of_the_day(const UploadRequest& request, Time now);
    // revision_changed: it was taken of by somebody else meanwhile.
    Result<void> try_take_of_the_day(const std::string& name, const UploadRequest& request,
                                     Time now);
    Result<void> note(const std::string& id, const Upload& upload) const;
    void load(const std::filesystem::path& note);
    void forget(const std::string& id);

    const std::filesystem::path folder_;
    Files& files_;
    store::Settings& settings_;
    const UploadLimits limits_;
    Counts& counts_;
    std::mutex mutex_;  // Of the table and the rows of days.
    std::unordered_map<std::string, Upload> uploads_;
};

}  // namespace stentor::media
