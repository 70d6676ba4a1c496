#pragma once
// For tests: a folder of its own beside a record, and a group's log that names files.

#include <gtest/gtest.h>
#include <sodium/crypto_hash_sha256.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/number_text.h"
#include "base/temporary_folder_test_kit.h"
#include "media/disk_objects.h"
#include "media/files.h"
#include "media/uploads.h"
#include "store/group_log_test_kit.h"
#include "wire/pb.h"

namespace stentor::media {

inline std::string sha256_of(std::string_view bytes) {
    std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size());
    return hex_of(hash);
}

inline constexpr UserId kAnn{11};
inline constexpr UserId kBob{12};
inline constexpr GroupId kTeam{7};
inline const std::string kPicture = "\x89PNG\r\n\x1a\n and some more bytes";

template <class Record>
class MediaFixture : public testing::Test {
protected:
    MediaFixture() { open(); }

    // As a process that starts: nothing but the folder and the record is left of before.
    void open() {
        uploads_.reset();
        counts_ = std::make_unique<Counts>();
        files_ = std::make_unique<Files>(objects_, store_, *counts_);
        uploads_ = std::make_unique<Uploads>(folder_.path(), *files_, store_, limits_, *counts_);
        for (unsigned i = 0; i < Files::kBuckets; ++i) EXPECT_TRUE(files_->count(i));
    }
    UploadRequest request(std::uint64_t size, UserId uid = kAnn) {
        return {.uid = uid, .gid = kTeam, .name = "cat.png", .size = size};
    }
    Result<StoredFile> send(const std::string& bytes, UserId uid = kAnn,
                            const std::string& thumbnail_of = {}) {
        UploadRequest wanted = request(bytes.size(), uid);
        wanted.thumbnail_of = thumbnail_of;
        if (!thumbnail_of.empty()) wanted.sha256 = sha256_of(bytes);
        const auto begun = uploads_->begin(wanted, at_);
        if (!begun) return std::unexpected(begun.error());
        const auto added = uploads_->add(uid, begun->id, 0, bytes);
        if (!added) return std::unexpected(added.error());
        return uploads_->finish(uid, begun->id, sha256_of(bytes), at_);
    }
    [[nodiscard]] std::size_t files_in(const char* below) const {
        std::size_t count = 0;
        for (const auto& each : std::filesystem::recursive_directory_iterator{folder_ / below}) {
            if (each.is_regular_file()) ++count;
        }
        return count;
    }
    [[nodiscard]] std::uint64_t refused(std::string_view reason) const {
        for (std::size_t i = 0; i < Counts::kReasons.size(); ++i) {
            if (Counts::kReasons[i] == reason) return counts_->refused[i];
        }
        return 0;
    }
    [[nodiscard]] std::vector<std::string> rows(std::string_view prefix = "media/") {
        std::vector<std::string> names;
        const auto found = store_.settings(prefix);
        for (const auto& row : *found) names.push_back(row.name);
        return names;
    }

    TemporaryFolder folder_;
    DiskObjects objects_{folder_.path()};
    Record store_;
    UploadLimits limits_{
        .file_bytes = 1'000'000, .user_day_bytes = 2'000'000, .user_day_files = 20};
    Time at_ = now();
    std::unique_ptr<Counts> counts_;
    std::unique_ptr<Files> files_;
    std::unique_ptr<Uploads> uploads_;
};

// Writes messages that name files.
class GroupLogScribe : public store::GroupLogScribe {
public:
    using store::GroupLogScribe::GroupLogScribe;

    Seq post(const std::vector<std::string>& addresses) {
        return store::GroupLogScribe::post({naming(addresses)});
    }
    void edit(Seq seq, const std::vector<std::string>& addresses) {
        store::GroupLogScribe::edit(seq, naming(addresses));
    }

private:
    static pb::Body naming(const std::vector<std::string>& addresses) {
        pb::Body body;
        for (const std::string& address : addresses) {
            body.add_attachments()->set_address(address);
        }
        return body;
    }
};

}  // namespace stentor::media
