#include "server/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "server/commands.h"

namespace stentor::server {

int run(int argc, char** argv) {
    CLI::App app{"Stentor: group chat for groups of a million"};
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
        return app.exit(error);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "stentor: %s\n", error.what());
        return 1;
    }
    return code;
}

}  // namespace stentor::server
