// `stentor promote --data DIR`: of a follower that runs, and of one that does not.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "server/cli/commands.h"
#include "server/record/data_folder.h"
#include "server/record/replicas.h"
#include "store/replica/place.h"

namespace stentor::server {
namespace {

constexpr Millis kRunningWithin{30'000};
constexpr Millis kLookEvery{50};

// A running follower holds its store, so it is asked, and does it itself.
void ask(const replica::Place& place) {
    place.ask_to_end();
    for (const Time end = now() + kRunningWithin; now() < end;) {
        if (!place.follows()) {
            std::puts("promoted; the server that followed serves now");
            return;
        }
        std::this_thread::sleep_for(kLookEvery);
    }
    throw std::runtime_error{"the server that follows did not answer; see its log"};
}

void promote(const std::string& folder, bool lost_nothing) {
    refuse_foreign_folder(folder);
    const replica::Place place{folder};
    if (!place.follows()) throw std::runtime_error{folder + " follows nobody"};
    if (in_use(folder)) {
        if (lost_nothing) {
            throw std::runtime_error{"--lost-nothing is for a follower that does not run: stop it"};
        }
        return ask(place);
    }
    const replica::Promoted done = promote_copy(folder, lost_nothing, beginning_now());
    if (done.raised) {
        std::printf("promoted, in epoch %llu: what the leader did not hand over in time is lost\n",
                    static_cast<unsigned long long>(done.epoch.value));
    } else {
        std::puts("promoted, with everything that was acknowledged");
    }
}

}  // namespace

void add_promote_command(CLI::App& app) {
    CLI::App* command = app.add_subcommand(
        "promote", "Make a follower the server; see to it that its leader is off, and stays off");
    const auto folder = std::make_shared<std::string>();
    const auto lost_nothing = std::make_shared<bool>(false);
    command->add_option("--data", *folder, "Folder of the follower")->required();
    command->add_flag(
        "--lost-nothing", *lost_nothing,
        "Keep the epoch: you know that the leader acknowledged nothing that is not here");
    command->callback([folder, lost_nothing] { promote(*folder, *lost_nothing); });
}

}  // namespace stentor::server
