#include "store/search/indexer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/temporary_folder_test_kit.h"
#include "store/group_log_test_kit.h"
#include "store/memory/memory_store.h"

namespace stentor::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Seq kAll{std::uint64_t{1} << 52U};

// Writes messages of these texts.
class Log : public store::GroupLogScribe {
public:
    using store::GroupLogScribe::GroupLogScribe;

    void post(const std::vector<std::string>& texts) {
        std::vector<pb::Body> bodies(texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i) bodies[i].set_text(texts[i]);
        store::GroupLogScribe::post(bodies);
    }
};

class IndexerTest : public testing::Test {
protected:
    IndexerTest() { start(); }

    void start() {
        index_ = std::make_unique<WordIndex>(folder_.path());
        indexer_ = std::make_unique<Indexer>(store_, *index_, Millis{5});
    }
    void stop() {
        indexer_.reset();
        index_.reset();
    }
    // What is found once the index is in step, or after 10 s.
    std::vector<std::uint64_t> eventually(std::string_view words, std::size_t count,
                                          GroupId gid = {7}) {
        std::vector<std::uint64_t> seqs;
        for (int i = 0; i < 1'000; ++i) {
            seqs.clear();
            const auto found =
                index_->find({.gid = gid, .words = words, .before = kAll, .count_max = 100});
            if (found) {
                for (const Seq seq : *found) seqs.push_back(seq.value);
                if (seqs.size() == count) return seqs;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        return seqs;
    }

    store::MemoryStore store_;
    TemporaryFolder folder_;
    std::unique_ptr<WordIndex> index_;
    std::unique_ptr<Indexer> indexer_;
};

TEST_F(IndexerTest, FollowsWhatIsWritten) {
    Log log{store_, {7}};
    log.post({"one tea", "two"});
    EXPECT_THAT(eventually("tea", 1), ElementsAre(1));
    log.post({"three tea"});
    EXPECT_THAT(eventually("tea", 2), ElementsAre(3, 1));
    log.recall({1});
    EXPECT_THAT(eventually("tea", 1), ElementsAre(3));
}

TEST_F(IndexerTest, GoesOnWhereItStopped) {
    Log log{store_, {7}};
    log.post({"tea"});
    EXPECT_THAT(eventually("tea", 1), ElementsAre(1));
    stop();
    log.post({"tea"});
    start();
    EXPECT_THAT(eventually("tea", 2), ElementsAre(2, 1));
    EXPECT_EQ(indexer_->counters().rebuilds, 0U);
}

TEST_F(IndexerTest, IsMadeAgainFromTheLogsWhenItIsLost) {
    Log tea{store_, {7}};
    Log coffee{store_, {8}};
    tea.post({"a cup", "another cup"});
    coffee.post({"my cup"});
    tea.recall({1});
    EXPECT_THAT(eventually("cup", 1), ElementsAre(2));
    stop();
    std::filesystem::remove_all(folder_.path());
    start();
    EXPECT_THAT(eventually("cup", 1), ElementsAre(2));
    EXPECT_THAT(eventually("cup", 1, {8}), ElementsAre(1));
    EXPECT_EQ(indexer_->counters().rebuilds, 1U);
}

TEST_F(IndexerTest, IsMadeAgainWhenTheFeedHasForgotten) {
    Log log{store_, {7}};
    log.post({"tea"});
    EXPECT_THAT(eventually("tea", 1), ElementsAre(1));
    stop();
    log.post({"tea"});
    log.post({"tea"});
    ASSERT_TRUE(store_.forget_feed(2));
    start();
    EXPECT_THAT(eventually("tea", 3), ElementsAre(3, 2, 1));
    EXPECT_EQ(indexer_->counters().rebuilds, 1U);
}

}  // namespace
}  // namespace stentor::search
