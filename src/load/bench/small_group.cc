#include "load/bench/small_group.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>

#include "load/bench/arrivals.h"
#include "load/bench/fleet.h"
#include "load/bench/pipe_mail.h"
#include "testing/ledger/ledger.h"

namespace stentor::bench {
namespace {

constexpr Millis kEvery{50};
constexpr Millis kPatience{60'000};
constexpr std::size_t kPathBytes = 512;

struct Door {
    char address[64]{};
    std::uint16_t port{};
    char secrets[kPathBytes]{};
};

template <std::size_t kSize>
void set_text(char (&to)[kSize], const std::string& text) {
    if (text.size() >= kSize) throw std::runtime_error{text + " is too long"};
    std::ranges::copy(text, to);
}

// The clients' side.
class Clients {
public:
    Clients(std::uint64_t seed, const Door& door) : loop_{seed} {
        auto settings = std::make_shared<client::Settings>();
        settings->name = "stentor-bench/1";
        settings->pull_everything = true;
        world_.settings = std::move(settings);
        loop_.set_target(door.address, door.port);
        fleet_ = std::make_unique<Fleet>(world_, Endpoint{door.address, door.port}, door.secrets);
        for (std::size_t i = 0; i < SmallGroup::kMembers; ++i) fleet_->add(true, true);
        fleet_->connect_all();
        gid_ = fleet_->make_group((*fleet_)[0]);
        fleet_->join_all({gid_}, 1, SmallGroup::kMembers);
        fleet_->settle(kPatience);
    }

    SmallGroup::Waits measure(Millis span) {
        Histogram waits;
        Arrivals arrivals;
        world_.arrivals = &arrivals;
        const auto begin = Clock::now();
        std::uint64_t sends = 0;
        for (auto due = begin; due < begin + span; due += kEvery) {
            while (Clock::now() < due) loop_.turn(Millis{1});
            arrivals.begin();
            arrivals.sent = due;  // A late one does not hide the wait.
            (*fleet_)[said_++ % SmallGroup::kMembers].send(gid_, "hello", due);
            (void)arrivals.wait(loop_, SmallGroup::kMembers);
            waits.add(arrivals.times);
            ++sends;
            // Between two messages: a member whose sends were not answered would send no more.
            for (std::size_t i = 0; i < SmallGroup::kMembers; ++i) (*fleet_)[i].read_kept();
        }
        world_.arrivals = nullptr;
        const bool all = fleet_->settle(kPatience);
        return {.count = waits.count(),
                .median = waits.at(0.5),
                .p99 = waits.at(0.99),
                .last = waits.max(),
                // What came too late to be waited for is in none of these times.
                .clean = all && waits.count() == sends * SmallGroup::kMembers &&
                         ledger_.check().clean()};
    }

private:
    Loop loop_;
    ledger::Ledger ledger_;
    World world_{loop_, ledger_, nullptr};
    std::unique_ptr<Fleet> fleet_;
    GroupId gid_;
    std::size_t said_{};
};

[[noreturn]] void be_clients(int from, int to, std::uint64_t seed) try {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Door door;
    if (!take(from, door)) _exit(1);
    Clients clients{seed, door};
    if (!put(to, true)) _exit(1);
    for (Millis span{}; take(from, span);) {
        if (!put(to, clients.measure(span))) _exit(1);
    }
    _exit(0);
} catch (const std::exception& error) {
    fmt::print(stderr, "the small group's clients: {}\n", error.what());
    _exit(1);
}

}  // namespace

SmallGroup::SmallGroup(std::uint64_t seed) {
    int down[2];
    int up[2];
    if (pipe2(down, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0) {
        throw std::runtime_error{"cannot make a pipe"};
    }
    clients_ = fork();
    if (clients_ == 0) {
        close(down[1]);
        close(up[0]);
        be_clients(down[0], up[1], seed);
    }
    close(down[0]);
    close(up[1]);
    to_ = down[1];
    from_ = up[0];
    if (clients_ < 0) throw std::runtime_error{"cannot start a process"};
}

SmallGroup::~SmallGroup() {
    close(to_);
    close(from_);
    kill(clients_, SIGKILL);
    waitpid(clients_, nullptr, 0);
}

void SmallGroup::enter(const Endpoint& server, const std::filesystem::path& secrets) {
    Door door{.port = server.port};
    set_text(door.address, server.address);
    set_text(door.secrets, secrets.string());
    bool in = false;
    if (!put(to_, door) || !take(from_, in)) {
        throw std::runtime_error{"the small group did not come in"};
    }
}

void SmallGroup::begin(Millis span) const {
    if (!put(to_, span)) throw std::runtime_error{"the small group is gone"};
}

SmallGroup::Waits SmallGroup::end() const {
    Waits waits;
    if (!take(from_, waits)) throw std::runtime_error{"the small group is gone"};
    return waits;
}

}  // namespace stentor::bench
