// What may be typed.

#include <array>
#include <cstring>
#include <utility>

#include "base/number_text.h"
#include "client/commands.h"
#include "client/terminal/chat.h"
#include "client/terminal/harmless.h"

namespace stentor::terminal {

struct Chat::Command {
    std::string_view name;
    std::string_view takes;
    std::string_view meaning;
    bool in_group;
    void (Chat::*run)(std::string_view rest);
};

const Chat::Command Chat::kCommands[] = {
    {"list", "", "my groups, newest first", false, &Chat::list},
    {"open", "GROUP", "show a group", false, &Chat::open},
    {"create", "NAME", "a group of my own", false, &Chat::create},
    {"join", "GROUP [INVITE]", "become a member", false, &Chat::join},
    {"direct", "WHO", "talk with one person", false, &Chat::direct},
    {"leave", "", "stop being a member", true, &Chat::leave},
    {"history", "[COUNT]", "what was said before", true, &Chat::history},
    {"reply", "NUMBER TEXT", "answer a message", true, &Chat::reply},
    {"edit", "NUMBER TEXT", "change my message", true, &Chat::edit},
    {"recall", "NUMBER", "take a message back", true, &Chat::recall},
    {"hide", "NUMBER", "delete a message for me", true, &Chat::hide},
    {"react", "NUMBER EMOJI", "react to a message", true, &Chat::react},
    {"search", "WORDS", "find messages", true, &Chat::search},
    {"who", "[PREFIX]", "the members", true, &Chat::members},
    {"members", "[PREFIX]", "the members", true, &Chat::members},
    {"invite", "", "a link's invite for a day", true, &Chat::invite},
    {"kick", "WHO", "put a member out", true, &Chat::kick},
    {"ban", "WHO", "and keep him out", true, &Chat::ban},
    {"unban", "WHO", "let him in again", true, &Chat::unban},
    {"mute", "WHO MINUTES", "0: not muted any more", true, &Chat::mute},
    {"role", "WHO member|admin|owner", "change a role", true, &Chat::role},
    {"note", "WHO TEXT", "only he sees it", true, &Chat::note},
    {"help", "", "this list", false, &Chat::help},
    {"quit", "", "leave the terminal", false, &Chat::quit},
};

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

v1::Body text_body(std::string_view text) {
    v1::Body body;
    body.set_text(std::string{text});
    return body;
}

}  // namespace

void Chat::on_line(std::string_view line) {
    if (line.empty()) return;
    if (!line.starts_with('/')) {
        if (in_group()) post(text_body(line));
        return;
    }
    const auto [name, rest] = split(line.substr(1));
    for (const Command& command : kCommands) {
        if (command.name != name) continue;
        if (!command.in_group || in_group()) (this->*command.run)(rest);
        return;
    }
    say("no such command; /help names them");
}

bool Chat::in_group() {
    if (gid_) return true;
    say("open a group first: /list, /open GROUP");
    return false;
}

Seq Chat::seq_of(std::string_view text) {
    const Seq seq{number_of(text)};
    if (seq == Seq{}) say("the number of a message is needed");
    return seq;
}

UserId Chat::user_of(std::string_view text) {
    if (text.starts_with('#') && number_of(text.substr(1)) != 0) {
        return UserId{number_of(text.substr(1))};
    }
    for (const auto& [uid, name] : names_) {
        if (name == text) return UserId{uid};
    }
    say("nobody of that name was heard of here: /members finds him, or #NUMBER");
    return {};
}

void Chat::ask(v1::ClientFrame frame) {
    const std::uint32_t request = client_.ask(moment(), std::move(frame));
    if (request == 0) return say("not now: there is no connection");
    asked_.insert(request);
}

void Chat::post(v1::Body body) {
    const client::Moment at = moment();
    std::array<std::uint8_t, 10> random{};
    const std::uint64_t more = moment().random;
    std::memcpy(random.data(), &at.random, 8);
    std::memcpy(random.data() + 8, &more, 2);
    const client::GroupCursor* cursor = client_.cursor(gid_);
    client_.post(at, gid_, Cmid::made_at(client_.server_time(at.now), random),
                 body.SerializeAsString(), cursor == nullptr ? Seq{} : cursor->seq());
}

void Chat::list(std::string_view /*rest*/) { ask(client::list_command()); }

void Chat::open(std::string_view rest) {
    to_open_ = GroupId{number_of(rest)};
    if (!to_open_) say("/open takes the number of a group");
}

void Chat::create(std::string_view rest) {
    v1::GroupSettings settings;
    settings.set_name(std::string{rest});
    std::array<std::uint8_t, 10> random{};
    const std::uint64_t bits = moment().random;
    std::memcpy(random.data(), &bits, sizeof bits);
    ask(client::create_group_command(Cmid::made_at(client_.server_time(now()), random), settings));
}

void Chat::join(std::string_view rest) {
    const auto [gid, invite] = split(rest);
    ask(client::join_command(GroupId{number_of(gid)}, invite));
}

void Chat::direct(std::string_view rest) {
    if (const UserId uid = user_of(rest)) ask(client::open_direct_command(uid));
}

void Chat::leave(std::string_view /*rest*/) { ask(client::leave_command(gid_)); }

void Chat::history(std::string_view rest) {
    const std::uint64_t count = rest.empty() ? 20 : number_of(rest);
    if (oldest_ <= 1 || count == 0) return say("nothing older");
    v1::ClientFrame frame;
    frame.mutable_pull()->set_gid(gid_.value);
    frame.mutable_pull()->set_epoch(epoch().value);
    frame.mutable_pull()->set_from(oldest_ > count ? oldest_ - count : 1);
    frame.mutable_pull()->set_to(oldest_ - 1);
    ask(std::move(frame));
}

void Chat::reply(std::string_view rest) {
    const auto [number, text] = split(rest);
    const Seq seq = seq_of(number);
    if (seq == Seq{}) return;
    v1::Body body = text_body(text);
    body.set_reply_to(seq.value);
    post(std::move(body));
}

void Chat::edit(std::string_view rest) {
    const auto [number, text] = split(rest);
    const Seq seq = seq_of(number);
    const auto known = revisions_.find(seq.value);
    if (seq == Seq{} || known == revisions_.end()) return say("that message was not shown here");
    ask(client::edit_command({.gid = gid_, .epoch = epoch(), .seq = seq}, known->second,
                             text_body(text).SerializeAsString()));
}

void Chat::recall(std::string_view rest) {
    const Seq seq = seq_of(rest);
    if (seq != Seq{}) ask(client::recall_command({.gid = gid_, .epoch = epoch(), .seq = seq}));
}

void Chat::hide(std::string_view rest) {
    const Seq seq = seq_of(rest);
    if (seq != Seq{}) ask(client::hide_command(gid_, epoch(), {seq}));
}

void Chat::react(std::string_view rest) {
    const auto [number, emoji] = split(rest);
    const Seq seq = seq_of(number);
    if (seq == Seq{}) return;
    ask(client::react_command({.gid = gid_, .epoch = epoch(), .seq = seq}, emoji));
}

void Chat::search(std::string_view rest) { ask(client::search_command(gid_, rest)); }
void Chat::members(std::string_view rest) { ask(client::members_command(gid_, rest)); }

void Chat::invite(std::string_view /*rest*/) {
    constexpr std::chrono::hours kDay{24};
    ask(client::invite_command(gid_, client_.server_time(now()) + kDay, 0));
}

void Chat::kick(std::string_view rest) {
    if (const UserId uid = user_of(rest)) ask(client::kick_command(gid_, uid));
}

void Chat::ban(std::string_view rest) {
    if (const UserId uid = user_of(rest)) ask(client::ban_command(gid_, uid, true));
}

void Chat::unban(std::string_view rest) {
    if (const UserId uid = user_of(rest)) ask(client::ban_command(gid_, uid, false));
}

void Chat::mute(std::string_view rest) {
    const auto [who, minutes] = split(rest);
    const UserId uid = user_of(who);
    if (!uid) return;
    const std::chrono::minutes lasts{number_of(minutes)};
    const Time until = lasts.count() == 0 ? Time{} : client_.server_time(now()) + lasts;
    ask(client::mute_command(gid_, uid, until));
}

void Chat::role(std::string_view rest) {
    const auto [who, word] = split(rest);
    const UserId uid = user_of(who);
    if (!uid) return;
    if (word != "member" && word != "admin" && word != "owner") {
        return say("a role is member, admin or owner");
    }
    ask(client::role_command(gid_, uid,
                             word == "owner"   ? v1::ROLE_OWNER
                             : word == "admin" ? v1::ROLE_ADMIN
                                               : v1::ROLE_MEMBER));
}

void Chat::note(std::string_view rest) {
    const auto [who, text] = split(rest);
    if (const UserId uid = user_of(who)) ask(client::note_command(gid_, uid, text));
}

void Chat::help(std::string_view /*rest*/) {
    say("A line is sent to the open group. WHO is a name without blanks, or #NUMBER.");
    for (const Command& command : kCommands) {
        std::string line{"  /"};
        line.append(command.name).append(" ").append(command.takes);
        line.resize(std::max<std::size_t>(line.size(), 30), ' ');
        say(line.append("  ").append(command.meaning));
    }
}

void Chat::quit(std::string_view /*rest*/) { over_ = true; }

}  // namespace stentor::terminal
