#include "store/search/indexer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "store/memory/memory_store.h"
#include "wire/pb.h"

namespace stentor::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Seq kAll{std::uint64_t{1} << 52U};

// A group's owner as far as a log needs one.
class Log {
public:
    Log(store::Store& store, GroupId gid) : store_{store}, gid_{gid} {
        head_ = {.epoch = {1}, .term = {1}, .digest = genesis(gid), .floor_digest = genesis(gid)};
    }

    void post(const std::vector<std::string>& texts) {
        store::Commit commit = next();
        for (const std::string& text : texts) {
            pb::Entry entry;
            entry.set_seq(++commit.head.seq.value);
            entry.set_sender(9);
            entry.set_cmid(std::string{cmid().view()});
            entry.set_kind(pb::ENTRY_KIND_POST);
            entry.set_time_ms(1'000);
            entry.set_ordinal(++commit.head.ordinal);
            pb::Body body;
            body.set_text(text);
            entry.set_body(body.SerializeAsString());
            commit.entries.push_back(log_entry(entry, commit.head.digest));
            commit.head.digest = commit.entries.back().digest;
            log_.push_back(entry);
        }
        write(commit);
    }

    void recall(Seq seq) {
        store::Commit commit = next();
        pb::Entry entry = log_[seq.value - 1];
        entry.set_body_hash(std::string{hash_of(entry.body()).view()});
        entry.clear_body();
        entry.set_recalled(true);
        entry.set_revision(1);
        const auto page = store_.entries(gid_, seq, 1);
        commit.changed.push_back(log_entry(entry, page->digest_before));
        write(commit);
    }

private:
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

class IndexerTest : public testing::Test {
protected:
    IndexerTest()
        : folder_{std::filesystem::path{testing::TempDir()} /
                  ("indexer-" +
                   std::string{testing::UnitTest::GetInstance()->current_test_info()->name()})} {
        std::filesystem::remove_all(folder_);
        start();
    }
    ~IndexerTest() override {
        stop();
        std::filesystem::remove_all(folder_);
    }

    void start() {
        index_ = std::make_unique<WordIndex>(folder_);
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
    std::filesystem::path folder_;
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
    std::filesystem::remove_all(folder_);
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
