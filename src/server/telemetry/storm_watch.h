#pragma once
// Measures how the process keeps up, makes storm levels of it (storm/levels.h) and tells those who
// step back: the node's level goes to its shards, its cache and the admission of connections, the
// owner's to its groups. An operator may pin a level, for a drill or against one that is wrong.
//
// Owner: the wiring; gateway, owner and shards outlive it, and the gateway serves already.
// Thread: its own, which looks every kStormLookEvery; pin() and status() from any. It must be
// started by the thread that started the process: it opens files (see
// base/background_queue.h).

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/mailbox.h"
#include "group/rules/storm.h"
#include "node/gateway/gateway.h"
#include "owner/owner.h"
#include "server/machine/memory_use.h"
#include "server/storm/levels.h"

namespace stentor::server {

struct StormOptions {
    storm::LevelRule rule;
    std::uint64_t memory_max{};        // Bytes; 0: what there is.
    std::uint32_t handshakes_per_s{};  // In calm times.
    std::optional<storm::Level> pinned;
};

struct StormStatus {
    storm::Level level{};  // Told to clients.
    std::optional<storm::Level> pinned;
    storm::Level pass{};  // As measured, each for itself.
    storm::Level commit{};
    storm::Level memory{};
    storm::Load load;  // The worst of the newest looks.
    double entries_per_s{};
    std::uint64_t changes{};
    std::array<Millis, storm::kLevels> spent{};  // At each level, since the start.
};

class StormWatch {
public:
    StormWatch(const StormOptions& options, gateway::Gateway& gateway, owner::Owner& owner,
               net::ShardGroup& shards);
    StormWatch(const StormWatch&) = delete;
    StormWatch& operator=(const StormWatch&) = delete;
    ~StormWatch();
    // Looks no more; the level stays as it is. status() and pin() may still be called, by those who
    // are stopped later.
    void stop();

    // Until it is pinned to nothing; what is measured goes on being told in status().
    void pin(std::optional<storm::Level> level);
    [[nodiscard]] StormStatus status() const;

private:
    // About two seconds: what is read once a second misses no peak.
    static constexpr std::size_t kLooksKept = 8;

    void run();
    void look(Time now);
    void apply(Time now);
    void tell(storm::Level before) const;

    StormOptions options_;
    gateway::Gateway& gateway_;
    owner::Owner& owner_;
    net::ShardGroup& shards_;
    MemoryMeter memory_;
    storm::Levels levels_;
    std::optional<storm::Level> pinned_;
    std::array<storm::Load, kLooksKept> looks_{};
    std::size_t next_look_{};
    Time looked_;
    storm::Level level_{};
    rules::StormRule told_;

    mutable std::mutex mutex_;
    StormStatus status_;
    using Task = std::move_only_function<void()>;
    Mailbox<Task> mailbox_{16};
    std::jthread thread_;
};

}  // namespace stentor::server
