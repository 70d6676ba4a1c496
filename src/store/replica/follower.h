#pragma once
// The side that follows: keeps a copy of the leader's record, and writes into it what the leader
// writes, in the same order. Nothing else may write there.
//
// Owner: the wiring. Thread: one of its own; status() from any. Comes again, with a growing pause,
// for as long as it lives.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "store/maintenance.h"
#include "store/replica/connection.h"
#include "store/replica/messages.h"
#include "store/replica/place.h"
#include "store/store.h"

namespace stentor::replica {

// An open copy. `face` is the other face of `store`.
struct Copy {
    std::unique_ptr<store::Store> store;
    store::Maintenance* face{};
};
using OpenCopy = std::function<Result<Copy>(const std::filesystem::path& folder)>;

struct FollowerOptions {
    std::string host;
    std::uint16_t port{};
    Key key{};
    std::filesystem::path folder;
    OpenCopy open;
};

struct FollowerStatus {
    bool connected{};
    std::uint64_t position{};  // Newest update on this disk.
    std::uint64_t behind{};    // Updates, of which it knows.
    Millis lag{};              // Since it last held everything the leader had.
    std::uint64_t copies{};    // Whole ones that it took.
};

class Follower {
public:
    // Throws std::runtime_error when the folder holds something else.
    explicit Follower(FollowerOptions options);
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    ~Follower();  // The copy is closed, and holds what was told to the leader.

    [[nodiscard]] FollowerStatus status() const;
    [[nodiscard]] const Place& place() const { return place_; }

private:
    void run();
    [[nodiscard]] Result<void> converse();
    [[nodiscard]] Result<Connection> meet();
    [[nodiscard]] Result<void> take_copy(Connection& connection, std::string first_name);
    [[nodiscard]] Result<void> take_updates(Connection& connection, const std::string& bytes);
    [[nodiscard]] Result<void> tell_position(Connection& connection);
    [[nodiscard]] Result<void> open();
    void pause(Millis time);

    FollowerOptions options_;
    Place place_;
    Copy copy_;
    bool wants_copy_ = false;  // What it has does not continue.

    mutable std::mutex mutex_;
    FollowerStatus status_;             // Under mutex_.
    Time in_step_at_;                   // Likewise.
    Connection* connection_ = nullptr;  // Likewise; to end a wait.
    std::atomic<bool> stop_{false};
    std::jthread thread_;
};

}  // namespace stentor::replica
