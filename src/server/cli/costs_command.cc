// `stentor commands`: every command of the protocol with what it costs, from the server's own
// table.

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "node/session/costs.h"
#include "server/cli/commands.h"

namespace stentor::server {
namespace {

namespace json = boost::json;

std::string as_json() {
    json::array commands;
    for (const session::CommandCost& cost : session::kCommands) {
        const session::BudgetTerms& terms = session::terms_of(cost.budget);
        commands.push_back(
            json::object{{"command", cost.name},
                         {"costs", session::told(cost)},
                         {"units", cost.units},
                         {"budget", terms.name},
                         {"holds", session::holding(terms)},
                         {"shared_by", terms.shared_by},
                         {"refused", terms.refusal == Code::ok ? "" : name_of(terms.refusal)},
                         {"rule", terms.rule},
                         {"needs", session::name_of(cost.needs)}});
    }
    return json::serialize(commands) + '\n';
}

}  // namespace

void add_costs_command(CLI::App& app) {
    const auto as = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand(
        "commands",
        "Every command of the protocol: what it costs, from which budget, what it needs");
    command->add_flag("--json", *as, "As a JSON array; else as in docs/protocol.md");
    command->callback([as] {
        const std::string text = *as ? as_json() : session::markdown_of_costs();
        std::fputs(text.c_str(), stdout);
    });
}

}  // namespace stentor::server
