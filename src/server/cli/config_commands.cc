// `stentor gen-config` and `stentor check-config FILE`.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/document.h"
#include "server/cli/commands.h"
#include "server/machine/kernel_needs.h"
#include "server/wiring/options_of.h"
#include "server/wiring/right_settings.h"
#include "server/wiring/sources.h"

namespace stentor::server {
namespace {

struct Checked {
    std::string file;
    std::uint64_t connections{};
};

// A proxy that cuts what is quiet must wait longer than a client does.
void tell_of_proxies(const config::Settings& settings) {
    if (settings.listen.trusted_proxies.empty()) return;
    const auto pulse_s =
        std::chrono::duration_cast<std::chrono::seconds>(pulse_of(settings.server));
    std::printf("a proxy in front must keep connections that are quiet for %lld s: two pulses\n",
                static_cast<long long>(2 * pulse_s.count()));
}

int check(const Checked& checked) {
    config::Settings settings;
    if (!checked.file.empty()) {
        // As serve does it: the environment counts, too.
        auto read = load({.file = checked.file, .flags = {}});
        if (!read) {
            std::fputs(read.error().c_str(), stderr);
            return 1;
        }
        settings = std::move(*read);
        const std::vector<std::string> flaws = flaws_of(settings);
        for (const std::string& flaw : flaws) {
            std::fprintf(stderr, "%s: %s\n", checked.file.c_str(), flaw.c_str());
        }
        if (!flaws.empty()) return 1;
        std::printf("%s: right\n", checked.file.c_str());
        tell_of_proxies(settings);
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
