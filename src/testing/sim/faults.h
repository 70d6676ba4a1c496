#pragma once
// How bad the world is in one run. Each run draws which faults it has and how often, so that some
// runs have many at once and others one alone, which would drown among the rest.

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "testing/sim/random.h"

namespace stentor::sim {

// Chances are in thousandths of the thing they happen to.
struct Faults {
    // The store, per commit or read
    std::uint32_t unknown_not_applied{};
    std::uint32_t unknown_applied{};
    std::uint32_t unknown_applied_later{};
    std::uint32_t aborted{};       // Not written, to be tried again,
    std::uint32_t aborted_call{};  // or nothing of a whole call.
    std::uint32_t late_inside_load{};
    std::uint32_t load_fails{};
    std::uint32_t load_slow{};
    std::uint32_t changes_forgotten{};
    // The bus, per message
    std::uint32_t post_twice{};
    std::uint32_t post_refused{};
    std::uint32_t ask_lost{};
    std::uint32_t ask_misrouted{};  // To who held that partition before.
    std::uint32_t items_lost{};
    std::uint32_t items_late{};   // Behind what was told after them,
    std::uint32_t items_again{};  // or told once more.
    std::uint32_t answer_lost{};
    // The world, per second
    std::uint32_t queue_wiped{};
    std::uint32_t routes_wiped{};
    std::uint32_t node_cut_off{};
    std::uint32_t owner_crash{};
    std::uint32_t owner_pause{};
    std::uint32_t renewals_lost{};    // An owner's, for so long that others may take over.
    std::uint32_t tenure_retaken{};   // Per commit or load of a group.
    std::uint32_t partition_moves{};  // By agreement.
    std::uint32_t node_crash{};
    std::uint32_t node_pause{};
    std::uint32_t storm{};          // The level goes to another one.
    std::uint32_t operator_acts{};  // On the account of one user.
    // Connections; drops are per member and second
    std::uint32_t connect_refused{};
    std::uint32_t drop{};
    std::uint32_t half_open{};
    std::uint32_t reader_stops{};
    std::uint32_t client_crash{};
    std::uint32_t slow_socket{};  // Of all connections.
    // In the backlogs of all links of one shard; see net::Options::pinned_bytes_max.
    std::size_t waiting_bytes_max{SIZE_MAX};
    bool long_history{};  // More entries than an owner and a node start with.
    bool restores{};      // Whether the store goes back to a backup once.
    Millis bus_delay_max{5};
    Millis network_delay_max{30};

    [[nodiscard]] static Faults drawn(Random& random);
    // Whether nothing keeps a node from hearing of a change within a second of its answer.
    [[nodiscard]] bool nodes_hear() const {
        return ask_lost + ask_misrouted + answer_lost + node_cut_off + node_pause + node_crash +
                   owner_crash + owner_pause + renewals_lost + partition_moves + tenure_retaken +
                   load_fails + load_slow ==
               0;
    }
};

inline Faults Faults::drawn(Random& random) {
    const auto maybe = [&](std::uint32_t most) -> std::uint32_t {
        if (!random.chance(450)) return 0;
        return static_cast<std::uint32_t>(random.between(1, most));
    };
    Faults faults;
    faults.unknown_not_applied = maybe(80);
    faults.unknown_applied = maybe(80);
    faults.unknown_applied_later = maybe(80);
    faults.late_inside_load = maybe(500);
    faults.load_fails = maybe(80);
    faults.load_slow = maybe(150);
    faults.changes_forgotten = maybe(800);
    faults.post_twice = maybe(150);
    faults.post_refused = maybe(30);
    faults.ask_lost = maybe(50);
    faults.items_lost = maybe(80);
    faults.items_late = maybe(80);
    faults.items_again = maybe(80);
    faults.answer_lost = maybe(60);
    faults.queue_wiped = maybe(60);
    faults.routes_wiped = maybe(60);
    faults.node_cut_off = maybe(30);
    faults.owner_crash = maybe(40);
    faults.owner_pause = maybe(50);
    faults.node_crash = maybe(20);
    faults.node_pause = maybe(30);
    faults.connect_refused = maybe(200);
    faults.drop = maybe(30);
    faults.half_open = maybe(8);
    faults.client_crash = maybe(10);
    faults.slow_socket = maybe(500);
    faults.ask_misrouted = maybe(300);
    faults.tenure_retaken = maybe(100);
    faults.renewals_lost = maybe(60);
    faults.partition_moves = maybe(400);
    faults.restores = random.chance(250);
    faults.long_history = random.chance(60);
    // Else hardly a run would have whole streams, in which every kick must be heard in its place.
    if (random.chance(150)) {
        faults.items_lost = faults.node_cut_off = faults.routes_wiped = 0;
        faults.owner_crash = faults.owner_pause = faults.renewals_lost = 0;
        faults.partition_moves = faults.tenure_retaken = 0;
        faults.unknown_applied = faults.unknown_applied_later = 0;
    }
    faults.bus_delay_max = Millis{random.chance(300) ? 400 : 8};
    faults.network_delay_max = Millis{random.chance(300) ? 800 : 40};
    faults.storm = maybe(200);
    faults.reader_stops = maybe(15);
    faults.operator_acts = maybe(200);
    if (random.chance(300)) {
        faults.waiting_bytes_max = random.chance(500) ? 0 : random.between(1, 3'000);
        faults.slow_socket = static_cast<std::uint32_t>(random.between(200, 800));
    }
    faults.aborted = maybe(80);
    faults.aborted_call = maybe(150);
    return faults;
}

}  // namespace stentor::sim
