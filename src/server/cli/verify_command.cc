// `stentor verify`: reads a whole record, as a part of `backup` and `restore`, too.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/cli/commands.h"
#include "server/record/verify.h"
#include "store/rocks/verify.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

constexpr int kGood = 0;
constexpr int kDamaged = 1;
constexpr int kCannotLook = 2;

struct Arguments {
    fs::path folder;
    bool deep{};
};

std::string summary(const store::VerifyReport& report) {
    const store::VerifyCounts& counts = report.counts;
    return fmt::format("{} users, {} groups, {} members, {} entries, {} rows in all", counts.users,
                       counts.groups, counts.members, counts.entries, counts.rows);
}

store::VerifyReport look(const fs::path& folder, bool deep) {
    if (!fs::exists(folder / "store")) {
        throw std::runtime_error{folder.string() + " holds no record"};
    }
    const auto progress = [](const store::VerifyCounts& counts) {
        fmt::print(stderr, "{} rows, {} entries so far\n", counts.rows, counts.entries);
    };
    auto report =
        store::verify_record((folder / "store").string(), {.deep = deep, .progress = progress});
    if (report) return *std::move(report);
    throw std::runtime_error{folder.string() +
                             " cannot be looked at: " + std::string{report.error().where}};
}

void print(const store::VerifyReport& report) {
    for (const std::string& finding : report.findings) fmt::print("damaged: {}\n", finding);
    if (report.damaged > report.findings.size()) {
        fmt::print("and {} more\n", report.damaged - report.findings.size());
    }
    if (report.earlier_form) {
        fmt::print(
            "written by an earlier version: restore, or a start, brings it to the newest form\n");
    }
    if (report.in_use) fmt::print("a server runs on it: the end of its log was not checked\n");
    fmt::print("{}: {}\n", report.damaged == 0 ? "good" : "damaged", summary(report));
}

}  // namespace

bool verify_or_refuse(const fs::path& folder) {
    const store::VerifyReport report = look(folder, true);
    if (report.damaged == 0) {
        fmt::print("verified: {}\n", summary(report));
        return !report.earlier_form;
    }
    print(report);
    throw std::runtime_error{folder.string() + " is damaged"};
}

void add_verify_command(CLI::App& app, int& code) {
    CLI::App* command =
        app.add_subcommand("verify", "Read a whole record and tell what is damaged");
    const auto arguments = std::make_shared<Arguments>();
    command
        ->add_option("FOLDER", arguments->folder,
                     "A data folder, also a running server's, or a backup")
        ->required();
    command->add_flag("--deep", arguments->deep, "Every block of every table as well");
    command->callback([arguments, &code] {
        try {
            const store::VerifyReport report = look(arguments->folder, arguments->deep);
            print(report);
            code = report.damaged == 0 ? kGood : kDamaged;
        } catch (const std::runtime_error& error) {
            fmt::print(stderr, "stentor: {}\n", error.what());
            code = kCannotLook;
        }
    });
}

}  // namespace stentor::server
