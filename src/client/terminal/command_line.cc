#include "client/terminal/command_line.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/number_text.h"
#include "client/commands.h"
#include "client/terminal/chat.h"

namespace stentor::terminal {
namespace {

// The first word, and what follows it.
std::pair<std::string_view, std::string_view> split(std::string_view text) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return {text, {}};
    const std::size_t rest = text.find_first_not_of(' ', blank);
    return {text.substr(0, blank), rest == std::string_view::npos ? "" : text.substr(rest)};
}

// 0: no number.
std::uint64_t number_of(std::string_view text) {
    const auto number = number_in(text);
    return number && *number <= limits::kIdMax ? *number : 0;
}

pb::Body text_body(std::string_view text) {
    pb::Body body;
    body.set_text(std::string{text});
    return body;
}

// Says so when no group is open.
bool in_group(Chat& chat) {
    if (chat.gid()) return true;
    chat.say("open a group first: /list, /open GROUP");
    return false;
}

// From "12"; says what is wrong otherwise, and returns 0.
Seq seq_of(Chat& chat, std::string_view text) {
    const Seq seq{number_of(text)};
    if (seq == Seq{}) chat.say("the number of a message is needed");
    return seq;
}

// From "Ann" or "#17"; says when nobody is meant, and returns 0.
UserId user_of(Chat& chat, std::string_view text) {
    if (text.starts_with('#') && number_of(text.substr(1)) != 0) {
        return UserId{number_of(text.substr(1))};
    }
    const UserId uid = chat.screen().user_named(text);
    if (!uid) chat.say("nobody of that name was heard of here: /members finds them, or #NUMBER");
    return uid;
}

void list(Chat& chat, std::string_view /*rest*/) { chat.ask(client::list_command()); }

void open(Chat& chat, std::string_view rest) {
    const GroupId gid{number_of(rest)};
    chat.want(gid);
    if (!gid) chat.say("/open takes the number of a group");
}

void create(Chat& chat, std::string_view rest) {
    pb::GroupSettings settings;
    settings.set_name(std::string{rest});
    chat.ask(client::create_group_command(chat.make_cmid(), settings));
}

void join(Chat& chat, std::string_view rest) {
    const auto [gid, invite] = split(rest);
    chat.ask(client::join_command(GroupId{number_of(gid)}, invite));
}

void direct(Chat& chat, std::string_view rest) {
    if (const UserId uid = user_of(chat, rest)) chat.ask(client::open_direct_command(uid));
}

void leave(Chat& chat, std::string_view /*rest*/) { chat.ask(client::leave_command(chat.gid())); }

void history(Chat& chat, std::string_view rest) {
    const std::uint64_t count = rest.empty() ? 20 : number_of(rest);
    const std::uint64_t oldest = chat.group().oldest();
    if (oldest <= 1 || count == 0) return chat.say("nothing older");
    pb::ClientFrame frame;
    frame.mutable_pull()->set_gid(chat.gid().value);
    frame.mutable_pull()->set_epoch(chat.epoch().value);
    frame.mutable_pull()->set_from(oldest > count ? oldest - count : 1);
    frame.mutable_pull()->set_to(oldest - 1);
    chat.ask(std::move(frame));
}

void reply(Chat& chat, std::string_view rest) {
    const auto [number, text] = split(rest);
    const Seq seq = seq_of(chat, number);
    if (seq == Seq{}) return;
    pb::Body body = text_body(text);
    body.set_reply_to(seq.value);
    chat.post(std::move(body));
}

void edit(Chat& chat, std::string_view rest) {
    const auto [number, text] = split(rest);
    const Seq seq = seq_of(chat, number);
    const std::optional<std::uint32_t> revision = chat.group().revision_of(seq);
    if (seq == Seq{} || !revision) return chat.say("that message was not shown here");
    chat.ask(client::edit_command(chat.place(seq), *revision, text_body(text).SerializeAsString()));
}

void recall(Chat& chat, std::string_view rest) {
    const Seq seq = seq_of(chat, rest);
    if (seq != Seq{}) chat.ask(client::recall_command(chat.place(seq)));
}

void hide(Chat& chat, std::string_view rest) {
    const Seq seq = seq_of(chat, rest);
    if (seq != Seq{}) chat.ask(client::hide_command(chat.gid(), chat.epoch(), {seq}));
}

void react(Chat& chat, std::string_view rest) {
    const auto [number, emoji] = split(rest);
    const Seq seq = seq_of(chat, number);
    if (seq == Seq{}) return;
    chat.ask(client::react_command(chat.place(seq), emoji));
}

void search(Chat& chat, std::string_view rest) {
    chat.ask(client::search_command(chat.gid(), rest));
}
void members(Chat& chat, std::string_view rest) {
    chat.ask(client::members_command(chat.gid(), rest));
}

void invite(Chat& chat, std::string_view /*rest*/) {
    constexpr std::chrono::hours kDay{24};
    chat.ask(client::invite_command(chat.gid(), chat.server_time() + kDay, 0));
}

void kick(Chat& chat, std::string_view rest) {
    if (const UserId uid = user_of(chat, rest)) chat.ask(client::kick_command(chat.gid(), uid));
}

void ban(Chat& chat, std::string_view rest) {
    if (const UserId uid = user_of(chat, rest))
        chat.ask(client::ban_command(chat.gid(), uid, true));
}

void unban(Chat& chat, std::string_view rest) {
    if (const UserId uid = user_of(chat, rest))
        chat.ask(client::ban_command(chat.gid(), uid, false));
}

void mute(Chat& chat, std::string_view rest) {
    const auto [who, minutes] = split(rest);
    const UserId uid = user_of(chat, who);
    if (!uid) return;
    const std::chrono::minutes lasts{number_of(minutes)};
    const Time until = lasts.count() == 0 ? Time{} : chat.server_time() + lasts;
    chat.ask(client::mute_command(chat.gid(), uid, until));
}

void role(Chat& chat, std::string_view rest) {
    const auto [who, word] = split(rest);
    const UserId uid = user_of(chat, who);
    if (!uid) return;
    if (word != "member" && word != "admin" && word != "owner") {
        return chat.say("a role is member, admin or owner");
    }
    chat.ask(client::role_command(chat.gid(), uid,
                                  word == "owner"   ? pb::ROLE_OWNER
                                  : word == "admin" ? pb::ROLE_ADMIN
                                                    : pb::ROLE_MEMBER));
}

void note(Chat& chat, std::string_view rest) {
    const auto [who, text] = split(rest);
    if (const UserId uid = user_of(chat, who))
        chat.ask(client::note_command(chat.gid(), uid, text));
}

void quit(Chat& chat, std::string_view /*rest*/) { chat.end(); }

void help(Chat& chat, std::string_view rest);  // Names them all.

struct Command {
    std::string_view name;
    std::string_view takes;
    std::string_view meaning;
    bool in_group;
    void (*run)(Chat& chat, std::string_view rest);
};

constexpr Command kCommands[] = {
    {"list", "", "my groups, newest first", false, list},
    {"open", "GROUP", "show a group", false, open},
    {"create", "NAME", "a group of my own", false, create},
    {"join", "GROUP [INVITE]", "become a member", false, join},
    {"direct", "WHO", "talk with one person", false, direct},
    {"leave", "", "stop being a member", true, leave},
    {"history", "[COUNT]", "what was said before", true, history},
    {"reply", "NUMBER TEXT", "answer a message", true, reply},
    {"edit", "NUMBER TEXT", "change my message", true, edit},
    {"recall", "NUMBER", "take a message back", true, recall},
    {"hide", "NUMBER", "delete a message for me", true, hide},
    {"react", "NUMBER EMOJI", "react to a message", true, react},
    {"search", "WORDS", "find messages", true, search},
    {"who", "[PREFIX]", "the members", true, members},
    {"members", "[PREFIX]", "the members", true, members},
    {"invite", "", "a link's invite for a day", true, invite},
    {"kick", "WHO", "put a member out", true, kick},
    {"ban", "WHO", "and keep them out", true, ban},
    {"unban", "WHO", "let them in again", true, unban},
    {"mute", "WHO MINUTES", "0: not muted any more", true, mute},
    {"role", "WHO member|admin|owner", "change a role", true, role},
    {"note", "WHO TEXT", "only they see it", true, note},
    {"help", "", "this list", false, help},
    {"quit", "", "leave the terminal", false, quit},
};

void help(Chat& chat, std::string_view /*rest*/) {
    chat.say("A line is sent to the open group. WHO is a name without blanks, or #NUMBER.");
    for (const Command& command : kCommands) {
        std::string line{"  /"};
        line.append(command.name).append(" ").append(command.takes);
        line.resize(std::max<std::size_t>(line.size(), 30), ' ');
        chat.say(line.append("  ").append(command.meaning));
    }
}

}  // namespace

void run_line(Chat& chat, std::string_view line) {
    if (line.empty()) return;
    if (!line.starts_with('/')) {
        if (in_group(chat)) chat.post(text_body(line));
        return;
    }
    const auto [name, rest] = split(line.substr(1));
    for (const Command& command : kCommands) {
        if (command.name != name) continue;
        if (!command.in_group || in_group(chat)) command.run(chat, rest);
        return;
    }
    chat.say("no such command; /help names them");
}

}  // namespace stentor::terminal
