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
#include "media/files.h"
#include "media/uploads.h"
#include "store/store.h"
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
    MediaFixture()
        : folder_{std::filesystem::path{testing::TempDir()} /
                  ("media-" +
                   std::string{testing::UnitTest::GetInstance()->current_test_info()->name()})} {
        std::filesystem::remove_all(folder_);
        open();
    }
    ~MediaFixture() override {
        uploads_.reset();
        files_.reset();
        std::filesystem::remove_all(folder_);
    }

    // As a process that starts: nothing but the folder and the record is left of before.
    void open() {
        uploads_.reset();
        files_ = std::make_unique<Files>(folder_, store_);
        uploads_ = std::make_unique<Uploads>(folder_, *files_, store_, limits_);
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
    [[nodiscard]] std::vector<std::string> rows(std::string_view prefix = "media/") {
        std::vector<std::string> names;
        const auto found = store_.settings(prefix);
        for (const auto& row : *found) names.push_back(row.name);
        return names;
    }

    std::filesystem::path folder_;
    Record store_;
    UploadLimits limits_{
        .file_bytes = 1'000'000, .user_day_bytes = 2'000'000, .user_day_files = 20};
    Time at_ = now();
    std::unique_ptr<Files> files_;
    std::unique_ptr<Uploads> uploads_;
};

// A group's owner as far as a log needs one.
class GroupLogScribe {
public:
    GroupLogScribe(store::Store& store, GroupId gid) : store_{store}, gid_{gid} {
        head_ = {.epoch = {1}, .term = {1}, .digest = genesis(gid), .floor_digest = genesis(gid)};
    }

    Seq post(const std::vector<std::string>& addresses) {
        store::Commit commit = next();
        pb::Entry entry;
        entry.set_seq(++commit.head.seq.value);
        entry.set_sender(kAnn.value);
        entry.set_cmid(std::string{cmid().view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(1'000);
        entry.set_ordinal(++commit.head.ordinal);
        entry.set_body(body(addresses));
        commit.entries.push_back(log_entry(entry, commit.head.digest));
        commit.head.digest = commit.entries.back().digest;
        log_.push_back(entry);
        write(commit);
        return head_.seq;
    }
    void edit(Seq seq, const std::vector<std::string>& addresses) {
        change(seq, [&](pb::Entry& entry) { entry.set_body(body(addresses)); });
    }
    void recall(Seq seq) {
        change(seq, [](pb::Entry& entry) {
            entry.clear_body();
            entry.set_recalled(true);
        });
    }
    void set_floor(Seq floor) {
        store::Commit commit = next();
        commit.head.floor = floor;
        commit.head.floor_digest = store_.entries(gid_, floor, 1)->entries[0].digest;
        write(commit);
    }

private:
    static std::string body(const std::vector<std::string>& addresses) {
        pb::Body body;
        for (const std::string& address : addresses) {
            body.add_attachments()->set_address(address);
        }
        return body.SerializeAsString();
    }
    template <class Change>
    void change(Seq seq, Change change) {
        store::Commit commit = next();
        pb::Entry& entry = log_[seq.value - 1];
        if (entry.body_hash().empty()) {
            entry.set_body_hash(std::string{hash_of(entry.body()).view()});
        }
        change(entry);
        entry.set_revision(entry.revision() + 1);
        const auto page = store_.entries(gid_, seq, 1);
        commit.changed.push_back(log_entry(entry, page->digest_before));
        write(commit);
    }
    store::Commit next() {
        store::Commit commit{.gid = gid_, .term = {1}, .expected = head_.version, .head = head_};
        ++commit.head.version;
        commit.head.time = from_ms(1'000);
        return commit;
    }
    void write(const store::Commit& commit) {
        ASSERT_EQ(store_.commit({&commit, 1})[0], store::Outcome::done);
        head_ = commit.head;
    }
    Cmid cmid() {
        std::array<std::uint8_t, 10> random{};
        random[9] = ++last_;
        return Cmid::made_at(from_ms(1'000), random);
    }

    store::Store& store_;
    GroupId gid_;
    store::HeadRow head_;
    std::vector<pb::Entry> log_;
    std::uint8_t last_{};
};

}  // namespace stentor::media
