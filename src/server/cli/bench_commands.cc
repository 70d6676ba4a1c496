#include <CLI/CLI.hpp>
#include <cstddef>
#include <memory>
#include <stdexcept>

#include "load/bench/bench.h"
#include "server/cli/commands.h"
#include "store/replica/place.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

void add_target(CLI::App& command, bench::Target& target) {
    command.add_option("--url", target.url,
                       "http://127.0.0.1:PORT of a running server; without it one is started");
    command.add_option("--server", target.server, "The executable to start; default: this one");
    command.add_option("--secrets", target.secrets,
                       "Secrets file of the running server, where tokens are minted");
}

void add_replay(CLI::App& app, int& code) {
    const auto options = std::make_shared<bench::ReplayOptions>();
    CLI::App* replay = app.add_subcommand(
        "replay", "Play a chat through real sockets; every client checks what it gets");
    replay->add_option("FILE", options->file, "Milliseconds, sender, text; .tsv or .tsv.gz")
        ->required();
    add_target(*replay, options->target);
    replay->add_option("--speed", options->speed, "Times faster than it was")
        ->check(CLI::Range(0.01, 100'000.0))
        ->capture_default_str();
    replay->add_option("--members", options->members, "Readers beside the senders")
        ->check(CLI::Range(std::size_t{0}, std::size_t{100'000}))
        ->capture_default_str();
    replay->add_option("--reconnect", options->reconnect, "Share of clients that reconnect")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    replay->add_option("--seed", options->seed, "Of everything random")->capture_default_str();
    replay->add_option("--limit", options->limit, "Lines to play; 0: all")->capture_default_str();
    replay->add_flag("--lift-limits", options->lift_limits, "Senders are not held back by rates");
    replay->callback([options, &code] { code = bench::run_replay(*options); });
}

void add_bench(CLI::App& app, int& code) {
    const auto options = std::make_shared<bench::BenchOptions>();
    CLI::App* command =
        app.add_subcommand("bench", "Measure under made-up load, every delivery checked");
    command
        ->add_option("--what", options->what,
                     "Which measurements; default: all that need nothing else")
        ->check(CLI::IsMember(bench::bench_names()));
    add_target(*command, options->target);
    command->add_option("--out", options->out, "Folder of the report")->capture_default_str();
    command->add_option("--seed", options->seed, "Of everything random")->capture_default_str();
    command->add_option("--seconds", options->seconds, "Of each load")
        ->check(CLI::Range(0.1, 86'400.0))
        ->capture_default_str();
    command->add_option("--watchers", options->watchers, "Of fanout, slow and peers")
        ->check(CLI::Range(std::size_t{1}, std::size_t{2'000'000}))
        ->capture_default_str();
    command->add_option("--groups", options->groups, "Of the load over many groups")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
        ->capture_default_str();
    command->add_option("--entries", options->entries, "Of flatness and cold start")
        ->check(CLI::Range(std::size_t{1'000}, std::size_t{100'000'000}))
        ->capture_default_str();
    command->add_option("--times", options->times, "How often the server is killed")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
        ->capture_default_str();
    command->add_option("--pairs", options->pairs, "Fan-out runs, each beside one of the raw floor")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000}))
        ->capture_default_str();
    command
        ->add_option("--members", options->members,
                     "Of the largest group (million, return, isolation, membership, reads)")
        ->check(CLI::Range(std::size_t{1'000}, std::size_t{1'000'000}))
        ->capture_default_str();
    command->add_option("--rounds", options->rounds, "Of comparisons, each in another order")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100}))
        ->capture_default_str();
    command->add_option("--peers", options->peers, "Folder of the other servers, for peers");
    command->add_option("--chat", options->chat,
                        "Chat file for bytes, million, return, slow, isolation");
    // As a server writes it: tables of another size would be read at another cost.
    options->open_record = [](const std::filesystem::path& data) {
        auto record = store::open_rocks({.path = replica::Place{data}.store().string()});
        if (!record) throw std::runtime_error{"the record cannot be opened in " + data.string()};
        return std::move(*record);
    };
    command->callback([options, &code] { code = bench::run_bench(*options); });
}

}  // namespace

void add_bench_commands(CLI::App& app, int& code) {
    add_replay(app, code);
    add_bench(app, code);
}

}  // namespace stentor::server
