#pragma once
// Somebody who has a copy of a token that was ended: comes again and again, to any node, also to
// one that has just started, and asks for what its owner could. What it is told is looked at by the
// shards, what is stored of it by Checks.

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "testing/sim/accounts.h"
#include "testing/sim/link.h"
#include "testing/sim/world.h"

namespace stentor::sim {

inline constexpr std::uint64_t kThiefsDevice = 900'000;

class Thief final : private ClientEnd {
public:
    struct Deps {
        World& world;
        const std::vector<GroupId>& groups;
        std::function<bool(const std::shared_ptr<Link>&)> dial;
        // A send of it goes out.
        std::function<void(UserId, GroupId, const Cmid&, std::string_view body)> invoke;
    };
    Thief(const Deps& deps, const Token& token) : deps_{deps}, token_{token} {}
    ~Thief() override;

    void start() { plan(); }

private:
    void plan();
    void come();
    void on_payload(std::string_view payload) override;
    void on_closed() override { link_.reset(); }

    Deps deps_;
    Token token_;
    std::shared_ptr<Link> link_;
    std::uint64_t said_{};
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace stentor::sim
