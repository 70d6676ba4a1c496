#pragma once
// The members of a crowd that one thread holds, in a descriptor table of its own.
//
// Owner: Crowd. Thread: post() and what is atomic from any; everything else on its own, from within
// what was posted.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/histogram.h"
#include "base/time.h"
#include "load/crowd/counts.h"
#include "load/crowd/member.h"
#include "load/crowd/plan.h"
#include "load/crowd/shown.h"
#include "wire/pb.h"

namespace stentor::crowd {

using Clock = std::chrono::steady_clock;

class Thread {
public:
    // The members from `first` on, `count` of them. Throws std::system_error.
    Thread(const Plan& plan, std::size_t first, std::size_t count);
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread();

    // ---- Any thread
    using Order = std::function<void(Thread&)>;
    void post(Order order);
    [[nodiscard]] std::uint64_t reached() const { return reached_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t watching() const {
        return watching_.load(std::memory_order_relaxed);
    }
    // Entries, as of its last turn.
    [[nodiscard]] std::uint64_t delivered() const {
        return delivered_.load(std::memory_order_relaxed);
    }

    // ---- Orders
    void set_server(std::uint16_t port) { port_ = port; }
    // The members below `up_to`, by their number in the plan, connect, now and whenever they are
    // away again. Who is away because of an end that came sooner keeps the time that it was told.
    void connect(std::size_t up_to);
    // Everybody holds room 0 up to `seq`, as if it had been shown to them in an earlier life. While
    // nobody is connected.
    void claim(std::uint64_t epoch, std::uint64_t seq);
    // Everybody vanishes without a word.
    void vanish();
    // Those of Plan::sleepers read nothing from now on. reached() never counts them, until all of
    // them have woken up.
    void fall_asleep();
    void wake_up(double share);
    // From now on reached() counts who holds everything of room 0 up to `seq`, and arrivals() notes
    // how long after `since` each came to that.
    void aim(std::uint64_t seq, Clock::time_point since);
    // While `on`, a push that comes once more is no fault; each is noted in arrivals().
    void drill(bool on, Clock::time_point since);

    [[nodiscard]] const Counts& counts() const { return counts_; }
    [[nodiscard]] const Histogram& arrivals() const { return arrivals_; }
    [[nodiscard]] const Shown& shown() const { return shown_; }
    [[nodiscard]] std::size_t sleepers() const { return sleepers_; }

private:
    using Index = std::uint32_t;  // In members_.
    struct Wake {
        Time when;
        Index index;
        friend bool operator<(const Wake& a, const Wake& b) { return b.when < a.when; }
    };

    // ---- thread.cc
    void run();
    void turn();
    void take_orders();
    void start_some();
    [[nodiscard]] int timeout_ms() const;
    [[nodiscard]] Member& at(Index index) { return members_[index]; }

    // ---- thread_sockets.cc
    void dial(Index index);
    void dialled(Index index);
    void readable(Index index);
    void shake(Index index, std::string_view bytes);
    void parse(Index index, std::span<char> bytes);
    void say(Index index, std::string_view payload);
    void hang_up(Index index);
    void lose(Index index, Millis pause);

    // ---- thread_frames.cc
    void greet(Index index);
    void on_message(Index index, std::string_view payload);
    void on_opened(Index index, const pb::Opened& opened);
    void on_batch(Index index, const pb::Batch& batch, std::string_view payload);
    void on_range(Index index, const pb::Range& range);
    void on_refused(Index index, std::uint32_t request_id, const pb::Refused& refused);
    void on_head(Index index, std::uint64_t gid, std::uint64_t head);
    [[nodiscard]] bool one_history(std::uint64_t epoch);
    void take_push(Index index, const Shown::Push& push);
    void take_fetched(Index index, std::size_t room, std::uint64_t first, std::uint64_t last);
    void hold(Index index, std::size_t room, std::uint64_t seq);
    void pull_if_behind(Index index, std::size_t room);
    void look_whether_watching(Index index);
    // kRoomsMax: none of theirs.
    [[nodiscard]] std::size_t room_of(Index index, std::uint64_t gid) const;

    const Plan& plan_;
    std::size_t first_;     // Number of members_[0] within the plan.
    std::uint32_t server_;  // Its address, in the host's order of bytes.
    std::uint16_t port_;
    int wake_;
    int epoll_{-1};

    std::vector<Member> members_;
    std::size_t sleepers_;  // The first of the members.
    std::vector<Index> to_start_;
    std::priority_queue<Wake> wakes_;
    std::size_t under_way_{};  // Dialled, and not yet settled.
    std::size_t wanted_{};     // Of the members, from the first on.
    bool stopping_{};

    Counts counts_;
    Shown shown_;
    Histogram arrivals_;
    std::uint64_t epoch_{};  // Of all groups: a server has one. 0: none was named yet.
    std::uint64_t aim_{};
    Clock::time_point since_;
    bool drilling_{};
    std::atomic<std::uint64_t> reached_{};
    std::atomic<std::uint64_t> watching_{};
    std::atomic<std::uint64_t> delivered_{};

    pb::ServerFrame frame_;  // Kept for its memory.
    std::vector<char> buffer_;
    std::minstd_rand random_;
    std::mutex mutex_;
    std::vector<Order> orders_;
    std::jthread thread_;
};

}  // namespace stentor::crowd
