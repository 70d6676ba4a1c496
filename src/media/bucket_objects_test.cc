// Bytes in a bucket, of a service in this process that keeps what it is sent. The signature, and
// a service that others wrote: tests/system/media_bucket.py.

#include "media/bucket_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>

#include "http_client/service_test_kit.h"
#include "media/media_test_kit.h"
#include "store/memory/memory_store.h"

namespace stentor::media {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// As S3, in the least that is asked of it.
class Shelf {
public:
    std::string answer(const std::string& head, const std::string& body) {
        const std::lock_guard lock{mutex_};
        const std::string method = head.substr(0, head.find(' '));
        const std::size_t from = method.size() + 1;
        const std::string path = head.substr(from, head.find(' ', from) - from);
        asked_.push_back(method);
        if (fault_ != 0) return http_client::http_answer("SlowDown", fault_);
        if (method == "PUT") {
            objects_[path] = body;
            return http_client::http_answer("");
        }
        if (method == "DELETE") {
            objects_.erase(path);
            return http_client::http_answer("", 204);
        }
        const auto found = objects_.find(path);
        if (found == objects_.end()) return http_client::http_answer("NoSuchKey", 404);
        if (method == "HEAD") {
            std::string answer = http_client::http_answer(found->second);
            answer.resize(answer.size() - found->second.size());
            return answer;
        }
        const std::size_t at = head.find("Range: bytes=") + 13;
        const std::size_t first = std::stoul(head.substr(at));
        const std::size_t last = std::stoul(head.substr(head.find('-', at) + 1));
        return http_client::http_answer(found->second.substr(first, last - first + 1), 206);
    }
    std::vector<std::string> keys() {
        const std::lock_guard lock{mutex_};
        std::vector<std::string> keys;
        for (const auto& [key, bytes] : objects_) keys.push_back(key);
        return keys;
    }
    long asked(const std::string& method) {
        const std::lock_guard lock{mutex_};
        return std::ranges::count(asked_, method);
    }
    // Every answer has this status; 0: as S3's.
    void set_fault(int status) {
        const std::lock_guard lock{mutex_};
        fault_ = status;
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::string> objects_;
    std::vector<std::string> asked_;
    int fault_{};
};

std::string key_of(const std::string& bytes) {
    const std::string hash = sha256_of(bytes);
    return "/judge/whole/" + hash.substr(0, 2) + "/" + hash;
}

class BucketObjectsTest : public MediaFixture<store::MemoryStore> {
protected:
    BucketObjectsTest() {
        uploads_.reset();
        files_ = std::make_unique<Files>(in_bucket_, store_, *counts_);
        uploads_ = std::make_unique<Uploads>(folder_.path(), *files_, store_, limits_, *counts_);
    }
    std::optional<std::string> read(const Contents& contents) {
        auto bytes = files_->read(contents, {.first = 0, .count = contents.size});
        return bytes ? std::optional{std::move(*bytes)} : std::nullopt;
    }
    void sweep(Time now) {
        for (unsigned i = 0; i < Files::kBuckets; ++i) {
            ASSERT_TRUE(files_->remove_unknown(i, now));
        }
    }

    Shelf shelf_;
    http_client::Service service_{[this](const std::string& head, const std::string& body) {
        return shelf_.answer(head, body);
    }};
    http_client::Bucket bucket_{
        {.url = service_.url(), .region = "here", .key_id = "id", .secret = "secret"}};
    BucketObjects in_bucket_{bucket_, objects_, store_};
};

TEST_F(BucketObjectsTest, WhatIsSentLiesInTheBucketAndIsReadFromThere) {
    const auto file = send(kPicture);
    ASSERT_TRUE(file);
    EXPECT_THAT(shelf_.keys(), ElementsAre(key_of(kPicture)));
    EXPECT_EQ(files_in("whole"), 0U);
    EXPECT_EQ(read(file->contents), kPicture);
    EXPECT_EQ(files_->read(file->contents, {.first = 2, .count = 5}), kPicture.substr(2, 5));
    EXPECT_THAT(rows("media/loose/"), IsEmpty());
}

TEST_F(BucketObjectsTest, OneContentIsSentThereOnceAndGoesWithItsLastFile) {
    const auto first = send(kPicture);
    const auto second = send(kPicture, kBob);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(shelf_.asked("PUT"), 1);
    ASSERT_TRUE(files_->drop(*first));
    EXPECT_EQ(read(second->contents), kPicture);
    ASSERT_TRUE(files_->drop(*second));
    EXPECT_THAT(shelf_.keys(), IsEmpty());
    EXPECT_THAT(rows("media/loose/"), IsEmpty());
}

TEST_F(BucketObjectsTest, WhatLayInTheFolderBeforeIsReadFromThereAndGoesFromThere) {
    files_ = std::make_unique<Files>(objects_, store_, *counts_);
    uploads_ = std::make_unique<Uploads>(folder_.path(), *files_, store_, limits_, *counts_);
    const auto before = send(kPicture);
    ASSERT_TRUE(before);
    files_ = std::make_unique<Files>(in_bucket_, store_, *counts_);
    uploads_ = std::make_unique<Uploads>(folder_.path(), *files_, store_, limits_, *counts_);
    EXPECT_EQ(read(before->contents), kPicture);
    ASSERT_TRUE(send(kPicture, kBob));
    EXPECT_EQ(shelf_.asked("PUT"), 0);
    ASSERT_TRUE(files_->drop(*before));
    EXPECT_EQ(files_in("whole"), 1U);
}

TEST_F(BucketObjectsTest, ABucketThatIsDownKeepsTheUploadForTheNextTry) {
    shelf_.set_fault(503);
    const auto begun = uploads_->begin(request(kPicture.size()), at_);
    ASSERT_TRUE(begun && uploads_->add(kAnn, begun->id, 0, kPicture));
    const auto refused = uploads_->finish(kAnn, begun->id, sha256_of(kPicture), at_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::store_unavailable);
    EXPECT_EQ(refused.error().where, "bucket");
    shelf_.set_fault(0);
    const auto file = uploads_->finish(kAnn, begun->id, sha256_of(kPicture), at_);
    ASSERT_TRUE(file);
    EXPECT_EQ(read(file->contents), kPicture);
}

TEST_F(BucketObjectsTest, WhatTheBucketDoesNotTakeIsCountedAsThat) {
    for (const int status : {503, 403}) {
        shelf_.set_fault(status);
        EXPECT_FALSE(send(kPicture));
    }
    EXPECT_EQ(refused("bucket"), 2U);
    EXPECT_EQ(refused("other"), 0U);
}

TEST_F(BucketObjectsTest, BytesThatCameBeforeACrashAreRemovedAfterAnHour) {
    const auto part = folder_ / "part";
    std::ofstream out{part, std::ios::binary};
    out << kPicture;
    out.close();
    const Contents contents{.sha256 = sha256_of(kPicture), .size = kPicture.size()};
    ASSERT_TRUE(in_bucket_.bring(contents, part));  // And then no row is written.
    sweep(now() + 30min);
    EXPECT_THAT(shelf_.keys(), ElementsAre(key_of(kPicture)));
    sweep(now() + 61min);
    EXPECT_THAT(shelf_.keys(), IsEmpty());
    EXPECT_THAT(rows("media/loose/"), IsEmpty());
}

TEST_F(BucketObjectsTest, BytesThatCouldNotGoWhileTheBucketWasDownGoLater) {
    const auto file = send(kPicture);
    ASSERT_TRUE(file);
    shelf_.set_fault(503);
    ASSERT_TRUE(files_->drop(*file));
    shelf_.set_fault(0);
    EXPECT_THAT(shelf_.keys(), ElementsAre(key_of(kPicture)));
    sweep(now() + 61min);
    EXPECT_THAT(shelf_.keys(), IsEmpty());
}

TEST_F(BucketObjectsTest, BytesThatAFileHasAreNeverRemoved) {
    const auto file = send(kPicture);
    ASSERT_TRUE(file && in_bucket_.loosen(file->contents.sha256));  // A crash: its row stays.
    sweep(now() + 61min);
    EXPECT_EQ(read(file->contents), kPicture);
    EXPECT_THAT(rows("media/loose/"), IsEmpty());
}

TEST_F(BucketObjectsTest, GoneBytesAreNotFound) {
    const auto file = send(kPicture);
    ASSERT_TRUE(file && bucket_.remove("whole/" + file->contents.sha256.substr(0, 2) + "/" +
                                       file->contents.sha256));
    const auto bytes = files_->read(file->contents, {.first = 0, .count = 3});
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, Code::not_found);
}

}  // namespace
}  // namespace stentor::media
