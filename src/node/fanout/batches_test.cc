#include "node/fanout/batches.h"

#include "node/fanout/router_test_kit.h"

namespace stentor::fanout {
namespace {

using ::testing::ElementsAre;

TEST_F(RouterTest, WhoTakesCompressedBatchesGetsTheSameEntriesInFewerBytes) {
    join(1, 10);
    for (const ConnectionIndex who : {2U, 3U}) {
        ASSERT_TRUE(router.join(kGroup, kEpoch, Seq{10},
                                {.descriptor = 1, .connection = who, .deflates = 1}));
    }
    for (std::uint64_t seq = 11; seq <= 30; ++seq) router.on_push(batch(seq, seq));
    run();
    for (const ConnectionIndex who : {1U, 2U, 3U}) {
        EXPECT_THAT(sockets.take(who), ElementsAre("11-30"));
    }
    EXPECT_EQ(sockets.newest[2], sockets.newest[3]) << "compressed once";
    EXPECT_LT(sockets.newest[2]->bytes().size(), sockets.newest[1]->bytes().size() / 2);
    EXPECT_EQ(router.workshop().compressions, 1U);
    EXPECT_GT(router.workshop().bytes_saved, sockets.newest[1]->bytes().size());
}

TEST_F(RouterTest, ARefusedBatchSavesNothing) {
    ASSERT_TRUE(
        router.join(kGroup, kEpoch, Seq{10}, {.descriptor = 1, .connection = 2, .deflates = 1}));
    for (std::uint64_t seq = 11; seq <= 30; ++seq) router.on_push(batch(seq, seq));
    sockets.next[2] = Written::refused;
    run();
    EXPECT_EQ(router.workshop().compressions, 1U);
    EXPECT_EQ(router.workshop().bytes_saved, 0U);
}

TEST_F(RouterTest, AShortBatchIsTheSameBytesForAll) {
    join(1, 10);
    ASSERT_TRUE(
        router.join(kGroup, kEpoch, Seq{10}, {.descriptor = 1, .connection = 2, .deflates = 1}));
    router.on_push(batch(11, 11));
    run();
    EXPECT_EQ(sockets.newest[1], sockets.newest[2]);
    EXPECT_EQ(router.workshop().compressions, 0U);
}

TEST_F(RouterTest, ABatchEndsAtTwoHundredEntries) {
    join(1, 0);
    for (std::uint64_t i = 0; i < 5; ++i) router.on_push(batch(i * 90 + 1, i * 90 + 90));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("1-180", "181-360", "361-450"));
    EXPECT_EQ(sockets.writes, 1);
}

TEST_F(RouterTest, ABatchEndsAtTheBytesThatAClientTakes) {
    join(1, 0);
    const std::string body(limits::kBatchBytes * 2 / 5, 'x');
    for (std::uint64_t seq = 1; seq <= 5; ++seq) {
        router.on_push(batch(seq, seq, kGroup, kEpoch, body));
    }
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("1-2", "3-4", "5-5"));
}

}  // namespace
}  // namespace stentor::fanout
