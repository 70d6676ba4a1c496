// STENTOR_POWER_SEED replays one seed; STENTOR_POWER_LOSSES raises the number.

#include <gmock/gmock.h>

#include <cstdlib>

#include "base/planted_bugs.h"
#include "store/rocks/power_loss_check.h"

namespace stentor::store {
namespace {

constexpr int kLossesPerStore = 10;

#ifndef STENTOR_UNSYNCED_ENGINE

constexpr int kFlipsPerStore = 50;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment of a test.
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(PowerLoss, NothingAcknowledgedIsLost) {
    const std::uint64_t only = from_environment("STENTOR_POWER_SEED", 0);
    const std::uint64_t losses = from_environment("STENTOR_POWER_LOSSES", 500);
    LossTally tally;
    for (std::uint64_t seed = only == 0 ? 1 : only;
         static_cast<std::uint64_t>(tally.losses) < losses; ++seed) {
        const auto finding = find_loss(seed, kLossesPerStore, tally);
        ASSERT_FALSE(finding) << *finding << "; replay with STENTOR_POWER_SEED=" << seed;
        if (only != 0) return;
    }
    // Each kind of loss did happen, or this test proves less than it says.
    EXPECT_GT(tally.in_commit, 0);
    EXPECT_GT(tally.while_opening, 0);
    EXPECT_GT(tally.unknown_kept, 0);
    EXPECT_GT(tally.unknown_gone, 0);
    EXPECT_GT(tally.commits_done, losses);
    EXPECT_GT(tally.tears, 0U);
    EXPECT_GT(tally.names_lost, 0U);
    for (const auto& [name, count] : {std::pair{"losses", tally.losses},
                                      {"in_commit", tally.in_commit},
                                      {"while_opening", tally.while_opening},
                                      {"unknown_kept", tally.unknown_kept},
                                      {"unknown_gone", tally.unknown_gone}}) {
        RecordProperty(name, count);
    }
}

TEST(PowerLoss, AFlippedByteIsHarmlessOrRefusedButNeverSilent) {
    const std::uint64_t only = from_environment("STENTOR_POWER_SEED", 0);
    const auto flips = static_cast<int>(from_environment("STENTOR_FLIPS", 1'000));
    FlipTally tally;
    for (std::uint64_t seed = only == 0 ? 1 : only; tally.flips < flips; ++seed) {
        const auto finding =
            find_silent_damage(seed, static_cast<int>(seed % 3), kFlipsPerStore, tally);
        ASSERT_FALSE(finding) << *finding << "; replay with STENTOR_POWER_SEED=" << seed;
        if (only != 0) return;
    }
    EXPECT_GT(tally.harmless, 0);
    EXPECT_GT(tally.refused_at_start, flips / 10);
    EXPECT_GT(tally.refused_reads, 0);
    RecordProperty("flips", tally.flips);
    RecordProperty("harmless", tally.harmless);
    RecordProperty("refused_at_start", tally.refused_at_start);
    RecordProperty("refused_reads", tally.refused_reads);
}

TEST(PowerLoss, AnEngineStopsForGoodAfterAFailedWrite) {
    EXPECT_EQ(find_answer_after_failure(), std::nullopt);
}

#else

TEST(PowerLoss, AnEngineThatDoesNotSyncIsCaught) {
    planted_bug = Bug::sync_off;
    LossTally tally;
    std::optional<std::string> finding;
    for (std::uint64_t seed = 1; seed <= 20 && !finding; ++seed) {
        finding = find_loss(seed, kLossesPerStore, tally);
    }
    planted_bug = Bug::none;
    ASSERT_TRUE(finding) << "the check stays green without any sync: the check is the bug";
    // Seen by who reads the record, or already by the start, which knows what was synced.
    EXPECT_THAT(*finding, testing::AnyOf(testing::HasSubstr("was acknowledged"),
                                         testing::HasSubstr("would be lost")));
}

// The same binary without the bug: what was caught is the bug, not the build.
TEST(PowerLoss, TheSameBuildIsGreenWithoutIt) {
    LossTally tally;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        EXPECT_EQ(find_loss(seed, kLossesPerStore, tally), std::nullopt);
    }
}

#endif

}  // namespace
}  // namespace stentor::store
