// `stentor user`: accounts of a running server. `stentor token`: what a client or the admin page
// shows, made from the key in the data folder.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include "auth/admin_key.h"
#include "auth/secrets.h"
#include "auth/token.h"
#include "base/limits.h"
#include "base/time.h"
#include "client/terminal/sign_in.h"
#include "config/units.h"
#include "server/cli/admin_client.h"
#include "server/cli/commands.h"
#include "server/record/data_folder.h"

namespace stentor::server {
namespace {

namespace json = boost::json;

constexpr Millis kLifetimeMin{1'000};
constexpr Millis kLifetimeMax = std::chrono::days{3'650};

struct UserArguments {
    explicit UserArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::string name;
    std::string lifetime = "1 d";
    bool sure{};
    std::uint64_t per_second{};
    std::uint64_t burst{limits::kSendsBurst};
};

void print_user(const json::object& user) {
    fmt::print("{}\t{}\t{}", user.at("uid").to_number<std::uint64_t>(),
               user.at("disabled").as_bool() ? "disabled" : "enabled",
               plain(std::string{user.at("name").as_string()}));
    if (const json::value* rate = user.if_contains("rate")) {
        fmt::print("\t{}/s, {} at once", rate->at("per_second").to_number<std::uint64_t>(),
                   rate->at("burst").to_number<std::uint64_t>());
    }
    fmt::print("\n");
}

void list(AdminClient& server, const std::string& prefix) {
    std::string after;
    do {
        const json::object page = server.get(
            "/admin/api/users?count=100&prefix=" + encoded(prefix) + "&after=" + encoded(after));
        for (const json::value& user : page.at("users").as_array()) print_user(user.as_object());
        after = std::string{page.at("next").as_string()};
    } while (!after.empty());
}

// A subcommand on one account that posts to it.
void add_act(
    CLI::App& user, const char* name, const char* meaning,
    json::object (*body)() = [] { return json::object{}; }) {
    CLI::App* command = user.add_subcommand(name, meaning);
    const auto arguments = std::make_shared<UserArguments>(*command);
    command->add_option("NAME", arguments->name, "Name or number of the account")->required();
    command->callback([arguments, name = std::string{name}, body] {
        const std::uint64_t uid = arguments->server.uid_of(arguments->name);
        print_user(
            arguments->server.post(fmt::format("/admin/api/users/{}/{}", uid, name), body()));
    });
}

void add_rate_commands(CLI::App& user) {
    CLI::App* set =
        user.add_subcommand("rate", "How fast this one may send, instead of all others");
    const auto setting = std::make_shared<UserArguments>(*set);
    set->add_option("NAME", setting->name, "Name or number of the account")->required();
    set->add_option("PER_SECOND", setting->per_second, "Messages in one group, in the long run")
        ->required();
    set->add_option("--burst", setting->burst, "That may come at once")->capture_default_str();
    set->callback([setting] {
        const std::uint64_t uid = setting->server.uid_of(setting->name);
        print_user(
            setting->server.post(fmt::format("/admin/api/users/{}/rate", uid),
                                 {{"per_second", setting->per_second}, {"burst", setting->burst}}));
    });

    CLI::App* end = user.add_subcommand("rate-end", "The rate of all others holds again");
    const auto ending = std::make_shared<UserArguments>(*end);
    end->add_option("NAME", ending->name, "Name or number of the account")->required();
    end->callback([ending] {
        const std::uint64_t uid = ending->server.uid_of(ending->name);
        print_user(ending->server.post(fmt::format("/admin/api/users/{}/rate/end", uid)));
    });
}

// Their groups, and all that they wrote, a page at a time.
void erase(UserArguments& arguments) {
    const std::uint64_t uid = arguments.server.uid_of(arguments.name);
    if (!arguments.sure) {
        fmt::print(stderr, "all that {} wrote, for good? yes or no: ", plain(arguments.name));
        std::string answer;
        std::getline(std::cin, answer);
        if (answer != "yes") throw std::runtime_error{"nothing was erased"};
    }
    std::uint64_t erased = 0;
    std::uint64_t left = 0;
    std::uint64_t refused = 0;
    json::object from;
    do {
        const json::object page =
            arguments.server.post(fmt::format("/admin/api/users/{}/erase", uid), from);
        const auto number = [&](const char* key) {
            return page.at(key).to_number<std::uint64_t>();
        };
        erased += number("erased");
        left += number("left");
        refused += number("refused");
        from = {{"gid", number("next_gid")}, {"seq", number("next_seq")}};
    } while (from.at("gid").to_number<std::uint64_t>() != 0);
    fmt::print("{} messages erased, {} groups left\n", erased, left);
    if (refused != 0) {
        throw std::runtime_error{
            fmt::format("{} were not yet: the server tries again by itself", refused)};
    }
}

// Of the account, for whoever may read the secrets; the server need not run for --admin. An
// operator's own key is good for the lifetime, the server's for good.
void print_token(UserArguments& arguments, bool admin) {
    if (admin && !arguments.name.empty() && !auth::is_operator_name(arguments.name)) {
        throw CLI::ValidationError{
            fmt::format("an operator's NAME is at most {} small letters, digits, - and _",
                        auth::kOperatorNameBytes)};
    }
    if (!admin && arguments.name.empty()) {
        throw CLI::ValidationError{"whose token? stentor token NAME"};
    }
    const auto lifetime = config::parse_time(arguments.lifetime);
    if (!lifetime || *lifetime < kLifetimeMin || *lifetime > kLifetimeMax) {
        throw CLI::ValidationError{"--lifetime takes a time from \"1 s\" to \"3650 d\""};
    }
    refuse_foreign_folder(arguments.server.data());
    const auto secrets = auth::load_secrets(arguments.server.data() / "secrets");
    if (admin) {
        const std::string key = auth::admin_key(secrets.keys.front());
        const auth::Operator who{.name = arguments.name, .expires = now() + *lifetime};
        fmt::print("{}\n", who.name.empty() ? key : auth::operator_key(who, key));
        return;
    }
    const UserId uid{arguments.server.uid_of(arguments.name)};
    const json::object noted =
        arguments.server.post(fmt::format("/admin/api/users/{}/token", uid.value));
    const Time minted = from_ms(noted.at("minted_ms").to_number<std::uint64_t>());
    fmt::print("{}\n", auth::mint(secrets.keys.front(),
                                  {.uid = uid, .minted = minted, .expires = minted + *lifetime}));
}

}  // namespace

void add_user_commands(CLI::App& app) {
    CLI::App* user = app.add_subcommand("user", "Accounts of a running server");
    user->require_subcommand(1);

    CLI::App* list_command = user->add_subcommand("list", "Number, state and name of each");
    const auto listing = std::make_shared<UserArguments>(*list_command);
    list_command->add_option("PREFIX", listing->name, "Of the name");
    list_command->callback([listing] { list(listing->server, listing->name); });

    CLI::App* add_command = user->add_subcommand("add", "Make one; the password is asked for");
    const auto adding = std::make_shared<UserArguments>(*add_command);
    add_command->add_option("NAME", adding->name)->required();
    add_command->callback([adding] {
        print_user(adding->server.post(
            "/admin/api/users",
            {{"name", adding->name}, {"password", terminal::ask_password(adding->name)}}));
    });

    add_act(*user, "disable", "Nobody signs in as this one any more; sessions end");
    add_act(*user, "enable", "The reverse of disable");
    add_act(*user, "sign-out", "All tokens so far end");
    add_act(*user, "password", "A new password, asked for; all tokens so far end",
            [] { return json::object{{"password", terminal::ask_password({})}}; });

    add_rate_commands(*user);

    CLI::App* erase_command = user->add_subcommand("erase", "Take back all that this one wrote");
    const auto erasing = std::make_shared<UserArguments>(*erase_command);
    erase_command->add_option("NAME", erasing->name, "Name or number of the account")->required();
    erase_command->add_flag("--yes", erasing->sure, "Do not ask");
    erase_command->callback([erasing] { erase(*erasing); });
}

void add_token_command(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("token", "Print a token of an account, or the admin key");
    const auto arguments = std::make_shared<UserArguments>(*command);
    const auto admin = std::make_shared<bool>(false);
    command->add_option("NAME", arguments->name,
                        "Name or number of the account; with --admin of an operator");
    command->add_option("--lifetime", arguments->lifetime, "A time with its unit")
        ->capture_default_str();
    command->add_flag("--admin", *admin,
                      "The key that the admin page asks for: the server's, or NAME's");
    command->callback([arguments, admin] { print_token(*arguments, *admin); });
}

}  // namespace stentor::server
