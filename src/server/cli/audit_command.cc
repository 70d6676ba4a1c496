// `stentor audit`: who did what on a running server, newest first, one JSON object a line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <memory>

#include "base/limits.h"
#include "server/cli/admin_client.h"
#include "server/cli/commands.h"

namespace stentor::server {
namespace {

namespace json = boost::json;

struct AuditArguments {
    explicit AuditArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::uint64_t count = 50;
    std::uint64_t before = 0;
};

void audit(AuditArguments& arguments) {
    std::uint64_t before = arguments.before;
    for (std::uint64_t left = arguments.count; left > 0;) {
        const std::uint64_t count = std::min<std::uint64_t>(left, limits::kAuditPage);
        const json::object page =
            arguments.server.get(fmt::format("/admin/api/audit?count={}&before={}", count, before));
        for (const json::value& row : page.at("audit").as_array()) {
            fmt::print("{}\n", plain(json::serialize(row)));
        }
        before = page.at("next").to_number<std::uint64_t>();
        left -= count;
        if (before == 0) return;
    }
}

}  // namespace

void add_audit_command(CLI::App& app) {
    CLI::App* command = app.add_subcommand(
        "audit", "Who did what to whom, from where: newest first, one JSON object a line");
    const auto arguments = std::make_shared<AuditArguments>(*command);
    command->add_option("--count", arguments->count, "Rows")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    command->add_option("--before", arguments->before, "Only rows below this number");
    command->callback([arguments] { audit(*arguments); });
}

}  // namespace stentor::server
