#include "group/words.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stentor::group {
namespace {

// What the server itself writes in its own words is not held against anybody.
bool is_servers_own(const bus::Command& command) {
    return command.operator_rights && !command.uid && command.reply_to.request_id == 0;
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

std::vector<WrittenText> texts_of(const pb::ClientFrame& frame) {
    std::vector<WrittenText> texts;
    switch (frame.command_case()) {
        case pb::ClientFrame::kSend:
        case pb::ClientFrame::kEdit: {
            const pb::Body body = body_of(frame);
            add(texts, "body.text", body.text());
            for (const pb::Attachment& file : body.attachments()) {
                add(texts, "attachment.name", file.name());
            }
            break;
        }
        case pb::ClientFrame::kCreateGroup: add(texts, frame.create_group().settings()); break;
        case pb::ClientFrame::kConfigureGroup: add(texts, set_by(frame.configure_group())); break;
        case pb::ClientFrame::kWriteNote:
            add(texts, "write_note.text", frame.write_note().text());
            break;
        case pb::ClientFrame::kChangeMember:
            add(texts, "change_member.reason", frame.change_member().reason());
            break;
        default: break;
    }
    return texts;
}

std::string_view kind_of(const pb::ClientFrame& frame) {
    switch (frame.command_case()) {
        case pb::ClientFrame::kSend: return "message";
        case pb::ClientFrame::kEdit: return "edit";
        case pb::ClientFrame::kWriteNote: return "note";
        case pb::ClientFrame::kChangeMember: return "reason";
        default: return "group";
    }
}

}  // namespace

pb::Body body_of(const pb::ClientFrame& frame) {
    pb::Body body;
    const std::string& bytes = frame.has_edit() ? frame.edit().body() : frame.send().body();
    if (!body.ParseFromString(bytes)) body.Clear();
    return body;
}

std::optional<Error> listed_word_in(const rules::Keywords& keywords, const bus::Command& command) {
    if (keywords.empty() || is_servers_own(command)) return std::nullopt;
    for (const WrittenText& written : texts_of(command.frame)) {
        if (!keywords.found_in(written.text)) continue;
        return Error{.code = Code::filtered, .where = written.field, .rule = "keywords"};
    }
    return std::nullopt;
}

std::optional<VerdictOn> question_on(const bus::Command& command) {
    const pb::ClientFrame& frame = command.frame;
    VerdictOn question{.kind = kind_of(frame), .field = "body"};
    if (frame.has_send() || frame.has_edit()) {
        // Files are shown as they are, with or without a name: so a message is always asked about.
        question.cmid = Cmid::from(frame.send().cmid()).value_or(Cmid{});
        question.body = frame.has_edit() ? frame.edit().body() : frame.send().body();
        return question;
    }
    question.texts = texts_of(frame);
    if (question.texts.empty()) return std::nullopt;
    question.field = question.texts.size() == 1 ? question.texts.front().field : "settings";
    return question;
}

}  // namespace stentor::group
