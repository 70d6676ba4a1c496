// `stentor gen-config` and `stentor check-config FILE`.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "config/document.h"
#include "config/file.h"
#include "server/commands.h"
#include "server/kernel_needs.h"

namespace stentor::server {
namespace {

struct Checked {
    std::string file;
    std::uint64_t connections{};
};

int check(const Checked& checked) {
    config::Settings settings;
    if (!checked.file.empty()) {
        auto read = config::read_file(checked.file, {});
        if (!read) {
            std::fputs(config::told(checked.file, read.error()).c_str(), stderr);
            return 1;
        }
        settings = std::move(*read);
        std::printf("%s: right\n", checked.file.c_str());
    }
    const std::uint64_t connections =
        checked.connections != 0 ? checked.connections : settings.server.connections;
    if (connections == 0) return 0;
    std::printf("this machine, for %" PRIu64 " connections:\n", connections);
    const auto needs = needs_of(read_machine(), connections, settings.server.shards);
    std::fputs(told(needs).c_str(), stdout);
    const bool enough =
        std::ranges::all_of(needs, [](const Need& need) { return need.met() || need.advice; });
    return enough ? 0 : 1;
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

    const auto checked = std::make_shared<Checked>();
    CLI::App* check_command = app.add_subcommand(
        "check-config",
        "Say whether a configuration file is right: file, line, key, what is allowed; and whether "
        "this machine holds so many connections");
    CLI::Option* file = check_command->add_option("FILE", checked->file, "TOML");
    CLI::Option* connections =
        check_command
            ->add_option("--connections", checked->connections,
                         "At once; as server.connections where it is not given")
            ->check(CLI::Range(1, 10'000'000));
    check_command->callback([=, &code] {
        if (file->empty() && connections->empty()) {
            throw CLI::RequiredError{"FILE or --connections"};
        }
        code = check(*checked);
    });
}

}  // namespace stentor::server
