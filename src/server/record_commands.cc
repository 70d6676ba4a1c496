// `stentor backup` of a running server, `stentor restore` into a new data folder.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "server/admin_client.h"
#include "server/backup.h"
#include "server/commands.h"

namespace stentor::server {
namespace {

struct BackupArguments {
    explicit BackupArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::filesystem::path folder;
};

struct RestoreArguments {
    std::filesystem::path folder;
    std::filesystem::path data;
};

}  // namespace

void add_record_commands(CLI::App& app) {
    CLI::App* backup = app.add_subcommand("backup", "Copy the record while the server runs");
    const auto taking = std::make_shared<BackupArguments>(*backup);
    backup->add_option("FOLDER", taking->folder, "A new one, on the server's machine")->required();
    backup->callback([taking] {
        const boost::json::object answer = taking->server.post(
            "/admin/api/backup", {{"folder", std::filesystem::absolute(taking->folder).string()}});
        fmt::print("{}\n", plain(std::string{answer.at("result").as_string()}));
    });

    CLI::App* restore = app.add_subcommand("restore", "Make a new data folder from a backup");
    const auto restoring = std::make_shared<RestoreArguments>();
    restore->add_option("FOLDER", restoring->folder, "The backup")->required();
    restore->add_option("--data", restoring->data, "The new data folder")->required();
    restore->callback([restoring] {
        const std::uint64_t epoch = restore_backup(restoring->folder, restoring->data);
        fmt::print("restored into {} with epoch {}; start it with: stentor serve --data {}\n",
                   restoring->data.string(), epoch, restoring->data.string());
    });
}

}  // namespace stentor::server
