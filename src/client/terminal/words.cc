#include "client/terminal/words.h"

#include <ctime>

#include "base/code.h"
#include "base/limits.h"
#include "client/terminal/harmless.h"

namespace stentor::terminal {

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

// What the server tells by its kind; behind it what a person said of it.
std::string words_of(const pb::Note& note) {
    std::string words;
    switch (note.kind()) {
        case pb::NOTE_KIND_MUTED: words = "you are muted until " + clock_of(note.until_ms()); break;
        case pb::NOTE_KIND_UNMUTED: words = "you may write again"; break;
        case pb::NOTE_KIND_NOT_SENT: words = "your message was not sent"; break;
        case pb::NOTE_KIND_NOT_LET_IN: words = "you were not let in"; break;
        case pb::NOTE_KIND_KICKED: words = "you were put out"; break;
        case pb::NOTE_KIND_BANNED: words = "you were banned"; break;
        default: return harmless(note.text());
    }
    return harmless(note.text().empty() ? words : words + ": " + note.text());
}

std::string words_of(const pb::Refused& refused) {
    std::string text{"refused: "};
    text.append(name_of(static_cast<Code>(refused.code())));
    if (!refused.field().empty()) text.append(", ").append(harmless(refused.field()));
    if (refused.limit() != 0) text.append(", limit ").append(std::to_string(refused.limit()));
    if (!refused.rule().empty()) text.append(", rule ").append(harmless(refused.rule()));
    if (refused.retry_after_ms() != 0) {
        text.append(", again after ").append(std::to_string(refused.retry_after_ms())) += " ms";
    }
    return text;
}

std::string words_of(const pb::Opened& opened) {
    return harmless(opened.name()) + " (" + std::to_string(opened.gid()) +
           "): " + std::to_string(opened.members()) + " members, " + unread_of(opened.unread()) +
           " unread";
}

std::string words_of(const pb::Member& member) {
    const char* role = member.role() == pb::ROLE_OWNER   ? ", owner"
                       : member.role() == pb::ROLE_ADMIN ? ", admin"
                                                         : "";
    return "#" + std::to_string(member.uid()) + "  " + harmless(member.name()) + role +
           (member.banned() ? ", banned" : "");
}

std::string words_of(const pb::Entry& entry) {
    pb::Body body;
    if (!body.ParseFromString(entry.body())) body.Clear();
    std::string words;
    if (body.reply_to() != 0) words.append(" (to ").append(std::to_string(body.reply_to())) += ')';
    if (entry.recalled()) return words.append(": (recalled)");
    words.append(": ").append(harmless(body.text()));
    for (const pb::Attachment& attachment : body.attachments()) {
        words.append(" [").append(harmless(attachment.kind()));
        words.append(" ").append(harmless(attachment.name())).append("]");
    }
    if (entry.revision() > 0) words.append(" (edited)");
    return words;
}

std::string words_of(const pb::Tally& tally) {
    std::string words;
    for (const pb::Reaction& reaction : tally.reactions()) {
        words.append(" ").append(harmless(reaction.emoji()));
        words.append(" ").append(std::to_string(reaction.count()));
    }
    return words;
}

std::vector<std::string> lines_of(const pb::Groups& groups) {
    std::vector<std::string> lines{std::to_string(groups.total()) + " groups, " +
                                   unread_of(static_cast<std::uint32_t>(groups.unread_total())) +
                                   " unread"};
    for (const pb::GroupSummary& group : groups.groups()) {
        lines.push_back("  " + std::to_string(group.gid()) + "  " + harmless(group.name()) + "  " +
                        unread_of(group.unread()) + " unread, " + std::to_string(group.members()) +
                        " members");
    }
    return lines;
}

}  // namespace stentor::terminal
