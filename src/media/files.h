#pragma once
// Files that are whole: their bytes (Objects), once for each content, and what is known of them in
// the record.
//
//   media/file/<id>             -> a StoredFile   rows of the record (store::Settings)
//   media/of/<SHA-256>/<id>                       which files have these bytes
//   media/at/<gid>/<seq>/<id>                     which files an entry names
//
// The rows are the record's, so that backups, followers and exports hold them with the messages. A
// crash between two of the writes leaves more than is needed, never less: sweep() finds it.
//
// Thread: any; calls block on the disk or a bucket, so only threads of media::Threads and the
// follower make them. Limits: kFileEntries entries of one file are remembered, the newest.

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "media/counts.h"
#include "media/objects.h"
#include "media/rules/byte_range.h"
#include "media/rules/stored_file.h"
#include "store/settings.h"

namespace stentor::media {

class Files {
public:
    // All outlive it.
    Files(Objects& objects, store::Settings& settings, Counts& counts)
        : objects_{objects}, settings_{settings}, counts_{counts} {}
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;

    // The bytes stand in `part`, synced, and are taken from there. Durable when it returns. Once
    // more for the same id: nothing changes.
    Result<void> keep(const StoredFile& file, const std::filesystem::path& part);
    // Likewise, as the small picture of a file; one before it is replaced.
    Result<StoredFile> keep_thumbnail(const std::string& id, const Contents& thumbnail,
                                      const std::filesystem::path& part);
    // not_found.
    [[nodiscard]] Result<StoredFile> find(std::string_view id);
    // not_found where the bytes are gone, or are fewer.
    [[nodiscard]] Result<std::string> read(const Contents& contents, const ByteRange& range) {
        return objects_.read(contents, range);
    }

    // The entry names exactly these files of its group from now on, whatever it named before. A
    // file that no entry names any more is dropped.
    Result<void> set_named(GroupId gid, Seq seq, const std::vector<std::string>& ids);
    Result<void> drop(const StoredFile& file);

    // ---- For the sweep: a part of all files at a time, by the first two digits.
    static constexpr unsigned kBuckets = 256;
    [[nodiscard]] Result<std::vector<StoredFile>> bucket(unsigned number);
    [[nodiscard]] Result<bool> any();
    // What is there since before this start, for Counts; once.
    Result<void> count(unsigned bucket_number);
    // Removes bytes that no row knows: a crash left them.
    Result<void> remove_unknown(unsigned bucket_number, Time now);

private:
    Result<void> put(const StoredFile& file);
    Result<void> forget_bytes(const std::string& id, const Contents& contents);
    Result<void> remove_name(GroupId gid, Seq seq, const std::string& id);
    Result<void> drop_locked(const StoredFile& file);
    [[nodiscard]] bool is_counted(std::string_view id) const;
    [[nodiscard]] Result<bool> is_known(const std::string& sha256);
    Result<void> set(std::string_view name, std::optional<std::string_view> value);

    Objects& objects_;
    store::Settings& settings_;
    Counts& counts_;
    std::mutex mutex_;  // Of all changes: what is kept and what is dropped may have the same bytes.
    std::array<bool, kBuckets> counted_{};  // From then on each change is.
};

}  // namespace stentor::media
