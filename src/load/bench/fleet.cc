#include "load/bench/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "load/bench/http_client.h"
#include "load/bench/progress.h"

namespace stentor::bench {
namespace {

using namespace std::chrono_literals;

// Handshakes under way at once: a full accept queue makes the kernel wait a second.
constexpr std::size_t kStartsAtOnce = 200;
constexpr Millis kSetUpWithin{300'000};
constexpr Millis kTokenLives{24h * 30};
constexpr int kSignUpTries = 120;

}  // namespace

Fleet::Fleet(World& world, const Endpoint& server, const std::filesystem::path& secrets)
    : world_(world), server_(server) {
    if (!secrets.empty()) secrets_ = auth::load_or_make_secrets(secrets);
    // Far above the server's own, and other ones in each run over one server.
    first_uid_ = (std::uint64_t{1} << 46U) + ((world.loop.random() & 0xffffffU) << 20U);
}

std::string Fleet::token_of(UserId& uid, bool lifted) {
    if (secrets_) {
        return auth::mint(
            secrets_->keys.front(),
            {.uid = uid, .minted = now(), .expires = now() + kTokenLives, .bench = lifted});
    }
    if (lifted) throw std::runtime_error{"limits can only be lifted with the server's --secrets"};
    const std::string json = fmt::format(R"({{"name":"bench {:x}","password":"{:016x}"}})",
                                         uid.value, world_.loop.random());
    for (int tries = 0; tries < kSignUpTries; ++tries) {
        const auto answer = http_post(server_, "/api/v1/sign-up", json);
        if (!answer) throw std::runtime_error{"the server does not answer over HTTP"};
        if (answer->status == 201) {
            uid = {std::stoull(json_field(answer->body, "uid"))};
            return json_field(answer->body, "token");
        }
        if (answer->status != 429 && answer->status != 503) {
            throw std::runtime_error{"signing up failed: " + answer->body};
        }
        std::this_thread::sleep_for(std::chrono::seconds{std::max(1U, answer->retry_after_s)});
    }
    throw std::runtime_error{"the server takes no more accounts from here"};
}

Member& Fleet::add_as(UserId uid, bool watches, bool lifted) {
    const std::string token = token_of(uid, lifted);
    return *members_.emplace_back(std::make_unique<Member>(world_, uid, token, watches));
}

bool Fleet::run_until(const std::function<bool()>& done, Millis within,
                      const std::function<void()>& each) {
    const auto end = Clock::now() + within;
    while (!done()) {
        if (Clock::now() > end) return false;
        if (each) each();
        world_.loop.turn(Millis{5});
    }
    return true;
}

void Fleet::run_for(Millis span) {
    run_until([] { return false; }, span);
}

void Fleet::connect_all() {
    Progress progress{"connecting"};
    std::size_t ready = started_;
    const std::size_t before = world_.stopped;
    const auto each = [&] {
        while (ready < started_ && members_[ready]->connected()) ++ready;
        const std::size_t under_way = static_cast<std::size_t>(
            std::count_if(members_.begin() + static_cast<std::ptrdiff_t>(ready),
                          members_.begin() + static_cast<std::ptrdiff_t>(started_),
                          [](const auto& member) { return !member->connected(); }));
        for (std::size_t n = under_way; n < kStartsAtOnce && started_ < members_.size(); ++n) {
            members_[started_++]->start();
        }
        progress.show(static_cast<double>(ready) / static_cast<double>(members_.size()),
                      fmt::format("{} of {}", ready, members_.size()));
    };
    const auto done = [&] { return ready == members_.size() || world_.stopped > before; };
    if (!run_until(done, kSetUpWithin, each) || world_.stopped > before) {
        throw std::runtime_error{fmt::format("only {} of {} could connect; {}", ready,
                                             members_.size(),
                                             fmt::join(world_.stopped_because, ", "))};
    }
}

GroupId Fleet::make_group(Member& by) {
    by.create_group();
    if (!run_until([&] { return static_cast<bool>(by.created()) || world_.stopped > 0; },
                   kSetUpWithin) ||
        !by.created()) {
        throw std::runtime_error{
            fmt::format("no group could be made; {}", fmt::join(world_.stopped_because, ", "))};
    }
    return by.created();
}

void Fleet::join_all(const std::vector<GroupId>& gids, std::size_t first, std::size_t last) {
    Progress progress{"joining"};
    for (std::size_t i = first; i < last; ++i) {
        for (const GroupId gid : gids) members_[i]->join(gid);
    }
    std::size_t joined = first;
    const auto done = [&] {
        while (joined < last && members_[joined]->idle() && members_[joined]->caught_up()) ++joined;
        progress.show(static_cast<double>(joined - first) / static_cast<double>(last - first),
                      fmt::format("{} of {}", joined - first, last - first));
        return joined == last;
    };
    if (!run_until(done, kSetUpWithin)) {
        throw std::runtime_error{fmt::format("only {} of {} could join; {}", joined - first,
                                             last - first,
                                             fmt::join(world_.stopped_because, ", "))};
    }
}

Fleet::Answer Fleet::ask(Member& member, const pb::ClientFrame& command) {
    std::optional<Answer> answer;
    bool asked = false;
    const bool came =
        run_until([&] { return answer.has_value(); }, kSetUpWithin,
                  [&] {
                      if (asked) return;
                      asked = member.ask(command, [&](const pb::ServerFrame& frame, auto took) {
                          answer.emplace(frame, took);
                      });
                  });
    if (!came) throw std::runtime_error{"a command was not answered"};
    return std::move(*answer);
}

bool Fleet::settled() const {
    return std::ranges::all_of(members_, [](const auto& member) { return member->settled(); });
}

bool Fleet::settle(Millis patience) {
    std::uint64_t seen = 0;
    auto moved = Clock::now();
    auto looked = Clock::time_point{};
    bool done = false;
    while (!done && Clock::now() - moved < patience) {
        world_.loop.turn(Millis{20});
        // After the turn: what it brought may be the last answer, with pushes still on their way.
        const std::uint64_t progress = world_.applied + world_.sent + world_.gave_up;
        if (progress != seen) {
            seen = progress;
            moved = Clock::now();
        }
        if (Clock::now() - looked < 50ms) continue;  // A look at all of them is not free.
        looked = Clock::now();
        // Nobody is behind what they heard of, and nobody hears more for a moment.
        done = settled() && Clock::now() - moved > 500ms;
    }
    return done;
}

void Fleet::stop_all() {
    for (const auto& member : members_) member->stop();
}

}  // namespace stentor::bench
