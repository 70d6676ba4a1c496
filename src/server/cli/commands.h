#pragma once
// The families of subcommands, a file each. `code` becomes the exit code of the one that ran.

namespace CLI {
class App;
}

namespace stentor::server {

void add_serve_command(CLI::App& app);
void add_promote_command(CLI::App& app);
void add_config_commands(CLI::App& app, int& code);  // gen-config, check-config
void add_costs_command(CLI::App& app);               // commands
void add_user_commands(CLI::App& app);
void add_key_commands(CLI::App& app);
void add_registration_commands(CLI::App& app);
void add_ban_commands(CLI::App& app);
void add_token_command(CLI::App& app);
void add_group_commands(CLI::App& app);
void add_chat_command(CLI::App& app, int& code);
void add_record_commands(CLI::App& app);  // backup, restore, export, import
void add_verify_command(CLI::App& app, int& code);
void add_top_command(CLI::App& app);
void add_audit_command(CLI::App& app);
void add_storm_command(CLI::App& app);
void add_bench_commands(CLI::App& app, int& code);  // replay, bench

}  // namespace stentor::server
