#pragma once
// Whose a data folder is, and whether a server holds it. One rule for every command that reads or
// writes there.
//
// Thread: any. Cost: a few system calls.

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace stentor::server {

// Throws std::runtime_error, with a sentence for the operator, when root works in a folder that
// belongs to somebody else: what root makes there, the service could not open. So it is asked by
// every command that writes there, or acts with the key in it. A folder that is not
// there yet is judged by the one above it when `made_for_a_service`.
void refuse_foreign_folder(const std::filesystem::path& data, bool made_for_a_service = false);

// Throws std::runtime_error where the disk has no room to open the record in it, if there is one,
// and for `bytes` more. RocksDB ends the process where a write finds none, so it is asked before.
// The folder need not be there yet.
void refuse_full_disk(const std::filesystem::path& data, std::uint64_t bytes = 0);

// A folder that was named for something cannot be used for it.
struct UnusableFolder : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Makes the folder, and those above it, for its owner alone; one that is there keeps its mode.
// Throws UnusableFolder.
void make_private_folder(const std::filesystem::path& folder);

// Of all files in the folder whose names end so.
inline constexpr std::string_view kLogEnding = ".log";  // Of RocksDB's logs.
inline constexpr const char* kStore = "store";          // The record, in the data folder.
[[nodiscard]] std::uint64_t bytes_in(const std::filesystem::path& folder,
                                     std::string_view ending = {});

// A process has the record in it open.
[[nodiscard]] bool in_use(const std::filesystem::path& data);

// The record of a data folder while it is made: beside its place, which it takes once it is whole.
// One that is not finished is removed, and so is a data folder that was made for it.
class UnfinishedRecord {
public:
    // Throws std::runtime_error where a record stands already.
    explicit UnfinishedRecord(const std::filesystem::path& data);
    ~UnfinishedRecord();
    UnfinishedRecord(const UnfinishedRecord&) = delete;
    UnfinishedRecord& operator=(const UnfinishedRecord&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    // Durable when it returns. Throws std::runtime_error.
    void finish();

private:
    const std::filesystem::path data_;
    const std::filesystem::path path_;
    const bool made_data_;
    bool finished_{};
};

}  // namespace stentor::server
