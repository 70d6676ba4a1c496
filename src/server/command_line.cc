#include "server/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "server/bench_commands.h"
#include "server/serve.h"

namespace stentor::server {
namespace {

struct Listen {
    std::string text = "127.0.0.1:8080";

    // "HOST:PORT" or "[V6]:PORT". CLI11's validator: empty when it is right.
    static std::string flaw(const std::string& text) {
        const std::size_t colon = text.rfind(':');
        if (colon == std::string::npos || colon == 0) return "--listen takes ADDRESS:PORT";
        const std::string port = text.substr(colon + 1);
        const bool digits = !port.empty() && port.size() <= 5 &&
                            port.find_first_not_of("0123456789") == std::string::npos;
        if (!digits || std::stoul(port) > 65'535) return "--listen takes a port from 0 to 65535";
        return {};
    }

    void apply(ServeOptions& options) const {
        const std::size_t colon = text.rfind(':');
        options.address = text.substr(0, colon);
        if (options.address.starts_with('[') && options.address.ends_with(']')) {
            options.address = options.address.substr(1, options.address.size() - 2);
        }
        options.port = static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)));
    }
};

void add_serve(CLI::App& app, ServeOptions& options, Listen& listen) {
    CLI::App* serve_command = app.add_subcommand("serve", "Run the server until SIGTERM");
    serve_command->add_option("--listen", listen.text, "ADDRESS:PORT; port 0: any free one")
        ->check(CLI::Validator{Listen::flaw, "ADDRESS:PORT"})
        ->capture_default_str();
    serve_command->add_option("--data", options.data, "Folder of the store and the secrets")
        ->capture_default_str();
    serve_command->add_option("--web", options.web, "Folder of the built page");
    serve_command->add_option("--shards", options.shards, "Threads with connections; 0: one a core")
        ->check(CLI::Range(0U, 4'095U));
    serve_command->add_option("--workers", options.workers, "Threads that order messages")
        ->check(CLI::Range(std::size_t{1}, std::size_t{64}))
        ->capture_default_str();
    serve_command->add_option("--origin", options.origins,
                              "Allowed Origin of browsers, beside the server's own; repeatable");
    serve_command
        ->add_option("--sends-per-second", options.sends_per_s, "Of one member in one group")
        ->check(CLI::Range(1U, 1'000U))
        ->capture_default_str();
    serve_command->add_option("--sends-burst", options.sends_burst, "That may come at once")
        ->check(CLI::Range(1U, 1'000U))
        ->capture_default_str();
    serve_command
        ->add_option("--accounts-per-minute", options.accounts_per_minute,
                     "Sign-ups and sign-ins from one address")
        ->check(CLI::Range(1U, 1'000'000U))
        ->capture_default_str();
    serve_command
        ->add_option_function<std::uint32_t>(
            "--sync-delay-ms", [&options](std::uint32_t ms) { options.sync_delay = Millis{ms}; },
            "Added to every sync, to measure what a slow disk does")
        ->check(CLI::Range(0U, 60'000U));
    serve_command->callback([&options, &listen] {
        listen.apply(options);
        serve(options);
    });
}

}  // namespace

int run(int argc, char** argv) {
    CLI::App app{"Stentor: group chat for groups of a million"};
    app.require_subcommand(1);
    ServeOptions serve_options;
    Listen listen;
    add_serve(app, serve_options, listen);
    int code = 0;
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
