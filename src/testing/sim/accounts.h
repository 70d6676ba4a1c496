#pragma once
// Which accounts and tokens are good, as the record has it and had it: what nodes and owners are
// held against. A change counts for an owner from the moment it answered whoever asked for it, for
// a node from the moment it has asked for changes.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/cmid.h"
#include "base/ids.h"
#include "base/time.h"
#include "store/memory/memory_store.h"
#include "store/rows.h"
#include "testing/sim/world.h"
#include "wire/pb.h"

namespace stentor::sim {

// What a token of the simulation says; SimVerifier reads it.
struct Token {
    UserId uid;
    Time minted;

    [[nodiscard]] std::string text() const;
    friend auto operator<=>(const Token&, const Token&) = default;
};
[[nodiscard]] std::optional<Token> token_in(std::string_view text);

class Accounts {
public:
    explicit Accounts(World& world) : world_{world} { world.accounts = this; }

    // ---- From the store
    void on_changed(const store::UserRow& row);
    void on_restored(store::MemoryStore& truth);
    // ---- From the owner: everything up to `at` is in force, and whoever asked for it is told.
    void on_answered(UserId uid, Time at);

    // ---- What holds
    [[nodiscard]] bool is_good(const Token& token) const;
    [[nodiscard]] bool was_void_since(const Token& token, Time since) const {
        return was_all_along(token, since, false);
    }
    [[nodiscard]] bool was_good_since(const Token& token, Time since) const {
        return was_all_along(token, since, true);
    }
    // For an owner: it had answered by then, and nothing changed that since.
    [[nodiscard]] bool was_void_for_owner(const Token& token, Time at) const;
    // No token of theirs is good, and that is in force.
    [[nodiscard]] bool is_barred(UserId uid) const;

    // ---- Those who go on with a void token
    void on_void_send(const Cmid& cmid, const Token& token) {
        void_sends_.insert_or_assign(cmid, VoidSend{.token = token, .at = world_.now()});
    }
    // Of a token that was void, and whoever ended it answered, when it was sent; and has not been
    // good since: while a Hello waits, an account that was disabled may be enabled again.
    [[nodiscard]] bool is_void_send(const Cmid& cmid) const {
        const auto found = void_sends_.find(cmid);
        return found != void_sends_.end() &&
               was_void_since(found->second.token, found->second.at) &&
               was_void_for_owner(found->second.token, found->second.at);
    }

private:
    struct State {
        Time at;
        Time answered{Time::max()};
        bool closed{};
        Time tokens_since;
        std::vector<Time> ended;

        [[nodiscard]] bool passes(Time minted) const;
    };

    struct VoidSend {
        Token token;
        Time at;
    };

    void add(const store::UserRow& row, Time answered);
    [[nodiscard]] bool was_all_along(const Token& token, Time since, bool good) const;

    World& world_;
    std::map<UserId, std::vector<State>> states_;  // Ascending; before the first all is good.
    std::map<UserId, std::set<Time>> minted_;
    std::map<Cmid, VoidSend> void_sends_;
};

}  // namespace stentor::sim
