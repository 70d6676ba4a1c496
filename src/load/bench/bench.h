#pragma once
// The two commands of the load side: `stentor replay` and `stentor bench`.
//
// Each runs clients over real sockets, checks everything that reaches them, prints lines of
// progress, and gives the process' exit code: 0 only when nothing was lost, repeated, out of order
// or otherwise wrong.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace stentor::store {
class Store;
}

namespace stentor::bench {

// A server that runs already, or how to start one.
struct Target {
    std::string url;                // http://127.0.0.1:PORT; empty: start one.
    std::filesystem::path server;   // The executable to start; empty: this one.
    std::filesystem::path secrets;  // Of the running server, to mint tokens; not always needed.
};

struct ReplayOptions {
    std::filesystem::path file;  // ms, sender number, text; tab-separated; may be gzipped.
    Target target;
    double speed = 1;           // Times faster than it was.
    std::size_t members = 500;  // Readers beside the senders.
    double reconnect = 0.2;     // Of all clients, at random moments.
    std::uint64_t seed = 1;
    std::size_t limit = 0;     // Lines; 0: all.
    bool lift_limits = false;  // Senders hold a bench token: no rate.
};

struct BenchOptions {
    Target target;
    std::vector<std::string> what;  // Names of bench_names(); empty: all that need nothing else.
    std::filesystem::path out = "report";
    std::uint64_t seed = 1;
    double seconds = 10;            // Of each load.
    std::size_t watchers = 15'000;  // Of fanout, slow and peers.
    std::size_t groups = 1'000;     // Of the many-groups load.
    // Of the largest group: million, return, isolation, membership, reads.
    std::size_t members = 1'000'000;
    std::size_t entries = 100'000;  // Of flatness and cold start.
    std::size_t times = 20;         // Kills.
    std::size_t pairs = 10;         // Fan-out runs, each beside one of the raw floor.
    std::size_t rounds = 3;         // Of comparisons, each in another order.
    // For bytes, million, return, slow, isolation; empty: the made-up one.
    std::filesystem::path chat;
    std::filesystem::path peers;  // Other servers, installed; see peers/.
    // The record in the data folder of a server that does not run. Throws std::runtime_error.
    std::function<std::unique_ptr<store::Store>(const std::filesystem::path& data)> open_record;
};

[[nodiscard]] std::vector<std::string> bench_names();

int run_replay(const ReplayOptions& options);
int run_bench(const BenchOptions& options);

}  // namespace stentor::bench
