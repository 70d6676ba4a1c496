// `stentor key`: keys with which other systems use the API of a running server.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/public/api_keys.h"
#include "base/limits.h"
#include "server/cli/admin_client.h"
#include "server/cli/commands.h"

namespace stentor::server {
namespace {

namespace json = boost::json;

struct KeyArguments {
    explicit KeyArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::string name;
    std::string user;
    std::vector<std::string> scopes;
    std::vector<std::string> groups;
    std::uint64_t per_second{limits::kKeyPerSecond};
};

void print_key(const json::object& key) {
    std::string scopes;
    for (const json::value& scope : key.at("scopes").as_array()) {
        scopes += (scopes.empty() ? "" : ",") + std::string{scope.as_string()};
    }
    fmt::print("{}\t{}\t{}\t{}\n", plain(std::string{key.at("id").as_string()}), scopes,
               key.at("uid").to_number<std::uint64_t>(),
               plain(std::string{key.at("name").as_string()}));
}

void add(KeyArguments& arguments) {
    json::array scopes;
    for (const std::string& scope : arguments.scopes) scopes.emplace_back(scope);
    json::object body{{"name", arguments.name}, {"scopes", std::move(scopes)}};
    json::array groups;
    for (const std::string& gid : arguments.groups) groups.emplace_back(gid);
    body["groups"] = std::move(groups);
    body["per_second"] = arguments.per_second;
    if (!arguments.user.empty()) body["uid"] = arguments.server.uid_of(arguments.user);
    const json::object made = arguments.server.post("/admin/api/keys", body);
    print_key(made);
    fmt::print("{}\n", plain(std::string{made.at("key").as_string()}));
}

}  // namespace

void add_key_commands(CLI::App& app) {
    CLI::App* key = app.add_subcommand("key", "Keys of other systems for the API");
    key->require_subcommand(1);

    CLI::App* list_command = key->add_subcommand("list", "Id, scopes, user and name of each");
    const auto listing = std::make_shared<KeyArguments>(*list_command);
    list_command->callback([listing] {
        const json::object page = listing->server.get("/admin/api/keys");
        for (const json::value& each : page.at("keys").as_array()) print_key(each.as_object());
    });

    CLI::App* add_command = key->add_subcommand("add", "Make one; it is shown this once");
    const auto adding = std::make_shared<KeyArguments>(*add_command);
    add_command->add_option("NAME", adding->name, "For whom")->required();
    add_command
        ->add_option("--scope", adding->scopes,
                     "group, user, everybody, as, feed; repeatable, or parted by commas")
        ->delimiter(',')
        ->required()
        ->check(CLI::IsMember(
            std::vector<std::string>{std::begin(api::kScopeNames), std::end(api::kScopeNames)}));
    add_command->add_option("--user", adding->user, "In whose name it sends; without: nobody's");
    add_command
        ->add_option("--group", adding->groups,
                     "Number of a group; it sends to no others; "
                     "repeatable, or parted by commas")
        ->delimiter(',');
    add_command->add_option("--per-second", adding->per_second, "Requests, 1 to 1000");
    add_command->callback([adding] { add(*adding); });

    CLI::App* remove_command = key->add_subcommand("remove", "It is void at once");
    const auto removing = std::make_shared<KeyArguments>(*remove_command);
    remove_command->add_option("ID", removing->name)->required();
    remove_command->callback([removing] {
        removing->server.post("/admin/api/keys/remove", {{"id", removing->name}});
        fmt::print("key {} is removed\n", plain(removing->name));
    });
}

}  // namespace stentor::server
