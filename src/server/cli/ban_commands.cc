// `stentor ban`: addresses and networks that may not come in.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "server/cli/admin_client.h"
#include "server/cli/commands.h"

namespace stentor::server {
namespace {

namespace json = boost::json;

struct BanArguments {
    explicit BanArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::string network;
    std::string reason;
    std::uint64_t hours{24};
};

void print_ban(const json::object& ban) {
    const auto ends = ban.at("ends_ms").to_number<std::uint64_t>();
    const std::chrono::sys_seconds until{std::chrono::seconds{ends / 1'000}};
    fmt::print("{}\t{:%FT%TZ}\t{}\t{}\n", plain(std::string{ban.at("network").as_string()}), until,
               ban.at("over").as_bool() ? "over" : "banned",
               plain(std::string{ban.at("reason").as_string()}));
}

}  // namespace

void add_ban_commands(CLI::App& app) {
    CLI::App* ban = app.add_subcommand("ban", "Addresses and networks that may not come in");
    ban->require_subcommand(1);

    CLI::App* list_command = ban->add_subcommand("list", "Network, end, state and reason of each");
    const auto listing = std::make_shared<BanArguments>(*list_command);
    list_command->callback([listing] {
        const json::object page = listing->server.get("/admin/api/bans");
        for (const json::value& each : page.at("bans").as_array()) print_ban(each.as_object());
    });

    CLI::App* add_command =
        ban->add_subcommand("add", "Refuse it, and put out who is in; again: another end");
    const auto adding = std::make_shared<BanArguments>(*add_command);
    add_command->add_option("NETWORK", adding->network, "192.0.2.7, 192.0.2.0/24, 2001:db8::/32")
        ->required();
    add_command->add_option("REASON", adding->reason, "For operators")->required();
    add_command->add_option("--hours", adding->hours, "Until its end; a day");
    add_command->callback([adding] {
        print_ban(adding->server.post(
            "/admin/api/bans",
            {{"network", adding->network}, {"reason", adding->reason}, {"hours", adding->hours}}));
    });

    CLI::App* end_command = ban->add_subcommand("end", "Let it in again");
    const auto ending = std::make_shared<BanArguments>(*end_command);
    end_command->add_option("NETWORK", ending->network)->required();
    end_command->callback([ending] {
        ending->server.post("/admin/api/bans/end", {{"network", ending->network}});
        fmt::print("{} may come in again\n", plain(ending->network));
    });
}

}  // namespace stentor::server
