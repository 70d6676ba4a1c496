#pragma once
// The operator, and the sign-in of an API node: asks the owner to disable, enable, sign out, erase
// or give another password, and gives out tokens. A question that is lost is asked again.

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "bus/bus.h"
#include "store/memory/memory_store.h"
#include "testing/sim/accounts.h"
#include "testing/sim/sim_bus.h"
#include "testing/sim/world.h"

namespace stentor::sim {

class Operator {
public:
    // A token that was ended, once whoever asked for that is answered.
    using OnVoid = std::function<void(const Token&)>;
    Operator(World& world, SimBus& bus, store::MemoryStore& truth, OnVoid on_void)
        : world_{world}, bus_{bus}, truth_{truth}, on_void_{std::move(on_void)} {}

    // Before the first event: a row, and a first token.
    Token add(UserId uid);
    Token add_token(UserId uid);

    // ---- Once a second, while faults happen
    void act();
    // Opens every account that is not erased.
    void heal();

    struct Entry {
        std::optional<Token> token;
        bool over{};  // Erased: never again.
    };
    using OnEntry = std::function<void(const Entry&)>;
    void sign_in(UserId uid, OnEntry entered);

private:
    void change(bus::AskChangeUser change, std::string_view what, Seen seen);
    void ask(bus::AskChangeUser change, bool repeats);

    World& world_;
    SimBus& bus_;
    store::MemoryStore& truth_;
    OnVoid on_void_;
    std::vector<UserId> uids_;
    bool healed_{};
    int heals_{};
};

}  // namespace stentor::sim
