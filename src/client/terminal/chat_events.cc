#include "client/terminal/chat_events.h"

#include <algorithm>
#include <optional>

#include "client/terminal/harmless.h"
#include "client/terminal/words.h"

namespace stentor::terminal {

void ChatEvents::settle() {
    chat_.open_wanted();
    while (const std::optional<std::string> line = chat_.screen().next()) print(*line);
    chat_.ask_names();
}

void ChatEvents::say_members(const pb::Members& members) {
    say(std::to_string(members.total()) + " members");
    for (const pb::Member& member : members.members()) {
        chat_.screen().remember(member.uid(), harmless(member.name()));
        say("  " + words_of(member));
    }
}

// ---- client::Host

void ChatEvents::on_lost() { say("-- connection lost, connecting again"); }

void ChatEvents::on_applied(GroupId gid, Epoch /*epoch*/, const pb::Entry& entry,
                            const Digest& /*digest*/) {
    if (is_open(gid)) chat_.show(entry, "");
}

void ChatEvents::on_changed(GroupId gid, Epoch /*epoch*/, const pb::Entry& entry) {
    if (is_open(gid)) chat_.show(entry, "~ ");
}

void ChatEvents::on_restarted(GroupId gid, Epoch /*epoch*/, Seq after) {
    if (is_open(gid) && after.value > 0) {
        say("-- from " + std::to_string(after.value + 1) + " on");
    }
}

void ChatEvents::on_forked(GroupId /*gid*/, Epoch /*epoch*/, Seq fork) {
    say("-- the server lost what came after " + std::to_string(fork.value));
}

void ChatEvents::on_ousted(GroupId gid) {
    if (!is_open(gid)) return;
    say("-- you are not a member any more");
    chat_.group().gid = {};
}

void ChatEvents::on_opened(const pb::Opened& opened) {
    if (!is_open(GroupId{opened.gid()})) return;
    if (chat_.opening_done()) say("-- " + words_of(opened));
}

void ChatEvents::on_open_refused(GroupId gid, Code code) {
    if (!is_open(gid)) return;
    say("refused: " + std::string{name_of(code)});
    chat_.opening_done();
    chat_.group().gid = {};
}

void ChatEvents::on_tally(GroupId gid, Epoch /*epoch*/, const pb::Tally& tally) {
    if (!is_open(gid) || !chat_.group().on_tally(tally)) return;
    say("+ " + std::to_string(tally.seq()) + ":" + words_of(tally));
}

void ChatEvents::on_note(const pb::Note& note) { say("(only you see this) " + words_of(note)); }

void ChatEvents::on_badge(const pb::Badge& badge) {
    say("-- group " + std::to_string(badge.gid()) + ": " + unread_of(badge.unread()) + " unread");
}

void ChatEvents::on_sent(GroupId gid, const Cmid& /*cmid*/, Epoch /*epoch*/, Seq seq) {
    OpenGroup& group = chat_.group();
    if (is_open(gid)) group.awaited = std::max(group.awaited, seq);
}

void ChatEvents::on_held(GroupId /*gid*/, const Cmid& /*cmid*/, const Error& why) {
    say("-- waits: " + std::string{name_of(why.code)} + ", " + std::to_string(why.retry_after_ms) +
        " ms");
}

void ChatEvents::on_gave_up(GroupId /*gid*/, const Cmid& /*cmid*/, Code code) {
    say("not sent: " + std::string{name_of(code)});
}

void ChatEvents::on_answer(std::uint32_t request_id, const pb::ServerFrame& frame) {
    using Event = pb::ServerFrame::EventCase;
    if (chat_.on_names(request_id, frame) || !chat_.answered(request_id)) return;
    switch (frame.event_case()) {
        case Event::kRefused: return say(words_of(frame.refused()));
        case Event::kGroups:
            for (std::string& line : lines_of(frame.groups())) say(std::move(line));
            return;
        case Event::kMembers: return say_members(frame.members());
        case Event::kGroupReady: return chat_.want(GroupId{frame.group_ready().gid()});
        case Event::kInvite: return say("invite: " + harmless(frame.invite().invite()));
        case Event::kRange:
            for (const pb::Entry& entry : frame.range().entries()) chat_.show(entry, "  ");
            return;
        case Event::kReset: return say("nothing older is kept");
        case Event::kFoundEntries:
            for (const pb::Entry& entry : frame.found_entries().entries()) {
                chat_.show(entry, "? ");
            }
            return say(std::to_string(frame.found_entries().entries_size()) + " found");
        default: return say("done");
    }
}

void ChatEvents::on_digest_mismatch(GroupId /*gid*/, Seq at) {
    say("-- the server's copy differs at " + std::to_string(at.value) + "; opening afresh");
}

void ChatEvents::on_token_wanted() {
    print("the token is used up: sign in again");
    chat_.end();
}

void ChatEvents::on_stopped(Code code) {
    print("the server refuses this client: " + std::string{name_of(code)});
    chat_.end();
}

}  // namespace stentor::terminal
