#include "media/follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "base/media_limits.h"
#include "media/media_test_kit.h"
#include "store/memory/memory_store.h"

namespace stentor::media {
namespace {

// Counts the looks at logs.
class CountingStore : public store::MemoryStore {
public:
    Result<store::EntryPage> entries(GroupId gid, Seq from, std::size_t count_max) override {
        ++looks;
        return MemoryStore::entries(gid, from, count_max);
    }
    std::atomic<int> looks{};
};

class FollowerTest : public MediaFixture<CountingStore> {
protected:
    FollowerTest() { start(); }

    void start() {
        follower_ = std::make_unique<Follower>(
            store_, *files_, *uploads_,
            FollowerPace{.look_every = Millis{1}, .sweep_every = Millis{0}});
    }
    // As a process that was killed: what it had not kept is forgotten.
    void restart() {
        follower_.reset();
        open();
        start();
    }
    template <class Condition>
    bool eventually(Condition condition) {
        for (int i = 0; i < 5'000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(Millis{1});
        }
        return condition();
    }
    bool is_named(const std::string& id, const std::vector<Seq>& entries) {
        return eventually([&] {
            const auto file = files_->find(id);
            return file && file->entries == entries;
        });
    }
    Result<store::UserRow> put(const store::UserRow& row) {
        return store_.change_user(
            row.uid, [&](const store::UserRow& /*kept*/) -> Result<store::UserRow> { return row; });
    }
    bool is_gone(const std::string& id) {
        return eventually([&] { return !files_->find(id); });
    }

    GroupLogScribe log_{store_, kTeam};
    std::unique_ptr<Follower> follower_;
};

// Where nobody sends files, messages cost it nothing.
TEST_F(FollowerTest, LogsAreReadFromTheFirstFileOn) {
    // It keeps its place when it ends.
    const auto comes_to_the_end = [this] {
        return eventually([&] {
            follower_.reset();
            const std::string place = std::to_string(store_.feed(0, 1)->head);
            const bool there = store_.setting("media/place")->value_or("").ends_with(" " + place);
            start();
            return there;
        });
    };
    for (int i = 0; i < 3; ++i) {
        log_.post({address_of(std::string(32, '0'))});
        EXPECT_TRUE(comes_to_the_end());
    }
    EXPECT_EQ(store_.looks, 0);
    const auto file = send("abc");
    const Seq seq = log_.post({address_of(file->id)});
    EXPECT_TRUE(is_named(file->id, {seq}));
    EXPECT_GT(store_.looks, 0);
}

TEST_F(FollowerTest, AFileGoesWithTheLastMessageThatNamesIt) {
    const auto file = send("abc");
    const Seq first = log_.post({address_of(file->id)});
    const Seq second = log_.post({"/elsewhere", address_of(file->id)});
    EXPECT_TRUE(is_named(file->id, {first, second}));
    log_.recall(first);
    EXPECT_TRUE(is_named(file->id, {second}));
    log_.recall(second);
    EXPECT_TRUE(is_gone(file->id));
    EXPECT_TRUE(eventually([&] { return files_in("whole") == 0; }));
    EXPECT_TRUE(eventually([&] { return rows("media/at/").empty(); }));
}

TEST_F(FollowerTest, AThumbnailGoesWithItsPicture) {
    const auto picture = send(kPicture);
    ASSERT_TRUE(send(kPicture + "small", kAnn, picture->id));
    EXPECT_EQ(files_in("whole"), 2U);
    const Seq seq = log_.post({address_of(picture->id)});
    EXPECT_TRUE(is_named(picture->id, {seq}));
    log_.recall(seq);
    EXPECT_TRUE(is_gone(picture->id));
    EXPECT_TRUE(eventually([&] { return files_in("whole") == 0; }));
    EXPECT_TRUE(eventually([&] { return rows("media/of/").empty(); }));
}

TEST_F(FollowerTest, AnEditTakesAwayWhatItNoLongerNames) {
    const auto kept = send("kept");
    const auto dropped = send("dropped");
    const Seq seq = log_.post({address_of(kept->id), address_of(dropped->id)});
    EXPECT_TRUE(is_named(dropped->id, {seq}));
    log_.edit(seq, {address_of(kept->id)});
    EXPECT_TRUE(is_gone(dropped->id));
    EXPECT_TRUE(is_named(kept->id, {seq}));
}

TEST_F(FollowerTest, AnotherGroupsMessageHoldsNothing) {
    const auto file = send("abc");
    GroupLogScribe elsewhere{store_, {99}};
    elsewhere.post({address_of(file->id)});
    const Seq seq = log_.post({address_of(file->id)});
    EXPECT_TRUE(is_named(file->id, {seq}));
}

// The feed tells nothing of a floor that moves: the sweep asks the log.
TEST_F(FollowerTest, RetentionTakesFilesAlong) {
    const auto old = send("old");
    const auto young = send("young");
    const Seq first = log_.post({address_of(old->id)});
    const Seq second = log_.post({address_of(young->id)});
    ASSERT_TRUE(is_named(old->id, {first}));
    ASSERT_TRUE(is_named(young->id, {second}));
    log_.set_floor(first);
    EXPECT_TRUE(is_gone(old->id));
    EXPECT_TRUE(is_named(young->id, {second}));
}

TEST_F(FollowerTest, WhatHappenedWhileItWasDownIsMadeGood) {
    const auto recalled = send("recalled");
    const auto posted = send("posted");
    const Seq first = log_.post({address_of(recalled->id)});
    ASSERT_TRUE(is_named(recalled->id, {first}));
    follower_.reset();
    log_.recall(first);
    const Seq second = log_.post({address_of(posted->id)});
    restart();
    EXPECT_TRUE(is_gone(recalled->id));
    EXPECT_TRUE(is_named(posted->id, {second}));
}

// Its place is of another history, or older than the feed: it reads all logs.
TEST_F(FollowerTest, APlaceThatTheFeedDoesNotKnowIsMadeGood) {
    const auto recalled = send("recalled");
    const auto posted = send("posted");
    const Seq first = log_.post({address_of(recalled->id)});
    ASSERT_TRUE(is_named(recalled->id, {first}));
    follower_.reset();
    log_.recall(first);
    const Seq second = log_.post({address_of(posted->id)});
    ASSERT_TRUE(store_.set_setting("media/place", "999 5"));
    restart();
    EXPECT_TRUE(is_named(posted->id, {second}));
    EXPECT_TRUE(is_gone(recalled->id));
}

TEST_F(FollowerTest, WhatNoMessageNamesIsKeptAsLongAsOneMayCome) {
    at_ = now() - limits::kUnusedFileKept + std::chrono::minutes{1};
    const auto young = send("young");
    at_ = now() - limits::kUnusedFileKept - std::chrono::minutes{1};
    const auto old = send("old");
    EXPECT_TRUE(is_gone(old->id));
    EXPECT_TRUE(files_->find(young->id));
    static_assert(limits::kUnusedFileKept > limits::kSendWindow);
}

TEST_F(FollowerTest, AnErasedUserLeavesNoFileThatNothingNames) {
    store::UserRow ann{.uid = kAnn, .name = "ann", .name_key = "ann", .password = "p"};
    ASSERT_TRUE(store_.add_user(ann));
    const auto file = send("abc");
    std::this_thread::sleep_for(Millis{50});
    ASSERT_TRUE(files_->find(file->id));
    ann.erased = true;
    ASSERT_TRUE(put(ann));
    EXPECT_TRUE(is_gone(file->id));
}

TEST_F(FollowerTest, APictureOfSomebodyStaysWhileItIsTheirs) {
    follower_.reset();
    store::UserRow ann{.uid = kAnn, .name = "ann", .name_key = "ann", .password = "p"};
    ASSERT_TRUE(store_.add_user(ann));
    at_ = now() - limits::kUnusedFileKept - std::chrono::hours{2};
    UploadRequest own = request(kPicture.size());
    own.gid = {};
    const auto begun = uploads_->begin(own, at_);
    ASSERT_TRUE(uploads_->add(kAnn, begun->id, 0, kPicture));
    const auto file = uploads_->finish(kAnn, begun->id, sha256_of(kPicture), at_);
    ann.picture = address_of(file->id);
    ASSERT_TRUE(put(ann));
    restart();
    std::this_thread::sleep_for(Millis{50});
    EXPECT_TRUE(files_->find(file->id));
    ann.picture.clear();
    ASSERT_TRUE(put(ann));
    EXPECT_TRUE(is_gone(file->id));
}

TEST_F(FollowerTest, OnlyTheNewestEntriesOfAFileAreRemembered) {
    follower_.reset();
    const auto file = send("abc");
    for (std::uint64_t seq = 1; seq <= limits::kFileEntries + 1; ++seq) {
        ASSERT_TRUE(files_->set_named(kTeam, {seq}, {file->id}));
    }
    const auto named = files_->find(file->id);
    EXPECT_EQ(named->entries.size(), limits::kFileEntries);
    EXPECT_EQ(named->entries.front(), Seq{2});
}

}  // namespace
}  // namespace stentor::media
