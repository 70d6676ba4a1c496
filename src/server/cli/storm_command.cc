// `stentor storm`: the storm level of a running server, and pinning it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/storm.h"
#include "server/cli/admin_client.h"
#include "server/cli/commands.h"

namespace stentor::server {
namespace {

struct StormArguments {
    explicit StormArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::string level;
};

void storm(StormArguments& arguments) {
    if (arguments.level == storm::kAsMeasured) {
        arguments.server.post("/admin/api/storm", {{"level", arguments.level}});
        fmt::print("as measured\n");
    } else if (!arguments.level.empty()) {
        arguments.server.post("/admin/api/storm", {{"level", arguments.level}});
        fmt::print("level {}, pinned\n", arguments.level);
    } else {
        const boost::json::object now = arguments.server.get("/admin/api/storm");
        fmt::print("level {}{}\n", now.at("level").to_number<unsigned>(),
                   now.at("pinned").is_null() ? "" : ", pinned");
    }
}

}  // namespace

void add_storm_command(CLI::App& app) {
    CLI::App* command = app.add_subcommand(
        "storm", "The storm level of a running server; with LEVEL it is pinned there");
    const auto arguments = std::make_shared<StormArguments>(*command);
    command->add_option("LEVEL", arguments->level, "0 to 3; auto: as measured")
        ->check(CLI::IsMember(
            std::vector<std::string>{storm::kChoices.begin(), storm::kChoices.end()}));
    command->callback([arguments] { storm(*arguments); });
}

}  // namespace stentor::server
