#include "store/search/word_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xapian.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/temporary_folder_test_kit.h"

namespace stentor::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr GroupId kTea{7};
constexpr GroupId kCoffee{8};
constexpr UserId kAnn{1};
constexpr UserId kBob{2};
constexpr Seq kAll{std::uint64_t{1} << 52U};

class WordIndexTest : public testing::Test {
protected:
    WordIndexTest() { open(); }

    void open() { index_ = std::make_unique<WordIndex>(folder_.path()); }
    void commit(std::uint64_t number = 1) { index_->commit(Place{.epoch = {1}, .number = number}); }
    void put(GroupId gid, Seq seq, std::string_view text, UserId sender = kAnn) {
        index_->put(gid, seq, sender, text);
    }
    std::vector<std::uint64_t> find(std::string_view words, GroupId gid = kTea, Seq floor = {},
                                    Seq before = kAll, std::size_t count = 10) {
        return seqs_of(
            {.gid = gid, .words = words, .floor = floor, .before = before, .count_max = count});
    }
    std::vector<std::uint64_t> seqs_of(const Wanted& wanted) {
        const auto found = index_->find(wanted);
        EXPECT_TRUE(found) << (found ? "" : found.error().where);
        std::vector<std::uint64_t> seqs;
        if (found) {
            for (const Seq seq : *found) seqs.push_back(seq.value);
        }
        return seqs;
    }

    TemporaryFolder folder_;
    std::unique_ptr<WordIndex> index_;
};

TEST_F(WordIndexTest, FindsWhatHoldsAllWordsNewestFirst) {
    put(kTea, {1}, "Green tea, please");
    put(kTea, {2}, "black TEA");
    put(kTea, {3}, "coffee");
    put(kTea, {4}, "more green tea");
    commit();
    EXPECT_THAT(find("tea"), ElementsAre(4, 2, 1));
    EXPECT_THAT(find("tea green"), ElementsAre(4, 1));
    EXPECT_THAT(find("green coffee"), IsEmpty());
}

TEST_F(WordIndexTest, FindsChineseInsideASentence) {
    put(kTea, {1}, "今天晚上八点直播开始");
    put(kTea, {2}, "明天没有直播");
    put(kTea, {3}, "開始喝茶");
    commit();
    EXPECT_THAT(find("直播"), ElementsAre(2, 1));
    EXPECT_THAT(find("直播开始"), ElementsAre(1));
    EXPECT_THAT(find("茶"), ElementsAre(3));
    EXPECT_THAT(find("晚上 开始"), ElementsAre(1));
}

TEST_F(WordIndexTest, FindsWordsByTheirBeginnings) {
    put(kTea, {1}, "The quick brown fox");
    put(kTea, {2}, "a quarter to nine");
    commit();
    EXPECT_THAT(find("qu"), ElementsAre(2, 1));
    EXPECT_THAT(find("qui fo"), ElementsAre(1));
    EXPECT_THAT(find("uick"), IsEmpty());
    EXPECT_THAT(find("quickly"), IsEmpty());
}

TEST_F(WordIndexTest, FindsOneTextInAnyOfItsForms) {
    put(kTea, {1}, "cafe\u0301 au lait");
    put(kTea, {2}, "Ｓｔｅｎｔｏｒ ИВАН");
    put(kTea, {3}, "don\u2019t");
    commit();
    EXPECT_THAT(find("caf\u00e9"), ElementsAre(1));
    EXPECT_THAT(find("CAF\u00c9"), ElementsAre(1));
    EXPECT_THAT(find("stentor"), ElementsAre(2));
    EXPECT_THAT(find("ива"), ElementsAre(2));
    EXPECT_THAT(find("don't"), ElementsAre(3));
}

TEST_F(WordIndexTest, FindsThaiInsideASentence) {
    put(kTea, {1}, "สวัสดีชาวโลก");
    put(kTea, {2}, "ชา");
    commit();
    EXPECT_THAT(find("ชาว"), ElementsAre(1));
    EXPECT_THAT(find("ชา"), ElementsAre(2, 1));
    EXPECT_THAT(find("โลก"), ElementsAre(1));
}

TEST_F(WordIndexTest, FindsAnAddressByAnyOfItsParts) {
    put(kTea, {1}, "ping 192.168.1.17 now");
    put(kTea, {2}, "17 people, 1 cat, 192 dogs, 168 birds");
    commit();
    EXPECT_THAT(find("192.168.1"), ElementsAre(1));
    EXPECT_THAT(find("168.1.17"), ElementsAre(1));
    EXPECT_THAT(find("17"), ElementsAre(2, 1));
}

TEST_F(WordIndexTest, FindsWordsHoweverLongTheyAre) {
    const std::string address = "https://example.org/" + std::string(300, 'p') + "/last?x=1";
    const std::string name = std::string(90, 'n');
    std::string marked = "你";
    for (int i = 0; i < 2'000; ++i) marked += "\u0301";
    put(kTea, {1}, address);
    put(kTea, {2}, "about " + name + "!");
    put(kTea, {3}, marked + marked);
    commit();
    EXPECT_THAT(find(std::string(200, 'p')), ElementsAre(1));
    EXPECT_THAT(find("example.org last"), ElementsAre(1));
    EXPECT_THAT(find(name), ElementsAre(2));
    EXPECT_THAT(find(name + "n"), IsEmpty());
}

// A question's beginnings share what may be read; each is found itself, however many follow it.
TEST_F(WordIndexTest, ReadsABoundedNumberOfWordsForAQuestion) {
    for (std::uint64_t seq = 1; seq <= 3'000; ++seq) {
        put(kTea, {seq}, "n" + std::to_string(10'000 + seq));
    }
    put(kTea, {3'001}, "n");
    commit();
    EXPECT_EQ(find("n", kTea, {}, kAll, 10'000).size(), 2'048U);
    EXPECT_THAT(find("n", kTea, {3'000}), ElementsAre(3'001));
    EXPECT_THAT(find("n12345"), ElementsAre(2'345));
}

TEST_F(WordIndexTest, MadeByOtherRulesIsNoIndex) {
    put(kTea, {1}, "tea");
    commit();
    index_.reset();
    {
        Xapian::WritableDatabase other{folder_.path().string(), Xapian::DB_OPEN};
        other.set_metadata("rules", "");  // As before there were any.
        other.commit();
    }
    open();
    EXPECT_FALSE(index_->place());
    const auto found = index_->find({.gid = kTea, .words = "tea", .before = kAll, .count_max = 10});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::store_unavailable);
    EXPECT_GT(found.error().retry_after_ms, 0U);
}

TEST_F(WordIndexTest, AGroupSeesNothingOfAnother) {
    put(kTea, {1}, "secret");
    put(kCoffee, {1}, "open");
    commit();
    EXPECT_THAT(find("secret", kCoffee), IsEmpty());
    EXPECT_THAT(find("secret", kTea), ElementsAre(1));
}

TEST_F(WordIndexTest, PagesDownwardsAndStopsAtTheFloor) {
    for (std::uint64_t seq = 1; seq <= 10; ++seq) put(kTea, {seq}, "tea");
    commit();
    EXPECT_THAT(find("tea", kTea, {}, kAll, 3), ElementsAre(10, 9, 8));
    EXPECT_THAT(find("tea", kTea, {}, {8}, 3), ElementsAre(7, 6, 5));
    EXPECT_THAT(find("tea", kTea, {8}), ElementsAre(10, 9));
}

TEST_F(WordIndexTest, OneSendersEntriesAreFoundAlone) {
    put(kTea, {1}, "green tea", kAnn);
    put(kTea, {2}, "black tea", kBob);
    put(kTea, {3}, "tea again", kAnn);
    put(kCoffee, {1}, "tea, here of all places", kBob);
    commit();
    const auto of = [&](UserId sender, Seq floor = {}) {
        return seqs_of({.gid = kTea,
                        .words = "tea",
                        .sender = sender,
                        .floor = floor,
                        .before = kAll,
                        .count_max = 10});
    };
    EXPECT_THAT(of(kAnn), ElementsAre(3, 1));
    EXPECT_THAT(of(kBob), ElementsAre(2));
    EXPECT_THAT(of({0x12}), IsEmpty());
    EXPECT_THAT(of(kAnn, {1}), ElementsAre(3));
    EXPECT_THAT(of({}), ElementsAre(3, 2, 1));
}

TEST_F(WordIndexTest, AnEditReplacesAndARecallRemoves) {
    put(kTea, {1}, "before");
    put(kTea, {2}, "kept");
    commit();
    put(kTea, {1}, "after");
    index_->remove(kTea, {2});
    index_->remove(kTea, {99});
    commit(2);
    EXPECT_THAT(find("before"), IsEmpty());
    EXPECT_THAT(find("after"), ElementsAre(1));
    EXPECT_THAT(find("kept"), IsEmpty());
}

TEST_F(WordIndexTest, KeepsItsPlaceAndItsOrderThroughAnotherStart) {
    put(kTea, {1}, "tea");
    commit(42);
    index_.reset();
    open();
    EXPECT_EQ(index_->place(), (Place{.epoch = {1}, .number = 42}));
    put(kTea, {2}, "tea");
    commit(43);
    EXPECT_THAT(find("tea"), ElementsAre(2, 1));
}

TEST_F(WordIndexTest, SaysNothingWhileItIsMade) {
    put(kTea, {1}, "tea");
    index_->commit(std::nullopt);
    const auto found = index_->find({.gid = kTea, .words = "tea", .before = kAll, .count_max = 10});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::store_unavailable);
    EXPECT_FALSE(index_->place());
    commit();
    EXPECT_THAT(find("tea"), ElementsAre(1));
    index_->clear();
    EXPECT_FALSE(index_->find({.gid = kTea, .words = "tea", .before = kAll, .count_max = 10}));
    commit();
    EXPECT_THAT(find("tea"), IsEmpty());
}

TEST_F(WordIndexTest, IsEmptiedWhenItIsDamaged) {
    put(kTea, {1}, "tea");
    commit();
    index_.reset();
    for (const auto& file : std::filesystem::directory_iterator{folder_.path()}) {
        if (file.path().filename() == "iamglass") std::ofstream{file.path()} << "garbage";
    }
    open();
    EXPECT_FALSE(index_->place());
}

TEST_F(WordIndexTest, IsNotForTwo) { EXPECT_THROW(WordIndex{folder_.path()}, std::runtime_error); }

// What a person types is words, whatever the signs in it mean to the engine.
TEST_F(WordIndexTest, TakesAnythingAsWords) {
    put(kTea, {1}, "a-b c++ \"quoted\" NOT tea:time");
    commit();
    for (const std::string_view words :
         {"NOT tea", "\"quoted", "tea:time", "c++", "a AND", "(b", "te* tea", "XOR:"}) {
        EXPECT_TRUE(index_->find({.gid = kTea, .words = words, .before = kAll, .count_max = 10}))
            << words;
    }
    EXPECT_THAT(find("quoted"), ElementsAre(1));
    EXPECT_THAT(find("te*"), ElementsAre(1));
    for (const std::string_view none : {"", "  ", "...", "*", "(", "👍", "❤️"}) {
        const auto found =
            index_->find({.gid = kTea, .words = none, .before = kAll, .count_max = 10});
        ASSERT_FALSE(found) << none;
        EXPECT_EQ(found.error().code, Code::bad_field);
        EXPECT_EQ(found.error().where, "words");
    }
}

}  // namespace
}  // namespace stentor::search
