#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "client/terminal/sign_in.h"
#include "client/terminal/terminal.h"
#include "server/cli/commands.h"

namespace stentor::server {
namespace {

struct Wishes {
    std::string server;
    std::string sign_in;
    std::string name;
    std::string token_file;
    std::string authorities;
    std::uint64_t gid{};
    bool tls{false};
};

terminal::Server server_of(const std::string& text, const Wishes& wishes) {
    const std::size_t colon = text.rfind(':');
    unsigned long port = 0;
    if (colon != std::string::npos) port = std::strtoul(text.c_str() + colon + 1, nullptr, 10);
    if (port == 0 || port > 65'535) throw CLI::ValidationError{"'" + text + "' is no HOST:PORT"};
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return {.host = host,
            .port = static_cast<std::uint16_t>(port),
            .tls = wishes.tls,
            .authorities = wishes.authorities};
}

// From the environment, a file, or by name and password.
std::string token_of(const Wishes& wishes) {
    std::string token;
    if (!wishes.token_file.empty()) {
        std::ifstream file{wishes.token_file};
        if (!(file >> token)) throw std::runtime_error{"no token in " + wishes.token_file};
        return token;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment.
    if (const char* given = std::getenv("STENTOR_TOKEN"); given != nullptr) return given;
    if (wishes.name.empty() || wishes.sign_in.empty()) {
        throw CLI::ValidationError{
            "who? Give --name with --sign-in HOST:PORT, --token-file, or STENTOR_TOKEN"};
    }
    const auto signed_in = terminal::sign_in(server_of(wishes.sign_in, wishes), wishes.name,
                                             terminal::ask_password(wishes.name));
    if (!signed_in) throw std::runtime_error{signed_in.error()};
    return *signed_in;
}

}  // namespace

void add_chat_command(CLI::App& app, int& code) {
    const auto wishes = std::make_shared<Wishes>();
    CLI::App* command = app.add_subcommand("chat", "Take part from a terminal, over TCP");
    command->add_option("--server", wishes->server, "HOST:PORT of the server's TCP listener")
        ->required();
    command->add_option("--sign-in", wishes->sign_in, "HOST:PORT where the server speaks HTTP");
    command->add_option("--name", wishes->name, "Account; the password is asked for");
    command->add_option("--token-file", wishes->token_file,
                        "File with a token, instead of name and password; or STENTOR_TOKEN");
    command->add_option("--group", wishes->gid, "Opened at once");
    command->add_flag("--tls", wishes->tls, "Both connections under TLS");
    command->add_option("--ca", wishes->authorities, "PEM file of whom to trust");
    command->callback([wishes, &code] {
        code = terminal::chat({.server = server_of(wishes->server, *wishes),
                               .token = token_of(*wishes),
                               .gid = GroupId{wishes->gid}});
    });
}

}  // namespace stentor::server
