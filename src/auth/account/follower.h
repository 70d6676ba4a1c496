#pragma once
// Keeps a node's gate like the record's: reads all pages once, then those that follow, when it is
// told to (a nudge may be lost) and once a second anyway. Pure.
//
// Owner: the node's hub. Thread: the hub's. Cost: one question a second, and one for each page.

#include <cstdint>
#include <span>

#include "auth/account/shared_gate.h"
#include "base/code.h"
#include "base/time.h"
#include "bus/questions.h"

namespace stentor::account {

class Follower {
public:
    class Port {
    public:
        Port() = default;
        Port(const Port&) = delete;
        Port& operator=(const Port&) = delete;
        virtual ~Port() = default;

        // Answered by on_reply, or not.
        virtual void ask(const bus::AskAccountChanges& question) = 0;
        // The gate knows it now: connections of theirs are to be looked at.
        virtual void accounts_moved(std::span<const bus::AccountState> states) = 0;
        // Once: Hellos may be answered from here on.
        virtual void accounts_known() = 0;
    };

    Follower(SharedGate& gate, Port& effects) : gate_{gate}, fx_{effects} {}

    void on_tick(Time now);
    void on_moved();
    // Of any question asked, late or out of order.
    void on_reply(const Result<bus::Reply>& reply, Time now);

private:
    void ask();

    SharedGate& gate_;
    Port& fx_;
    std::uint64_t after_{};  // Every change up to here is in the gate.
    Time forget_at_{};
};

}  // namespace stentor::account
