// `stentor group`: groups of a running server and their members.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/number_text.h"
#include "base/time.h"
#include "config/units.h"
#include "server/cli/admin_client.h"
#include "server/cli/commands.h"

namespace stentor::server {
namespace {

namespace json = boost::json;

struct GroupArguments {
    explicit GroupArguments(CLI::App& command) : server{command} {}
    AdminClient server;
    std::uint64_t gid{};
    std::uint64_t seq{};
    std::uint64_t minutes{};
    std::string member;
    std::string text;
    std::vector<std::string> changes;
};
using Arguments = std::shared_ptr<GroupArguments>;

std::uint64_t number(const json::object& object, const char* key) {
    return object.at(key).to_number<std::uint64_t>();
}

std::string text_of(const json::object& object, const char* key) {
    return plain(std::string{object.at(key).as_string()});
}

std::string day_of(std::uint64_t ms) {
    if (ms == 0) return "never";
    return fmt::format("{:%Y-%m-%dT%H:%MZ}",
                       std::chrono::time_point_cast<std::chrono::seconds>(from_ms(ms)));
}

// Of a closed one its number and its head alone are left: no entry up to it can be read.
void print_group(const json::object& group) {
    if (group.at("kind").as_string() == "closed") {
        fmt::print("{}\tclosed\tnobody is in it, its messages are dropped\n", number(group, "gid"));
        return;
    }
    fmt::print("{}\t{}\t{} members\t{} entries\t{}\n", number(group, "gid"), text_of(group, "kind"),
               number(group, "members"), number(group, "head"), text_of(group, "name"));
}

void print_ok(const json::object& answer) {
    if (answer.contains("seq")) {
        fmt::print("group {}, entry {}\n", number(answer, "gid"), number(answer, "seq"));
    } else if (answer.contains("gid")) {
        fmt::print("group {}\n", number(answer, "gid"));
    } else {
        fmt::print("done\n");
    }
}

void list(AdminClient& server) {
    std::uint64_t after = 0;
    do {
        const json::object page =
            server.get(fmt::format("/admin/api/groups?count=100&after={}", after));
        for (const json::value& group : page.at("groups").as_array()) {
            print_group(group.as_object());
        }
        after = number(page, "next");
    } while (after != 0);
}

void members(GroupArguments& arguments) {
    std::string after;
    do {
        const json::object page = arguments.server.get(
            fmt::format("/admin/api/groups/{}/members?count=100&prefix={}&after={}", arguments.gid,
                        encoded(arguments.text), after));
        for (const json::value& each : page.at("members").as_array()) {
            const json::object& member = each.as_object();
            fmt::print("{}\t{}\t{}\t{}\n", number(member, "uid"), text_of(member, "role"),
                       number(member, "muted_until_ms") != 0 ? "muted" : "",
                       text_of(member, "name"));
        }
        after = std::string{page.at("next").as_string()};
    } while (!after.empty());
}

void invites(GroupArguments& arguments) {
    std::string after;
    do {
        const json::object page = arguments.server.get(
            fmt::format("/admin/api/groups/{}/invites?count=100&after={}", arguments.gid, after));
        for (const json::value& each : page.at("invites").as_array()) {
            const json::object& invite = each.as_object();
            const std::uint64_t most = number(invite, "uses_max");
            fmt::print("{}\tby {}\tmade {}\texpires {}\tused {} of {}\n", text_of(invite, "invite"),
                       number(invite, "by"), day_of(number(invite, "made_ms")),
                       day_of(number(invite, "expires_ms")), number(invite, "uses"),
                       most == 0 ? "any" : std::to_string(most));
        }
        after = std::string{page.at("next").as_string()};
    } while (!after.empty());
}

constexpr std::array<std::string_view, 3> kJoinPolicies{"open", "invite", "approval"};

std::uint64_t join_policy_of(const std::string& value) {
    const auto* const found = std::ranges::find(kJoinPolicies, value);
    const auto number = number_in(value);
    if (found != kJoinPolicies.end()) {
        return static_cast<std::uint64_t>(found - kJoinPolicies.begin());
    }
    if (number && *number < kJoinPolicies.size()) return *number;
    throw CLI::ValidationError{"join_policy",
                               value + " is none of open, invite, approval (or 0, 1, 2)"};
}

enum class Takes : std::uint8_t { text, number, flag, join_policy };
constexpr std::string_view kTakesInWords[] = {"a text", "a whole number", "true or false",
                                              "open, invite or approval"};
struct GroupKey {
    std::string_view name;
    Takes takes;
};
constexpr GroupKey kGroupKeys[] = {{"name", Takes::text},
                                   {"topic", Takes::text},
                                   {"welcome", Takes::text},
                                   {"slow_mode_s", Takes::number},
                                   {"join_policy", Takes::join_policy},
                                   {"history_for_joiners", Takes::flag},
                                   {"retention_s", Takes::number},
                                   {"retention_entries", Takes::number},
                                   {"hold_ms", Takes::number},
                                   {"hold_entries", Takes::number}};

std::string_view in_words(Takes takes) { return kTakesInWords[static_cast<std::size_t>(takes)]; }

const GroupKey& group_key(const std::string& name) {
    const auto* const found = std::ranges::find(kGroupKeys, name, &GroupKey::name);
    if (found != std::end(kGroupKeys)) return *found;
    std::string all;
    for (const GroupKey& key : kGroupKeys) {
        all += (all.empty() ? "" : ", ") + std::string{key.name};
    }
    throw CLI::ValidationError{"there is no key " + plain(name) + "; the keys are " + all};
}

json::value setting_of(const GroupKey& key, const std::string& value) {
    switch (key.takes) {
        case Takes::text: return json::string(value);
        case Takes::join_policy: return join_policy_of(value);
        case Takes::flag:
            if (value == "true" || value == "false") return value == "true";
            break;
        case Takes::number:
            if (const auto whole = number_in(value)) return *whole;
            break;
    }
    throw CLI::ValidationError{fmt::format("{} takes {}", key.name, in_words(key.takes))};
}

// KEY=VALUE each.
json::object settings_of(const std::vector<std::string>& changes) {
    json::object body;
    for (const std::string& change : changes) {
        const std::size_t equals = change.find('=');
        const GroupKey& key = group_key(change.substr(0, equals));
        if (equals == std::string::npos) {
            throw CLI::ValidationError{
                fmt::format("{0} takes {1}: {0}=...", key.name, in_words(key.takes))};
        }
        body[key.name] = setting_of(key, change.substr(equals + 1));
    }
    return body;
}

Arguments add(CLI::App& group, const char* name, const char* meaning, CLI::App*& command) {
    command = group.add_subcommand(name, meaning);
    const auto arguments = std::make_shared<GroupArguments>(*command);
    command->add_option("GID", arguments->gid, "Number of the group")->required();
    return arguments;
}

// A subcommand on one member; `body` makes what is posted.
template <class Body>
Arguments add_member_act(CLI::App& group, const char* name, const char* meaning, CLI::App*& command,
                         Body body) {
    const Arguments arguments = add(group, name, meaning, command);
    command->add_option("MEMBER", arguments->member, "Name or number of the account")->required();
    command->callback([arguments, name = std::string{name}, body] {
        const std::uint64_t uid = arguments->server.uid_of(arguments->member);
        print_ok(arguments->server.post(
            fmt::format("/admin/api/groups/{}/members/{}/{}", arguments->gid, uid, name),
            body(*arguments)));
    });
    return arguments;
}

void add_members(CLI::App& group) {
    CLI::App* command = nullptr;
    const auto nothing = [](const GroupArguments&) { return json::object{}; };
    add_member_act(group, "kick", "Out, may come back", command, nothing);
    add_member_act(group, "ban", "Out, and may not come back", command, nothing);
    add_member_act(group, "unban", "May come back", command, nothing);
    add_member_act(group, "unmute", "May write again", command, nothing);
    const Arguments muting = add_member_act(
        group, "mute", "May not write for a while", command,
        [](const GroupArguments& a) { return json::object{{"minutes", a.minutes}}; });
    command->add_option("MINUTES", muting->minutes)->required();
    const Arguments role =
        add_member_act(group, "role", "member, admin or owner", command,
                       [](const GroupArguments& a) { return json::object{{"role", a.text}}; });
    command->add_option("ROLE", role->text)->required();
}

void add_links_and_end(CLI::App& group) {
    CLI::App* command = nullptr;
    const Arguments links = add(group, "invites", "Links that still let somebody in", command);
    command->callback([links] { invites(*links); });
    const Arguments ending = add(group, "end-invite", "A link lets nobody in any more", command);
    command->add_option("LINK", ending->text, "As `group invites` shows it")->required();
    command->callback([ending] {
        print_ok(ending->server.post(fmt::format("/admin/api/groups/{}/invites/end", ending->gid),
                                     {{"invite", ending->text}}));
    });
    const Arguments deleting =
        add(group, "delete", "For good: its members are put out, its messages dropped", command);
    command->callback([deleting] {
        print_ok(deleting->server.post(fmt::format("/admin/api/groups/{}/delete", deleting->gid)));
    });
}

}  // namespace

void add_group_commands(CLI::App& app) {
    CLI::App* group = app.add_subcommand("group", "Groups of a running server");
    group->require_subcommand(1);
    CLI::App* command = group->add_subcommand("list", "Number, kind, size and name of each");
    const auto listing = std::make_shared<AdminClient>(*command);
    command->callback([listing] { list(*listing); });

    CLI::App* create = group->add_subcommand("create", "Make one; prints its number");
    const auto creating = std::make_shared<GroupArguments>(*create);
    create->add_option("NAME", creating->text)->required();
    create->add_option("OWNER", creating->member, "Name or number of the account that will own it")
        ->required();
    create->callback([creating] {
        AdminClient& server = creating->server;
        print_ok(server.post("/admin/api/groups", {{"name", creating->text},
                                                   {"owner", server.uid_of(creating->member)}}));
    });

    const Arguments showing = add(*group, "show", "One of them", command);
    command->callback([showing] {
        print_group(showing->server.get(fmt::format("/admin/api/groups/{}", showing->gid)));
    });
    const Arguments people = add(*group, "members", "Number, role and name of each", command);
    command->add_option("PREFIX", people->text, "Of the name");
    command->callback([people] { members(*people); });

    const Arguments settings = add(*group, "configure", "Change settings", command);
    command
        ->add_option("KEY=VALUE", settings->changes,
                     "name, topic, welcome, slow_mode_s, join_policy (open, invite, approval), "
                     "history_for_joiners, retention_s, retention_entries, hold_ms, hold_entries")
        ->required();
    command->callback([settings] {
        print_ok(settings->server.post(fmt::format("/admin/api/groups/{}/configure", settings->gid),
                                       settings_of(settings->changes)));
    });
    const Arguments recalling = add(*group, "recall", "Take a message back", command);
    command->add_option("SEQ", recalling->seq, "Its number")->required();
    command->callback([recalling] {
        print_ok(recalling->server.post(fmt::format("/admin/api/groups/{}/recall", recalling->gid),
                                        {{"seq", recalling->seq}}));
    });
    const Arguments sending = add(*group, "send", "Write as the operator", command);
    command->add_option("TEXT", sending->text)->required();
    command->callback([sending] {
        print_ok(sending->server.post(fmt::format("/admin/api/groups/{}/send", sending->gid),
                                      {{"text", sending->text}}));
    });
    add_members(*group);
    add_links_and_end(*group);

    CLI::App* everybody = group->add_subcommand("announce", "Write to everybody on this server");
    const auto announcing = std::make_shared<GroupArguments>(*everybody);
    everybody->add_option("TEXT", announcing->text)->required();
    everybody->callback([announcing] {
        print_ok(announcing->server.post("/admin/api/broadcast", {{"text", announcing->text}}));
    });
}

}  // namespace stentor::server
