#pragma once
// Test only: random work on the shipped engine, over a disk that loses power, and the ledger that
// says afterwards whether the engine kept its word: what was answered `done` is there, what was
// `unknown` is there whole or not at all, the log is dense and its digests continue.

#include <cstdint>
#include <optional>
#include <string>

namespace stentor::store {

struct LossTally {
    int losses{};
    int in_commit{};  // The power went while a commit was under way.
    int while_opening{};
    int unknown_kept{};  // Commits of unknown outcome that were found stored,
    int unknown_gone{};  // and those that were not.
    std::uint64_t commits_done{};
    std::uint64_t tears{};
    std::uint64_t names_lost{};
};

// One store, created and then struck `losses` times. What it lost or tore, in words; nothing when
// it kept all.
[[nodiscard]] std::optional<std::string> find_loss(std::uint64_t seed, int losses,
                                                   LossTally& tally);

struct FlipTally {
    int flips{};
    int harmless{};
    int refused_at_start{};
    int refused_reads{};
};

// One store, struck `losses` times and then killed or closed well; after that `count` times one of
// its bytes is flipped, each time on what it then held. What was silently wrong or gone, in words;
// nothing when each flip was harmless or refused. After a loss of power there is one byte that
// nothing tells of: in the last synced write, when the mark of it was lost with the power.
[[nodiscard]] std::optional<std::string> find_silent_damage(std::uint64_t seed, int losses,
                                                            int count, FlipTally& flips);

// Which call is still answered after a failed write; nothing when the engine stopped for good.
[[nodiscard]] std::optional<std::string> find_answer_after_failure();

}  // namespace stentor::store
