// `stentor serve`: flags for the keys that are asked for most; every key has --set.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "config/assign.h"
#include "config/keys.h"
#include "server/cli/commands.h"
#include "server/wiring/serve.h"

namespace stentor::server {
namespace {

struct Flag {
    const char* name;
    const char* key;
    const char* meaning;
    const char* unit = "";  // Appended to what is given.
};

constexpr Flag kFlags[] = {
    {"--data", "server.data", "Folder of the store and the secrets"},
    {"--web", "server.web", "Folder of the built pages"},
    {"--admin", "admin.listen", "ADDRESS:PORT of the private listener; empty: none"},
    {"--admin-web", "admin.web", "Folder of the built admin page"},
    {"--follow", "replica.follow", "HOST:PORT of a leader: copy its record, serve nobody"},
    {"--replica-listen", "replica.listen", "ADDRESS:PORT where a follower comes"},
    {"--replica-mode", "replica.mode", "async, sync or strict"},
    {"--shards", "server.shards", "Threads with connections; 0: one a core"},
    {"--workers", "server.workers", "Threads that order messages"},
    {"--sends-per-second", "limits.sends_per_second", "Of one member in one group"},
    {"--sends-burst", "limits.sends_burst", "That may come at once"},
    {"--accounts-per-minute", "accounts.attempts_per_minute",
     "Sign-ups and sign-ins from one address"},
    {"--log", "log.format", "text or json"},
    {"--log-level", "log.level", "debug, info, warning or error"},
    {"--sync-delay-ms", "store.sync_delay", "Added to every sync, to measure what a slow disk does",
     " ms"},
};

// A flaw of a flag is told like CLI11's own.
void take(Sources& sources, const std::string& flag, const std::string& path, std::string text) {
    const config::Key* key = config::find_key(path);
    if (key == nullptr) throw CLI::ValidationError{flag, config::no_key(path)};
    config::Settings scratch;
    if (const auto taken = config::assign(scratch, *key, text); !taken) {
        throw CLI::ValidationError{flag, taken.error()};
    }
    sources.flags.emplace_back(path, std::move(text));
}

void take_pair(Sources& sources, const std::string& pair) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) {
        throw CLI::ValidationError{"--set", "takes SECTION.KEY=VALUE"};
    }
    take(sources, "--set", pair.substr(0, equals), pair.substr(equals + 1));
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : ",") + text;
    return all;
}

}  // namespace

void add_serve_command(CLI::App& app) {
    CLI::App* command = app.add_subcommand("serve", "Run the server until SIGTERM");
    const auto sources = std::make_shared<Sources>();
    command->add_option("--config", sources->file, "TOML file; see stentor gen-config")
        ->envname("STENTOR_CONFIG");
    const auto add_list = [&](const char* name, const char* key, const char* meaning) {
        command->add_option_function<std::vector<std::string>>(
            name,
            [sources, name, key](const std::vector<std::string>& texts) {
                take(*sources, name, key, joined(texts));
            },
            meaning);
    };
    add_list("--listen", "listen.http", "ADDRESS:PORT for browsers; port 0: any free one");
    add_list("--https", "listen.https", "ADDRESS:PORT for browsers under TLS; repeatable");
    add_list("--tcp", "listen.tcp", "ADDRESS:PORT for programs such as stentor chat; repeatable");
    add_list("--origin", "listen.origins",
             "Allowed Origin of browsers, beside the server's own; repeatable");
    for (const Flag& flag : kFlags) {
        command->add_option_function<std::string>(
            flag.name,
            [sources, flag](const std::string& text) {
                take(*sources, flag.name, flag.key, text + flag.unit);
            },
            flag.meaning);
    }
    command->add_option_function<std::vector<std::string>>(
        "--set",
        [sources](const std::vector<std::string>& pairs) {
            for (const std::string& pair : pairs) take_pair(*sources, pair);
        },
        "SECTION.KEY=VALUE, any key of the configuration; repeatable");
    command->callback([sources] { serve(*sources); });
}

}  // namespace stentor::server
