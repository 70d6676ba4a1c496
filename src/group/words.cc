#include "group/words.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stentor::group {
namespace {

// What the server itself writes in its own words is not held against anybody.
bool is_servers_own(const bus::Post& post) {
    return post.operator_rights && !post.uid && post.reply_to.request_id == 0;
}

// Only what it sets.
pb::GroupSettings set_by(const pb::ConfigureGroup& configure) {
    pb::GroupSettings settings;
    for (const std::string& field : configure.fields()) {
        if (field == "name") settings.set_name(configure.settings().name());
        if (field == "topic") settings.set_topic(configure.settings().topic());
        if (field == "welcome") settings.set_welcome(configure.settings().welcome());
    }
    return settings;
}

void add(std::vector<WrittenText>& texts, std::string_view field, const std::string& text) {
    if (!text.empty()) texts.push_back({.field = field, .text = text});
}

void add(std::vector<WrittenText>& texts, const pb::GroupSettings& settings) {
    add(texts, "settings.name", settings.name());
    add(texts, "settings.topic", settings.topic());
    add(texts, "settings.welcome", settings.welcome());
}

std::vector<WrittenText> texts_of(const pb::ClientFrame& command) {
    std::vector<WrittenText> texts;
    switch (command.command_case()) {
        case pb::ClientFrame::kSend:
        case pb::ClientFrame::kEdit: {
            const pb::Body body = body_of(command);
            add(texts, "body.text", body.text());
            for (const pb::Attachment& file : body.attachments()) {
                add(texts, "attachment.name", file.name());
            }
            break;
        }
        case pb::ClientFrame::kCreateGroup: add(texts, command.create_group().settings()); break;
        case pb::ClientFrame::kConfigureGroup: add(texts, set_by(command.configure_group())); break;
        case pb::ClientFrame::kWriteNote:
            add(texts, "write_note.text", command.write_note().text());
            break;
        case pb::ClientFrame::kChangeMember:
            add(texts, "change_member.reason", command.change_member().reason());
            break;
        default: break;
    }
    return texts;
}

std::string_view kind_of(const pb::ClientFrame& command) {
    switch (command.command_case()) {
        case pb::ClientFrame::kSend: return "message";
        case pb::ClientFrame::kEdit: return "edit";
        case pb::ClientFrame::kWriteNote: return "note";
        case pb::ClientFrame::kChangeMember: return "reason";
        default: return "group";
    }
}

}  // namespace

pb::Body body_of(const pb::ClientFrame& command) {
    pb::Body body;
    const std::string& bytes = command.has_edit() ? command.edit().body() : command.send().body();
    if (!body.ParseFromString(bytes)) body.Clear();
    return body;
}

std::optional<Error> listed_word_in(const safety::Keywords& keywords, const bus::Post& post) {
    if (keywords.empty() || is_servers_own(post)) return std::nullopt;
    for (const WrittenText& written : texts_of(post.command)) {
        if (!keywords.found_in(written.text)) continue;
        return Error{.code = Code::filtered, .where = written.field, .rule = "keywords"};
    }
    return std::nullopt;
}

std::optional<VerdictOn> question_on(const bus::Post& post) {
    const pb::ClientFrame& command = post.command;
    VerdictOn question{.kind = kind_of(command), .field = "body"};
    if (command.has_send() || command.has_edit()) {
        // Files are shown as they are, with or without a name: so a message is always asked about.
        question.cmid = Cmid::from(command.send().cmid()).value_or(Cmid{});
        question.body = command.has_edit() ? command.edit().body() : command.send().body();
        return question;
    }
    question.texts = texts_of(command);
    if (question.texts.empty()) return std::nullopt;
    question.field = question.texts.size() == 1 ? question.texts.front().field : "settings";
    return question;
}

}  // namespace stentor::group
