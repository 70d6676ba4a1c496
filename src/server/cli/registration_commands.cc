// `stentor registration`: tokens with which people make accounts while sign-up is closed.
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

struct RegistrationArguments {
    explicit RegistrationArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::string name;
    std::uint64_t uses{1};
    std::uint64_t hours{std::uint64_t{7} * 24};
};

void print_registration(const json::object& token) {
    const auto number = [&](const char* key) { return token.at(key).to_number<std::uint64_t>(); };
    const std::chrono::sys_seconds until{std::chrono::seconds{number("expires_ms") / 1'000}};
    fmt::print("{}\t{} of {}\t{:%FT%TZ}\t{}\t{}\n", plain(std::string{token.at("id").as_string()}),
               number("uses"), number("uses_max"), until,
               token.at("over").as_bool() ? "over" : "good",
               plain(std::string{token.at("name").as_string()}));
}

}  // namespace

void add_registration_commands(CLI::App& app) {
    CLI::App* registration =
        app.add_subcommand("registration", "Tokens that let people in while sign-up is closed");
    registration->require_subcommand(1);

    CLI::App* list_command =
        registration->add_subcommand("list", "Id, uses, end, state and name of each");
    const auto listing = std::make_shared<RegistrationArguments>(*list_command);
    list_command->callback([listing] {
        const json::object page = listing->server.get("/admin/api/registration");
        for (const json::value& each : page.at("tokens").as_array())
            print_registration(each.as_object());
    });

    CLI::App* add_command = registration->add_subcommand("add", "Make one; it is shown this once");
    const auto adding = std::make_shared<RegistrationArguments>(*add_command);
    add_command->add_option("NAME", adding->name, "For whom")->required();
    add_command->add_option("--uses", adding->uses, "Accounts that it makes; one");
    add_command->add_option("--hours", adding->hours, "Until its end; a week");
    add_command->callback([adding] {
        const json::object made = adding->server.post(
            "/admin/api/registration",
            {{"name", adding->name}, {"uses_max", adding->uses}, {"hours", adding->hours}});
        print_registration(made);
        fmt::print("{}\n", plain(std::string{made.at("token").as_string()}));
    });

    CLI::App* end_command = registration->add_subcommand("end", "It lets nobody in any more");
    const auto ending = std::make_shared<RegistrationArguments>(*end_command);
    end_command->add_option("ID", ending->name)->required();
    end_command->callback([ending] {
        ending->server.post("/admin/api/registration/end", {{"id", ending->name}});
        fmt::print("token {} lets nobody in any more\n", plain(ending->name));
    });
}

}  // namespace stentor::server
