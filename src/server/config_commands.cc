// `stentor gen-config` and `stentor check-config FILE`.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "config/document.h"
#include "config/file.h"
#include "server/commands.h"

namespace stentor::server {
namespace {

int check(const std::string& file) {
    const auto settings = config::read_file(file, {});
    if (settings) {
        std::printf("%s: right\n", file.c_str());
        return 0;
    }
    std::fputs(config::told(file, settings.error()).c_str(), stderr);
    return 1;
}

}  // namespace

void add_config_commands(CLI::App& app, int& code) {
    const auto as_table = std::make_shared<bool>(false);
    CLI::App* generate = app.add_subcommand(
        "gen-config", "Print a whole configuration file: every key, its default, what is allowed");
    generate->add_flag("--table", *as_table, "As docs/settings.md");
    generate->callback([as_table] {
        const std::string text = *as_table ? config::markdown_page() : config::commented_file();
        std::fputs(text.c_str(), stdout);
    });

    const auto file = std::make_shared<std::string>();
    CLI::App* check_command = app.add_subcommand(
        "check-config",
        "Say whether a configuration file is right: file, line, key, what is allowed");
    check_command->add_option("FILE", *file, "TOML")->required();
    check_command->callback([file, &code] { code = check(*file); });
}

}  // namespace stentor::server
