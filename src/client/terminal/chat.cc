// The conversation's state, and what comes from the server.

#include "client/terminal/chat.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>

#include "client/commands.h"
#include "client/terminal/harmless.h"

namespace stentor::terminal {
namespace {

constexpr std::size_t kEntriesKept = 1'000;
constexpr std::size_t kNamesKept = 10'000;

std::shared_ptr<const client::Settings> settings() {
    auto made = std::make_shared<client::Settings>();
    made->says_here = true;
    made->name = "stentor-chat/1";
    return made;
}

std::string clock_of(std::uint64_t time_ms) {
    const auto seconds = static_cast<std::time_t>(time_ms / 1'000);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char text[8];
    return {text, std::strftime(text, sizeof text, "%H:%M", &local)};
}

std::string unread_of(std::uint32_t unread) {
    return unread >= limits::kUnreadCap ? "99+" : std::to_string(unread);
}

// What the server tells by its kind, in words; behind them what a person said of it.
std::string words_of(const v1::Note& note) {
    std::string words;
    switch (note.kind()) {
        case v1::NOTE_KIND_MUTED: words = "you are muted until " + clock_of(note.until_ms()); break;
        case v1::NOTE_KIND_UNMUTED: words = "you may write again"; break;
        case v1::NOTE_KIND_NOT_SENT: words = "your message was not sent"; break;
        case v1::NOTE_KIND_NOT_LET_IN: words = "you were not let in"; break;
        case v1::NOTE_KIND_KICKED: words = "you were put out"; break;
        case v1::NOTE_KIND_BANNED: words = "you were banned"; break;
        default: return note.text();
    }
    return note.text().empty() ? words : words + ": " + note.text();
}

template <class Map>
void forget_oldest(Map& map, std::size_t kept) {
    while (map.size() > kept) map.erase(map.begin());
}

}  // namespace

Chat::Chat(std::string token, DeviceId device)
    : client_{*this, settings(), std::move(token), device} {}

client::Moment Chat::moment() {
    const std::uint64_t high = random_();
    return {.now = now(), .random = (high << 32U) | random_()};
}

bool Chat::busy() const { return !client_.ready() || opening_ || to_open_ || !asked_.empty(); }

bool Chat::idle() const {
    const client::GroupCursor* cursor = client_.cursor(gid_);
    const bool shown = cursor == nullptr || cursor->seq() >= awaited_;
    return !busy() && shown && client_.unanswered() == 0 && lines_.empty() && client_.caught_up();
}

void Chat::settle() {
    if (to_open_ && client_.ready()) {
        leave_group();
        gid_ = std::exchange(to_open_, {});
        opening_ = true;
        oldest_ = 0;
        awaited_ = {};
        revisions_.clear();
        tallies_.clear();
        client_.watch(moment(), gid_);
    }
    while (!lines_.empty()) {
        const Line& line = lines_.front();
        const auto name = names_.find(line.uid);
        if (line.uid != 0 && name == names_.end()) break;
        print(line.before + (line.uid != 0 ? name->second : std::string{}) + line.after);
        lines_.pop_front();
    }
    if (!lines_.empty()) ask_names();
}

void Chat::leave_group() {
    const client::GroupCursor* cursor = client_.cursor(gid_);
    if (cursor == nullptr) return;
    if (cursor->holds_something()) {
        // Unanswered if it must be: it only says what was read.
        static_cast<void>(client_.ask(
            moment(), client::read_command({.gid = gid_, .epoch = epoch(), .seq = cursor->seq()})));
    }
    client_.unwatch(moment(), gid_);
    gid_ = {};
}

Epoch Chat::epoch() const {
    const client::GroupCursor* cursor = client_.cursor(gid_);
    return cursor == nullptr ? Epoch{} : cursor->epoch();
}

// ---- Names

void Chat::ask_names() {
    if (names_request_ != 0) return;
    v1::ClientFrame frame;
    std::set<std::uint64_t> unknown;
    for (const Line& line : lines_) {
        if (line.uid != 0 && !names_.contains(line.uid)) unknown.insert(line.uid);
        if (unknown.size() == limits::kUsersPerFetch) break;
    }
    for (const std::uint64_t uid : unknown) frame.mutable_fetch_users()->add_uids(uid);
    names_request_ = client_.ask(moment(), std::move(frame));
}

void Chat::remember(std::uint64_t uid, std::string name) {
    forget_oldest(names_, kNamesKept);
    names_[uid] = std::move(name);
}

// ---- What is said

void Chat::say_entry(const v1::Entry& entry, std::string_view mark) {
    std::string before{mark};
    before.append(std::to_string(entry.seq())).append(" ").append(clock_of(entry.time_ms()));
    before.append(" ");
    v1::Body body;
    if (!body.ParseFromString(entry.body())) body.Clear();
    std::string after;
    if (body.reply_to() != 0) after.append(" (to ").append(std::to_string(body.reply_to())) += ')';
    if (entry.recalled()) {
        after.append(": (recalled)");
    } else {
        after.append(": ").append(harmless(body.text()));
        for (const v1::Attachment& attachment : body.attachments()) {
            after.append(" [").append(harmless(attachment.kind()));
            after.append(" ").append(harmless(attachment.name())).append("]");
        }
        if (entry.revision() > 0) after.append(" (edited)");
    }
    if (entry.sender() == 0) before.append("*");
    lines_.push_back(
        {.before = std::move(before), .uid = entry.sender(), .after = std::move(after)});
    revisions_[entry.seq()] = entry.revision();
    forget_oldest(revisions_, kEntriesKept);
    if (oldest_ == 0 || entry.seq() < oldest_) oldest_ = entry.seq();
}

void Chat::say_refusal(const v1::Refused& refused) {
    std::string text{"refused: "};
    text.append(name_of(static_cast<Code>(refused.code())));
    if (!refused.field().empty()) text.append(", ").append(harmless(refused.field()));
    if (refused.limit() != 0) text.append(", limit ").append(std::to_string(refused.limit()));
    if (!refused.rule().empty()) text.append(", rule ").append(harmless(refused.rule()));
    if (refused.retry_after_ms() != 0) {
        text.append(", again after ").append(std::to_string(refused.retry_after_ms())) += " ms";
    }
    say(std::move(text));
}

void Chat::say_groups(const v1::Groups& groups) {
    say(std::to_string(groups.total()) + " groups, " +
        unread_of(static_cast<std::uint32_t>(groups.unread_total())) + " unread");
    for (const v1::GroupSummary& group : groups.groups()) {
        say("  " + std::to_string(group.gid()) + "  " + harmless(group.name()) + "  " +
            unread_of(group.unread()) + " unread, " + std::to_string(group.members()) + " members");
    }
}

void Chat::say_members(const v1::Members& members) {
    say(std::to_string(members.total()) + " members");
    for (const v1::Member& member : members.members()) {
        remember(member.uid(), harmless(member.name()));
        const char* role = member.role() == v1::ROLE_OWNER   ? ", owner"
                           : member.role() == v1::ROLE_ADMIN ? ", admin"
                                                             : "";
        say("  #" + std::to_string(member.uid()) + "  " + harmless(member.name()) + role +
            (member.banned() ? ", banned" : ""));
    }
}

// ---- client::Host

void Chat::on_lost() { say("-- connection lost, connecting again"); }

void Chat::on_applied(GroupId gid, Epoch /*epoch*/, const v1::Entry& entry,
                      const Digest& /*digest*/) {
    if (gid == gid_) say_entry(entry, "");
}

void Chat::on_changed(GroupId gid, Epoch /*epoch*/, const v1::Entry& entry) {
    if (gid == gid_) say_entry(entry, "~ ");
}

void Chat::on_restarted(GroupId gid, Epoch /*epoch*/, Seq after) {
    if (gid == gid_ && after.value > 0) say("-- from " + std::to_string(after.value + 1) + " on");
}

void Chat::on_forked(GroupId /*gid*/, Epoch /*epoch*/, Seq fork) {
    say("-- the server lost what came after " + std::to_string(fork.value));
}

void Chat::on_ousted(GroupId gid) {
    if (gid != gid_) return;
    say("-- you are not a member any more");
    gid_ = {};
}

void Chat::on_opened(const v1::Opened& opened) {
    if (GroupId{opened.gid()} != gid_) return;
    if (std::exchange(opening_, false)) {
        say("-- " + harmless(opened.name()) + " (" + std::to_string(opened.gid()) +
            "): " + std::to_string(opened.members()) + " members, " + unread_of(opened.unread()) +
            " unread");
    }
}

void Chat::on_open_refused(GroupId gid, Code code) {
    if (gid != gid_) return;
    say("refused: " + std::string{name_of(code)});
    opening_ = false;
    gid_ = {};
}

void Chat::on_tally(GroupId gid, Epoch /*epoch*/, const v1::Tally& tally) {
    if (gid != gid_) return;
    std::string text;
    for (const v1::Reaction& reaction : tally.reactions()) {
        text.append(" ").append(harmless(reaction.emoji()));
        text.append(" ").append(std::to_string(reaction.count()));
    }
    std::string& known = tallies_[tally.seq()];
    if (std::exchange(known, text) != text) say("+ " + std::to_string(tally.seq()) + ":" + text);
    forget_oldest(tallies_, kEntriesKept);
}

void Chat::on_note(const v1::Note& note) { say("(only you see this) " + harmless(words_of(note))); }

void Chat::on_badge(const v1::Badge& badge) {
    say("-- group " + std::to_string(badge.gid()) + ": " + unread_of(badge.unread()) + " unread");
}

void Chat::on_sent(GroupId gid, const Cmid& /*cmid*/, Epoch /*epoch*/, Seq seq) {
    if (gid == gid_) awaited_ = std::max(awaited_, seq);
}

void Chat::on_held(GroupId /*gid*/, const Cmid& /*cmid*/, const Error& why) {
    say("-- waits: " + std::string{name_of(why.code)} + ", " + std::to_string(why.retry_after_ms) +
        " ms");
}

void Chat::on_gave_up(GroupId /*gid*/, const Cmid& /*cmid*/, Code code) {
    say("not sent: " + std::string{name_of(code)});
}

void Chat::on_answer(std::uint32_t request_id, const v1::ServerFrame& frame) {
    using Event = v1::ServerFrame::EventCase;
    if (request_id == names_request_) {
        names_request_ = 0;
        for (const v1::User& user : frame.users().users()) {
            remember(user.uid(), harmless(user.name()));
        }
        // Whoever has no name is shown by his number, or nothing behind him would ever be shown.
        const bool answered = frame.event_case() == Event::kUsers;
        for (const Line& line : lines_) {
            if (answered && line.uid != 0 && !names_.contains(line.uid)) {
                remember(line.uid, "#" + std::to_string(line.uid));
            }
        }
        return;
    }
    if (asked_.erase(request_id) == 0) return;
    switch (frame.event_case()) {
        case Event::kRefused: return say_refusal(frame.refused());
        case Event::kGroups: return say_groups(frame.groups());
        case Event::kMembers: return say_members(frame.members());
        case Event::kGroupReady: to_open_ = GroupId{frame.group_ready().gid()}; return;
        case Event::kInvite: return say("invite: " + harmless(frame.invite().invite()));
        case Event::kRange:
            for (const v1::Entry& entry : frame.range().entries()) say_entry(entry, "  ");
            return;
        case Event::kReset: return say("nothing older is kept");
        case Event::kFoundEntries:
            for (const v1::Entry& entry : frame.found_entries().entries()) say_entry(entry, "? ");
            return say(std::to_string(frame.found_entries().entries_size()) + " found");
        default: return say("done");
    }
}

void Chat::on_digest_mismatch(GroupId /*gid*/, Seq at) {
    say("-- the server's copy differs at " + std::to_string(at.value) + "; opening afresh");
}

void Chat::on_token_wanted() {
    print("the token is used up: sign in again");
    over_ = true;
}

void Chat::on_stopped(Code code) {
    print("the server refuses this client: " + std::string{name_of(code)});
    over_ = true;
}

}  // namespace stentor::terminal
