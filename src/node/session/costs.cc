#include "node/session/costs.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace stentor::session {
namespace {

constexpr std::array<BudgetTerms, 7> kTerms{{
    {Budget::none, "none", "everything: it costs nothing but its bytes", "", Code::ok, ""},
    {Budget::connecting, "connecting",
     "as many new connections a second as the operator lets in; the groups of `resume` are paid "
     "like `open`",
     "all users of the server", Code::shard_full, ""},
    {Budget::questions, "questions", "", "all connections of one user to one server",
     Code::rate_limited, "cost"},
    {Budget::groups, "groups", "", "all connections of one user to one server", Code::rate_limited,
     "groups_made"},
    {Budget::sends, "sends",
     "one a second, five at once, unless the operator says otherwise, for all or for one user",
     "each connection; and all connections of one member in one group", Code::rate_limited, "rate"},
    {Budget::changes, "changes", "", "all connections of one member in one group",
     Code::rate_limited, "changes"},
    {Budget::recalls, "recalls", "", "all connections of one member in one group",
     Code::rate_limited, "changes"},
}};

std::string refusal(const BudgetTerms& terms) {
    if (terms.refusal == Code::ok) return "";
    std::string text{stentor::name_of(terms.refusal)};
    if (!terms.rule.empty()) text += fmt::format(", rule `{}`", terms.rule);
    return text + ", with a time";
}

}  // namespace

std::uint32_t units_of(const CommandCost& cost, const pb::ClientFrame& frame) {
    if (!cost.by_items) return cost.units;
    const auto asked = [](std::uint32_t count) { return count == 0 ? kPageDefault : count; };
    std::uint32_t items = 0;
    switch (frame.command_case()) {
        case pb::ClientFrame::kList: items = asked(frame.list().count()); break;
        case pb::ClientFrame::kFetchMembers: items = asked(frame.fetch_members().count()); break;
        case pb::ClientFrame::kListInvites: items = asked(frame.list_invites().count()); break;
        case pb::ClientFrame::kFetchModeration:
            items = asked(frame.fetch_moderation().count());
            break;
        case pb::ClientFrame::kFetchUsers:
            items = static_cast<std::uint32_t>(frame.fetch_users().uids_size());
            break;
        default: break;
    }
    return cost.units + items / kItemsAUnit;
}

const BudgetTerms& terms_of(Budget budget) {
    return *std::ranges::find(kTerms, budget, &BudgetTerms::budget);
}

std::string holding(const BudgetTerms& terms) {
    switch (terms.budget) {
        case Budget::questions:
            return fmt::format("{} units a second, {} at once", limits::kCostPerSecond,
                               limits::kCostBurst);
        case Budget::groups:
            return fmt::format("one group in {} s, {} at once",
                               limits::kGroupsMadeEvery.count() / 1'000, limits::kGroupsMadeBurst);
        case Budget::changes:
        case Budget::recalls:
            return fmt::format("{} a second, {} at once", 1'000 / limits::kChangeEvery.count(),
                               limits::kChangesBurst);
        default: return std::string{terms.words};
    }
}

std::string_view name_of(Needs needs) {
    switch (needs) {
        case Needs::nothing: return "nothing";
        case Needs::member: return "membership";
        case Needs::open: return "the group open here";
        case Needs::way_in: return "a way in";
    }
    return "";
}

std::string told(const CommandCost& cost) {
    std::string text = std::to_string(cost.units);
    if (cost.by_items) text += fmt::format(", 1 for each {} asked for", kItemsAUnit);
    if (cost.afterwards == Afterwards::bytes) {
        text += fmt::format(", 1 for each {} KiB answered", kBytesAUnit / 1'024);
    }
    if (cost.afterwards == Afterwards::groups) {
        text += fmt::format(", 1 for each {} groups of yours", kGroupsAUnit);
    }
    return text;
}

std::string markdown_of_costs() {
    std::string text =
        "| budget | holds | shared by | refused by |\n"
        "|---|---|---|---|\n";
    for (const BudgetTerms& terms : kTerms) {
        text += fmt::format("| {} | {} | {} | {} |\n", terms.name, holding(terms), terms.shared_by,
                            refusal(terms));
    }
    text +=
        "\n| command | costs | of | needs |\n"
        "|---|---|---|---|\n";
    for (const CommandCost& cost : kCommands) {
        text += fmt::format("| `{}` | {} | {} | {} |\n", cost.name, told(cost),
                            terms_of(cost.budget).name, name_of(cost.needs));
    }
    return text;
}

}  // namespace stentor::session
