#pragma once
// The side that is followed: hands its one follower a whole copy where it must, and then everything
// that was written since, in order.
//
// Owner: the wiring. Threads: one that accepts, one that talks to the follower; await_copied() is
// the committer's, the rest any. A follower that connects anew takes the place of the former one.
// The listener belongs on a private address: both sides prove that they know the key, but what they
// then say can be read on the way.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "store/maintenance.h"
#include "store/replica/connection.h"
#include "store/replica/messages.h"

namespace stentor::replica {

enum class Mode : std::uint8_t {
    async,   // Nobody waits for the follower.
    sync,    // Who asks await_copied() waits, but not for a follower that was away too long.
    strict,  // Who asks waits until the follower has it, however long.
};

struct LeaderOptions {
    std::string address = "127.0.0.1";  // Numeric.
    std::uint16_t port = 0;             // 0: any free one.
    Key key{};
    Mode mode = Mode::async;
    Millis within{1'000};  // sync: how long a commit waits before the leader goes on alone.
    std::filesystem::path scratch;  // For whole copies; best on the file system of the store.
};

struct LeaderStatus {
    bool connected{};
    bool in_step{};            // What is acknowledged is on the follower's disk as well.
    std::uint64_t latest{};    // Updates here, on disk.
    std::uint64_t position{};  // Of the follower, on its disk.
    Millis lag{};              // Since it last held everything that is here.
    std::uint64_t bytes{};     // Of updates handed out; copies are not among them.
    std::uint64_t copies{};    // Whole ones that were handed out.
    std::uint64_t alone{};     // Times that the leader went on alone.
};

class Leader {
public:
    // Throws std::runtime_error, with a sentence for the operator, when it cannot listen.
    Leader(store::Maintenance& store, LeaderOptions options);
    Leader(const Leader&) = delete;
    Leader& operator=(const Leader&) = delete;
    ~Leader();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] Mode mode() const { return options_.mode; }
    // Blocks until everything durable here is where `mode` promises it. False: it may not be, and
    // nobody may be told: only in strict mode, after release().
    [[nodiscard]] bool await_copied();
    // Nobody waits any more; for the end.
    void release();
    [[nodiscard]] LeaderStatus status() const;

private:
    void listen_on();
    void accept_all();
    [[nodiscard]] std::optional<Hello> greet(Connection& connection) const;
    void talk(const Hello& hello);
    [[nodiscard]] bool hand_over_copy(Connection& connection);
    void hand_out_updates(Connection& connection, std::uint64_t position);
    void end_conversation();
    void on_position(std::uint64_t position, const Updates& handed_out);

    store::Maintenance& store_;
    const LeaderOptions options_;
    int listener_ = -1;
    std::uint16_t port_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable moved_;
    LeaderStatus status_;  // Under mutex_, as what follows.
    Time held_all_at_;
    bool released_ = false;

    std::atomic<bool> stop_{false};
    std::atomic<bool> talking_{false};
    std::optional<Connection> follower_;  // Of talker_; replaced by acceptor_ alone.
    std::jthread talker_;
    std::jthread acceptor_;
};

}  // namespace stentor::replica
