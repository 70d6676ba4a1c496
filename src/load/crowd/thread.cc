#include "load/crowd/thread.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <latch>
#include <system_error>
#include <utility>

namespace stentor::crowd {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::uint64_t kWakeSource = ~std::uint64_t{0};

}  // namespace

Thread::Thread(const Plan& plan, std::size_t first, std::size_t count)
    : plan_{plan},
      first_{first},
      server_{ntohl(inet_addr(plan.address.c_str()))},
      port_{plan.port},
      wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
      members_(count),
      sleepers_{static_cast<std::size_t>(plan.sleepers * static_cast<double>(count))},
      buffer_(kReadBytes),
      random_{static_cast<std::uint32_t>(first + 1)} {
    if (wake_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
    std::latch ready{1};
    int error = 0;
    thread_ = std::jthread{[&, this] {
        // A table of its own: no lock, and the limit of descriptors counts for each table.
        if (unshare(CLONE_FILES) < 0 || close_range(3, static_cast<unsigned>(wake_) - 1, 0) < 0 ||
            close_range(static_cast<unsigned>(wake_) + 1, UINT_MAX, 0) < 0 ||
            (epoll_ = epoll_create1(EPOLL_CLOEXEC)) < 0) {
            error = errno;
        }
        epoll_event event{.events = EPOLLIN, .data = {.u64 = kWakeSource}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
        ready.count_down();
        if (epoll_ >= 0) run();
    }};
    ready.wait();
    if (error != 0) throw std::system_error{error, std::generic_category(), "crowd thread"};
}

Thread::~Thread() {
    post([](Thread& self) { self.stopping_ = true; });
    thread_.join();
    close(wake_);
}

void Thread::post(Order order) {
    const std::lock_guard lock{mutex_};
    orders_.push_back(std::move(order));
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = write(wake_, &one, sizeof one);
}

void Thread::take_orders() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(wake_, &count, sizeof count);
    std::vector<Order> orders;
    {
        const std::lock_guard lock{mutex_};
        std::swap(orders, orders_);
    }
    for (const Order& order : orders) order(*this);
}

void Thread::run() {
    while (!stopping_) turn();
}

int Thread::timeout_ms() const {
    if (wakes_.empty()) return 1'000;
    const auto wait = std::chrono::ceil<Millis>(wakes_.top().when - now());
    return static_cast<int>(std::clamp(wait, Millis{0}, Millis{1'000}).count());
}

void Thread::turn() {
    const Time at_now = now();
    while (!wakes_.empty() && wakes_.top().when <= at_now) {
        if (wakes_.top().index < wanted_) to_start_.push_back(wakes_.top().index);
        wakes_.pop();
    }
    start_some();
    std::array<epoll_event, 512> events;  // Filled by the kernel.
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms());
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.u64 == kWakeSource) {
            take_orders();
            continue;
        }
        const auto index = static_cast<Index>(event.data.u64);
        if (at(index).phase == Member::Phase::connecting) {
            if ((event.events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) continue;
            dialled(index);
        }
        // A refusal may have come with the connection, and is told once.
        if ((event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) readable(index);
    }
    delivered_.store(counts_.entries + counts_.fetched, std::memory_order_relaxed);
}

void Thread::start_some() {
    while (under_way_ < plan_.handshakes_at_once && !to_start_.empty()) {
        const Index index = to_start_.back();
        to_start_.pop_back();
        if (at(index).phase == Member::Phase::away) dial(index);
    }
}

void Thread::connect(std::size_t up_to) {
    // Those who were wanted before and are away have their time in wakes_: a drain told it to them,
    // or it grows with each try. A crowd that came at once would prove neither.
    const auto before = static_cast<Index>(wanted_);
    wanted_ = std::clamp(up_to, first_, first_ + members_.size()) - first_;
    for (auto index = static_cast<Index>(wanted_); index > before; --index) {
        to_start_.push_back(index - 1);
    }
}

void Thread::claim(std::uint64_t epoch, std::uint64_t seq) {
    epoch_ = epoch;
    for (Member& member : members_) {
        member.held[0] = static_cast<std::uint32_t>(seq);
        member.known |= 1U;
    }
}

void Thread::vanish() {
    wanted_ = 0;
    to_start_.clear();
    wakes_ = {};
    for (Index index = 0; index < members_.size(); ++index) {
        if (at(index).phase != Member::Phase::away) hang_up(index);
    }
}

void Thread::fall_asleep() {
    for (Member& member : std::span{members_}.first(sleepers_)) member.asleep = true;
}

void Thread::wake_up(double share) {
    const auto last = static_cast<Index>(share * static_cast<double>(sleepers_));
    if (share >= 1) sleepers_ = 0;
    for (Index index = 0; index < last; ++index) {
        if (!std::exchange(at(index).asleep, false)) continue;
        // What happened meanwhile was told and passed over: bytes, and behind them perhaps the end.
        for (int i = 0; i < 2 && at(index).phase != Member::Phase::away; ++i) readable(index);
    }
}

void Thread::aim(std::uint64_t seq, Clock::time_point since) {
    aim_ = seq;
    since_ = since;
    arrivals_ = {};
    reached_ = static_cast<std::uint64_t>(
        std::ranges::count_if(std::span{members_}.subspan(sleepers_),
                              [seq](const Member& member) { return member.held[0] >= seq; }));
}

void Thread::drill(bool on, Clock::time_point since) {
    drilling_ = on;
    if (on) reached_ = counts_.drills;
    since_ = since;
    arrivals_ = {};
}

}  // namespace stentor::crowd
