#include "server/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "server/cli/admin_client.h"
#include "server/cli/commands.h"

namespace stentor::server {
namespace {

constexpr int kWrongUse = 2;

// CLI11 says that a subcommand is missing; where a word stands in its place, that word is wrong.
int refuse_use(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App* at = &app;
    std::string path = app.get_name();
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
        path += ' ' + at->get_name();
    }
    const std::vector<std::string> words = app.remaining(true);
    if (error.get_name() == "RequiredError" && at->get_require_subcommand_min() > 0 &&
        !words.empty()) {
        std::fprintf(stderr, "There is no command %s\nRun %s --help for those that there are.\n",
                     plain(path + ' ' + words.front()).c_str(), path.c_str());
        return kWrongUse;
    }
    return app.exit(error) == 0 ? 0 : kWrongUse;
}

}  // namespace

int run(int argc, char** argv) {
    CLI::App app{"Stentor: group chat for groups of a million", "stentor"};
    app.require_subcommand(1);
    int code = 0;
    add_serve_command(app);
    add_promote_command(app);
    add_config_commands(app, code);
    add_costs_command(app);
    add_user_commands(app);
    add_key_commands(app);
    add_registration_commands(app);
    add_ban_commands(app);
    add_token_command(app);
    add_group_commands(app);
    add_chat_command(app, code);
    add_record_commands(app);
    add_verify_command(app, code);
    add_top_command(app);
    add_audit_command(app);
    add_storm_command(app);
    add_bench_commands(app, code);
    app.add_subcommand("version", "Print the version")->callback([] {
        std::puts("stentor " STENTOR_VERSION);
    });
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return refuse_use(app, error);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "stentor: %s\n", error.what());
        return 1;
    }
    return code;
}

}  // namespace stentor::server
