// `stentor backup` of a running server, `stentor restore` into a new data folder; `stentor export`
// of a backup as text, `stentor import` of that.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/cli/admin_client.h"
#include "server/cli/commands.h"
#include "server/record/backup.h"
#include "server/record/data_folder.h"
#include "server/record/verify.h"
#include "store/archive/records.h"
#include "store/rocks/reading.h"

namespace stentor::server {
namespace {

struct BackupArguments {
    explicit BackupArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::filesystem::path folder;
    bool unverified{};
};

struct RestoreArguments {
    std::filesystem::path folder;
    std::filesystem::path data;
    bool unverified{};
};

struct LossArguments {
    std::filesystem::path data;
    bool undamaged{};
};

struct TextArguments {
    std::filesystem::path folder;
    std::filesystem::path file;
    bool passwords{};
};

// To standard error: standard output may be the file.
void print(const archive::Counts& counts) {
    fmt::print(stderr, "{} users, {} groups, {} members, {} entries\n", counts.users, counts.groups,
               counts.members, counts.entries);
}

void export_text(const TextArguments& arguments) {
    namespace fs = std::filesystem;
    const fs::path& folder = arguments.folder;
    if (!fs::exists(folder / "store")) {
        throw std::runtime_error{folder.string() + " is no backup: it holds no store"};
    }
    if (in_use(folder)) {
        throw std::runtime_error{folder.string() +
                                 " is the folder of a running server: take a backup of it first"};
    }
    auto store = store::open_rocks_to_read((folder / "store").string());
    if (!store) {
        throw std::runtime_error{folder.string() +
                                 " cannot be opened: " + std::string{store.error().where}};
    }
    const archive::ExportOptions options{.passwords = arguments.passwords};
    if (arguments.file.empty()) return print(archive::export_all(**store, std::cout, options));
    if (fs::exists(arguments.file)) {
        throw std::runtime_error{arguments.file.string() + " is there already"};
    }
    std::ofstream file{arguments.file, std::ios::binary};
    if (!file) throw std::runtime_error{arguments.file.string() + " cannot be written"};
    fs::permissions(arguments.file, fs::perms::owner_read | fs::perms::owner_write);
    try {
        print(archive::export_all(**store, file, options));
    } catch (...) {
        file.close();
        fs::remove(arguments.file);
        throw;
    }
}

void import_text(const TextArguments& arguments) {
    refuse_foreign_folder(arguments.folder, true);
    print(import_record(arguments.file, arguments.folder, beginning_now()));
}

void add_text_commands(CLI::App& app) {
    CLI::App* out = app.add_subcommand("export", "Write a backup as text, a JSON object a line");
    const auto writing = std::make_shared<TextArguments>();
    out->add_option("FOLDER", writing->folder, "The backup")->required();
    out->add_option("--to", writing->file, "A new file; default: standard output");
    out->add_flag("--passwords", writing->passwords, "With the hashes, so that people can sign in");
    out->callback([writing] { export_text(*writing); });

    CLI::App* in = app.add_subcommand("import", "Make a new record of an export");
    const auto reading = std::make_shared<TextArguments>();
    in->add_option("FILE", reading->file, "What export wrote")->required();
    in->add_option("--data", reading->folder, "The data folder; made when missing")->required();
    in->callback([reading] { import_text(*reading); });
}

}  // namespace

void add_record_commands(CLI::App& app) {
    add_text_commands(app);
    CLI::App* backup = app.add_subcommand("backup", "Copy the record while the server runs");
    const auto taking = std::make_shared<BackupArguments>(*backup);
    backup->add_option("FOLDER", taking->folder, "A new one, on the server's machine")->required();
    backup->add_flag("--unverified", taking->unverified, "Without reading the copy as verify does");
    backup->callback([taking] {
        const boost::json::object answer = taking->server.post(
            "/admin/api/backup", {{"folder", std::filesystem::absolute(taking->folder).string()}});
        fmt::print("{}\n", plain(std::string{answer.at("result").as_string()}));
        if (!taking->unverified) (void)verify_or_refuse(taking->folder);
    });

    CLI::App* accept = app.add_subcommand(
        "accept-loss", "Go on with a damaged record without what the damage took");
    const auto losing = std::make_shared<LossArguments>();
    accept->add_option("FOLDER", losing->data, "The data folder of a stopped server")->required();
    accept->add_flag("--undamaged", losing->undamaged,
                     "Also a record that lost nothing here, but was set back by other means");
    accept->callback([losing] {
        refuse_foreign_folder(losing->data);
        const std::uint64_t epoch = accept_loss(losing->data, beginning_now(), losing->undamaged);
        fmt::print("{} goes on with epoch {}: clients that saw more are told where it parts\n",
                   losing->data.string(), epoch);
    });

    CLI::App* restore = app.add_subcommand("restore", "Make a new data folder from a backup");
    const auto restoring = std::make_shared<RestoreArguments>();
    restore->add_option("FOLDER", restoring->folder, "The backup")->required();
    restore->add_option("--data", restoring->data, "The new data folder")->required();
    restore->add_flag("--unverified", restoring->unverified,
                      "Also a backup that is damaged, and without looking");
    restore->callback([restoring] {
        refuse_foreign_folder(restoring->data, true);
        refuse_foreign_folder(restoring->folder);  // The restore is noted there.
        bool newest_form = true;
        if (!restoring->unverified && std::filesystem::exists(restoring->folder / "store")) {
            newest_form = verify_or_refuse(restoring->folder);
        }
        const std::uint64_t epoch =
            restore_backup(restoring->folder, restoring->data, beginning_now());
        // What the restore has written anew of an earlier version's record.
        if (!newest_form) (void)verify_or_refuse(restoring->data);
        fmt::print("restored into {} with epoch {}; start it with: stentor serve --data {}\n",
                   restoring->data.string(), epoch, restoring->data.string());
    });
}

}  // namespace stentor::server
