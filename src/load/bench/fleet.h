#pragma once
// All simulated members of one run, and how they come into the server: accounts, connections,
// groups. Everything goes through the same doors as a browser's; only tokens may be minted, because
// a password hash takes longer than a thousand messages.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/secrets.h"
#include "load/bench/member.h"
#include "load/bench/server_process.h"

namespace stentor::bench {

class Fleet {
public:
    // `secrets` empty: accounts are signed up over HTTP. Throws std::runtime_error.
    Fleet(World& world, const Endpoint& server, const std::filesystem::path& secrets);

    // `lifted`: with a bench token, whose sends no rate holds back; needs the secrets.
    Member& add(bool watches, bool lifted) { return add_as(user(size()), watches, lifted); }
    // As one of the users whose ids are this run's own: user(0), user(1), ...
    Member& add_as(UserId uid, bool watches, bool lifted);
    [[nodiscard]] UserId user(std::size_t n) const { return {first_uid_ + n}; }
    // `uid` becomes another where accounts are signed up.
    [[nodiscard]] std::string token_of(UserId& uid, bool lifted);
    [[nodiscard]] Member& operator[](std::size_t i) { return *members_[i]; }
    [[nodiscard]] std::size_t size() const { return members_.size(); }

    // Turns the loop until `done`; false after `within`. `each` runs once a turn.
    bool run_until(const std::function<bool()>& done, Millis within,
                   const std::function<void()>& each = {});
    void run_for(Millis span);

    // Each of these throws std::runtime_error when the server does not let it happen.
    void connect_all();
    GroupId make_group(Member& by);
    void join_all(const std::vector<GroupId>& gids, std::size_t first, std::size_t last);
    struct Answer {
        v1::ServerFrame frame;
        std::chrono::nanoseconds took{};
    };
    Answer ask(Member& member, const v1::ClientFrame& command);
    // Everybody has everything: no send unanswered, no head above what is held. False: for
    // `patience` nothing moved any more.
    bool settle(Millis patience);
    void stop_all();

private:
    [[nodiscard]] bool settled() const;

    World& world_;
    Endpoint server_;
    std::optional<auth::Secrets> secrets_;
    std::uint64_t first_uid_;
    std::vector<std::unique_ptr<Member>> members_;
    std::size_t started_{};
};

}  // namespace stentor::bench
