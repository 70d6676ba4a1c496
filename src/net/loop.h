#pragma once
// What a Shard is inside: its thread's life, turn by turn, over a LoopState.
//
// Thread: run() and all but the constructor belong to the shard's thread.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "net/loop_state.h"

namespace stentor::net {

class Loop {
public:
    Loop(std::uint32_t id, const Options& options, const access::Networks& trusted,
         Mailbox& mailbox, Gate& gate);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    [[nodiscard]] Shard& shard() { return state_.shard; }
    [[nodiscard]] const Counters& counters() const { return state_.counters; }

    void start();  // In the thread's own descriptor table. Throws std::system_error.
    void run();    // Until stop().
    void stop() { state_.turn.stopping = true; }
    // For those who connect from now on.
    void use_certificate(std::shared_ptr<const tls::Context> certificate);
    // Calls on_start and opens the listeners, on these ports. Returns the ports that they have.
    // Throws std::system_error.
    std::vector<std::uint16_t> serve(Handler& handler, std::span<const std::uint16_t> ports);
    void set_handshakes(std::uint32_t per_s);
    void set_bans(std::shared_ptr<const access::Bans> bans);
    void stop_accepting();

private:
    LoopState state_;
};

}  // namespace stentor::net
