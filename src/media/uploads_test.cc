#include "media/uploads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/media_limits.h"
#include "media/media_test_kit.h"
#include "store/memory/memory_store.h"

namespace stentor::media {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::StartsWith;
using namespace std::chrono_literals;
using UploadsTest = MediaFixture<store::MemoryStore>;

TEST_F(UploadsTest, PartsBecomeAFile) {
    const auto begun = uploads_->begin(request(kPicture.size()), at_);
    ASSERT_TRUE(begun);
    EXPECT_EQ(uploads_->add(kAnn, begun->id, 0, kPicture.substr(0, 10))->offset, 10U);
    EXPECT_EQ(uploads_->find(kAnn, begun->id)->offset, 10U);
    EXPECT_EQ(uploads_->add(kAnn, begun->id, 10, kPicture.substr(10))->offset, kPicture.size());
    const auto file = uploads_->finish(kAnn, begun->id, sha256_of(kPicture), at_);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->contents.type, "image/png");
    EXPECT_EQ(file->gid, kTeam);
    EXPECT_TRUE(is_file_id(file->id));
    EXPECT_EQ(files_->find(file->id), *file);
    EXPECT_EQ(files_->read(file->contents, {.first = 0, .count = kPicture.size()}), kPicture);
    EXPECT_EQ(files_->read(file->contents, {.first = 1, .count = 3}), "PNG");
    EXPECT_FALSE(files_->read(file->contents, {.first = 1, .count = kPicture.size()}));
    // A sender whose answer was lost asks again.
    EXPECT_EQ(uploads_->finish(kAnn, begun->id, "", at_), *file);
    open();
    EXPECT_EQ(uploads_->finish(kAnn, begun->id, "", at_), *file);
}

TEST_F(UploadsTest, WhatIsUnderWayWholeAndRefusedIsCounted) {
    const auto begun = uploads_->begin(request(kPicture.size()), at_);
    EXPECT_EQ(counts_->open, 1U);
    ASSERT_TRUE(uploads_->add(kAnn, begun->id, 0, kPicture));
    EXPECT_EQ(counts_->bytes_in, kPicture.size());
    const auto given_up = uploads_->begin(request(10), at_);
    open();
    EXPECT_EQ(counts_->open, 2U) << "as it stands in the folder";
    ASSERT_TRUE(uploads_->finish(kAnn, begun->id, sha256_of(kPicture), at_));
    ASSERT_TRUE(uploads_->finish(kAnn, begun->id, "", at_)) << "asked again";
    ASSERT_TRUE(uploads_->cancel(kAnn, given_up->id));
    EXPECT_EQ(counts_->open, 0U);
    EXPECT_EQ(counts_->finished, 1U);
    const auto again = send(kPicture, kBob);
    ASSERT_TRUE(again);
    EXPECT_EQ(counts_->files, 2U);
    EXPECT_EQ(counts_->bytes, 2 * kPicture.size());
    open();
    EXPECT_EQ(counts_->files, 2U);
    EXPECT_EQ(counts_->bytes, 2 * kPicture.size());

    limits_.user_day_files = 1;
    open();
    EXPECT_FALSE(uploads_->begin(request(1), at_));
    EXPECT_EQ(refused("user_day_files"), 1U);
    const auto other = uploads_->begin(request(1, {99}), at_);
    ASSERT_TRUE(other);
    EXPECT_FALSE(uploads_->add({99}, other->id, 7, "x"));
    for (const auto reason : Counts::kReasons) {
        EXPECT_EQ(refused(reason), reason == "user_day_files" ? 1U : 0U) << reason;
    }
}

TEST_F(UploadsTest, ARefusalIsCountedByItsReason) {
    EXPECT_FALSE(uploads_->begin(request(10'000'000'000), at_));
    EXPECT_FALSE(uploads_->begin(request(0), at_));
    EXPECT_FALSE(uploads_->add(kAnn, std::string(32, '0'), 0, "x"));
    EXPECT_EQ(refused("size"), 2U);
    EXPECT_EQ(refused("upload"), 1U);
    EXPECT_EQ(refused("other"), 0U);
}

TEST_F(UploadsTest, WhatIsDroppedIsCountedNoMore) {
    const auto file = send(kPicture);
    ASSERT_TRUE(file);
    ASSERT_TRUE(send(kPicture, kAnn, file->id));
    EXPECT_EQ(counts_->bytes, 2 * kPicture.size()) << "with its small picture";
    const auto whole = files_->find(file->id);
    ASSERT_TRUE(whole);
    ASSERT_TRUE(files_->drop(*whole));
    ASSERT_TRUE(files_->drop(*whole)) << "it is gone already";
    EXPECT_EQ(counts_->files, 0U);
    EXPECT_EQ(counts_->bytes, 0U);
}

TEST_F(UploadsTest, GoesOnAfterAnEndWithoutAWord) {
    const auto begun = uploads_->begin(request(kPicture.size()), at_);
    ASSERT_TRUE(uploads_->add(kAnn, begun->id, 0, kPicture.substr(0, 7)));
    open();
    ASSERT_EQ(uploads_->find(kAnn, begun->id)->offset, 7U);
    ASSERT_TRUE(uploads_->add(kAnn, begun->id, 7, kPicture.substr(7)));
    open();
    EXPECT_TRUE(uploads_->finish(kAnn, begun->id, sha256_of(kPicture), at_));
}

TEST_F(UploadsTest, APartThatDoesNotContinueWhatIsHereIsToldWhereItStands) {
    const auto begun = uploads_->begin(request(100), at_);
    ASSERT_TRUE(uploads_->add(kAnn, begun->id, 0, std::string(40, 'a')));
    for (const std::uint64_t offset : {0U, 39U, 41U, 100U, 4'000'000'000U}) {
        const auto refused = uploads_->add(kAnn, begun->id, offset, "x");
        EXPECT_EQ(refused.error(),
                  (Error{.code = Code::bad_range, .where = "offset", .limit = 40}));
    }
    const auto early = uploads_->finish(kAnn, begun->id, sha256_of("x"), at_);
    EXPECT_EQ(early.error(), (Error{.code = Code::bad_range, .where = "offset", .limit = 40}));
    EXPECT_EQ(uploads_->add(kAnn, begun->id, 40, std::string(61, 'a')).error(),
              (Error{.code = Code::bad_field, .where = "size", .limit = 100}));
    EXPECT_TRUE(uploads_->add(kAnn, begun->id, 40, std::string(60, 'a')));
}

TEST_F(UploadsTest, NothingAndTooMuchAreRefusedAtTheBeginning) {
    EXPECT_EQ(uploads_->begin(request(0), at_).error(),
              (Error{.code = Code::bad_field, .where = "size", .limit = 1}));
    EXPECT_EQ(uploads_->begin(request(10'000'000'000), at_).error(),
              (Error{.code = Code::bad_field, .where = "size", .limit = 1'000'000}));
    UploadRequest odd = request(10);
    odd.sha256 = "0123";
    EXPECT_EQ(uploads_->begin(odd, at_).error().where, "sha256");
    odd.sha256 = std::string(64, 'A');
    EXPECT_EQ(uploads_->begin(odd, at_).error().where, "sha256");
    limits_.file_bytes = 0;
    open();
    EXPECT_EQ(uploads_->begin(request(1), at_).error().code, Code::not_permitted);
    EXPECT_THAT(rows(), IsEmpty());
    EXPECT_EQ(files_in("coming"), 0U);
}

TEST_F(UploadsTest, APictureOfOneselfIsNoGroupsAndSmall) {
    UploadRequest own = request(limits::kPictureBytes + 1);
    own.gid = {};
    const auto large = uploads_->begin(own, at_);
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().where, "size");
    EXPECT_EQ(large.error().limit, limits::kPictureBytes);
    const auto send_own = [&](const std::string& bytes) {
        own.size = bytes.size();
        const auto begun = uploads_->begin(own, at_);
        EXPECT_TRUE(begun);
        EXPECT_TRUE(uploads_->add(kAnn, begun->id, 0, bytes));
        return uploads_->finish(kAnn, begun->id, sha256_of(bytes), at_);
    };
    EXPECT_EQ(send_own("no picture").error().where, "type");
    const auto picture = send_own(kPicture);
    ASSERT_TRUE(picture);
    EXPECT_FALSE(picture->gid);
    EXPECT_EQ(picture->contents.type, "image/png");
}

TEST_F(UploadsTest, OtherBytesThanWereToldAreThrownAway) {
    const auto begun = uploads_->begin(request(3), at_);
    ASSERT_TRUE(uploads_->add(kAnn, begun->id, 0, "abc"));
    EXPECT_EQ(uploads_->finish(kAnn, begun->id, "", at_).error().where, "sha256");
    EXPECT_EQ(uploads_->finish(kAnn, begun->id, sha256_of("abd"), at_).error(),
              (Error{.code = Code::bad_field, .where = "sha256"}));
    EXPECT_EQ(uploads_->find(kAnn, begun->id).error().code, Code::not_found);
    EXPECT_EQ(files_in("coming") + files_in("whole"), 0U);

    // What was told at the beginning counts, whatever is told at the end.
    UploadRequest early = request(3);
    early.sha256 = sha256_of("abc");
    const auto second = uploads_->begin(early, at_);
    ASSERT_TRUE(uploads_->add(kAnn, second->id, 0, "abd"));
    EXPECT_EQ(uploads_->finish(kAnn, second->id, sha256_of("abd"), at_).error().where, "sha256");
}

TEST_F(UploadsTest, NobodyElseGoesOnWithAnUpload) {
    const auto begun = uploads_->begin(request(3), at_);
    EXPECT_EQ(uploads_->find(kBob, begun->id).error().code, Code::not_found);
    EXPECT_EQ(uploads_->add(kBob, begun->id, 0, "abc").error().code, Code::not_found);
    EXPECT_EQ(uploads_->finish(kBob, begun->id, "", at_).error().code, Code::not_found);
    EXPECT_EQ(uploads_->cancel(kBob, begun->id).error().code, Code::not_found);
    EXPECT_EQ(uploads_->find(kAnn, "../../secrets").error().code, Code::not_found);
    EXPECT_TRUE(uploads_->cancel(kAnn, begun->id));
    EXPECT_EQ(files_in("coming"), 0U);
}

TEST_F(UploadsTest, ADayHasItsBytesAndItsFiles) {
    ASSERT_TRUE(uploads_->begin(request(1'000'000), at_));
    open();  // Also over a restart.
    ASSERT_TRUE(uploads_->begin(request(1'000'000), at_));
    const Error full = uploads_->begin(request(1), at_).error();
    EXPECT_EQ(full.code, Code::rate_limited);
    EXPECT_EQ(full.where, "size");
    EXPECT_EQ(full.limit, 2'000'000U);
    EXPECT_EQ(full.rule, "user_day_mb");
    EXPECT_LE(full.retry_after_ms, 86'400'000U);
    EXPECT_TRUE(uploads_->begin(request(1, kBob), at_)) << "another's day is another";
    EXPECT_TRUE(uploads_->begin(request(1), at_ + Millis{full.retry_after_ms}));

    limits_.user_day_files = 3;
    open();
    ASSERT_TRUE(send("b1", kBob));
    ASSERT_TRUE(send("b2", kBob));
    const Error many = send("b3", kBob).error();
    EXPECT_EQ(many.where, "files");
    EXPECT_EQ(many.limit, 3U);
}

TEST_F(UploadsTest, OneUserHasFewOpenAtOnce) {
    std::string last;
    for (std::size_t i = 0; i < limits::kUploadsOpen; ++i) {
        const auto begun = uploads_->begin(request(3), at_);
        ASSERT_TRUE(begun);
        last = begun->id;
    }
    EXPECT_EQ(uploads_->begin(request(3), at_).error().limit, limits::kUploadsOpen);
    ASSERT_TRUE(uploads_->add(kAnn, last, 0, "abc"));
    ASSERT_TRUE(uploads_->finish(kAnn, last, sha256_of("abc"), at_));
    EXPECT_TRUE(uploads_->begin(request(3), at_)) << "a finished one is not open";
}

TEST_F(UploadsTest, WhatIsLeftHalfwayIsSwept) {
    const auto begun = uploads_->begin(request(3), at_);
    uploads_->sweep(at_);
    EXPECT_THAT(rows("media/day/"), Contains(StartsWith("media/day/")));
    uploads_->sweep(at_ + limits::kUploadKept - 1min);
    EXPECT_TRUE(uploads_->find(kAnn, begun->id));
    uploads_->sweep(at_ + limits::kUploadKept + 1min);
    EXPECT_FALSE(uploads_->find(kAnn, begun->id));
    EXPECT_EQ(files_in("coming"), 0U);
    EXPECT_THAT(rows("media/day/"), IsEmpty());
}

TEST_F(UploadsTest, TheSameBytesAreKeptOnce) {
    const auto first = send(kPicture);
    const auto second = send(kPicture, kBob);
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->id, second->id) << "each group's own address";
    EXPECT_EQ(files_in("whole"), 1U);
    EXPECT_EQ(files_in("coming"), 2U) << "the notes of both, for those who ask again";
    ASSERT_TRUE(files_->drop(*first));
    EXPECT_EQ(files_->read(second->contents, {.count = kPicture.size()}), kPicture);
    ASSERT_TRUE(files_->drop(*second));
    EXPECT_EQ(files_in("whole"), 0U);
    EXPECT_THAT(rows("media/of/"), IsEmpty());
}

// What a member may read of it goes by the entries of its own group.
TEST_F(UploadsTest, AnEntryOfAnotherGroupIsNoneOfAFile) {
    const auto file = send(kPicture);
    ASSERT_TRUE(file);
    ASSERT_TRUE(files_->set_named({kTeam.value + 1}, {5}, {file->id}));
    EXPECT_TRUE(files_->find(file->id)->entries.empty());
    ASSERT_TRUE(files_->set_named(kTeam, {6}, {file->id}));
    EXPECT_EQ(files_->find(file->id)->entries, std::vector<Seq>{{6}});
}

TEST_F(UploadsTest, APictureHasOneThumbnailOfItsSender) {
    const auto picture = send(kPicture);
    const auto with = send(kPicture + "small", kAnn, picture->id);
    ASSERT_TRUE(with);
    EXPECT_EQ(with->id, picture->id);
    EXPECT_EQ(with->contents, picture->contents);
    ASSERT_TRUE(with->thumbnail);
    EXPECT_EQ(
        files_->read(with->thumbnail->sha256 == sha256_of(kPicture + "small") ? *with->thumbnail
                                                                              : with->contents,
                     {.first = kPicture.size(), .count = 5}),
        "small");
    // Another one takes its place.
    ASSERT_TRUE(send(kPicture + "other", kAnn, picture->id));
    EXPECT_EQ(files_in("whole"), 2U);

    EXPECT_EQ(send(kPicture, kBob, picture->id).error().where, "thumbnail_of");
    EXPECT_EQ(send(kPicture, kAnn, std::string(40, '0')).error().where, "thumbnail_of");
    EXPECT_EQ(send("<svg>", kAnn, picture->id).error().where, "thumbnail_of") << "no picture";
    EXPECT_EQ(send(std::string(limits::kThumbnailBytes + 1, 'x'), kAnn, picture->id).error(),
              (Error{.code = Code::bad_field, .where = "size", .limit = limits::kThumbnailBytes}));
}

// The row is written first: a crash before the rename leaves it with the bytes still in the part.
TEST_F(UploadsTest, ACrashBetweenRowAndBytesIsMadeGoodByTheNextFinish) {
    const auto begun = uploads_->begin(request(3), at_);
    ASSERT_TRUE(uploads_->add(kAnn, begun->id, 0, "abc"));
    const auto file = uploads_->finish(kAnn, begun->id, sha256_of("abc"), at_);
    const auto whole =
        folder_ / "whole" / file->contents.sha256.substr(0, 2) / file->contents.sha256;
    std::filesystem::rename(whole, folder_ / "coming" / (begun->id + ".part"));
    open();
    EXPECT_FALSE(files_->read(file->contents, {.count = 3}));
    EXPECT_EQ(uploads_->finish(kAnn, begun->id, "", at_), *file);
    EXPECT_EQ(files_->read(file->contents, {.count = 3}), "abc");
}

TEST_F(UploadsTest, BytesThatNoRowKnowsAreRemovedAfterAWhile) {
    const auto file = send("abc");
    const std::string stray = sha256_of("never noted");
    std::filesystem::create_directory(folder_ / "whole" / stray.substr(0, 2));
    std::ofstream{folder_ / "whole" / stray.substr(0, 2) / stray} << "never noted";
    for (unsigned i = 0; i < Files::kBuckets; ++i) ASSERT_TRUE(files_->remove_unknown(i, at_));
    EXPECT_EQ(files_in("whole"), 2U) << "it may be noted just now";
    for (unsigned i = 0; i < Files::kBuckets; ++i) {
        ASSERT_TRUE(files_->remove_unknown(i, now() + 61min));
    }
    EXPECT_EQ(files_in("whole"), 1U);
    EXPECT_EQ(files_->read(file->contents, {.count = 3}), "abc");
}

}  // namespace
}  // namespace stentor::media
