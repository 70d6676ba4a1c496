#pragma once
// Whose a data folder is, and whether a server holds it. One rule for every command that reads or
// writes there.
//
// Thread: any. Cost: a few system calls.

#include <filesystem>

namespace stentor::server {

// Throws std::runtime_error, with a sentence for the operator, when root works in a folder that
// belongs to somebody else: what root makes there, the service could not open. A folder that is not
// there yet is judged by the one above it when `made_for_a_service`.
void refuse_foreign_folder(const std::filesystem::path& data, bool made_for_a_service = false);

// Throws std::runtime_error where the disk has no room for a server to start.
void refuse_full_disk(const std::filesystem::path& data);

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
