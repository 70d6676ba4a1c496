#include "group/words.h"

#include <algorithm>
#include <string_view>

namespace stentor::group {
namespace {

// What the server itself writes in its own words is not held against anybody.
bool is_servers_own(const bus::Post& post) {
    return post.operator_rights && !post.uid && post.reply_to.request_id == 0;
}

class Look {
public:
    explicit Look(const safety::Keywords& keywords) : keywords_{keywords} {}

    void at(std::string_view field, std::string_view text) {
        if (found_ || !keywords_.found_in(text)) return;
        found_ = Error{.code = Code::filtered, .where = field, .rule = "keywords"};
    }
    void at(const pb::GroupSettings& settings) {
        at("settings.name", settings.name());
        at("settings.topic", settings.topic());
        at("settings.welcome", settings.welcome());
    }
    void at(const pb::Body& body) {
        at("body.text", body.text());
        for (const pb::Attachment& file : body.attachments()) at("attachment.name", file.name());
    }
    [[nodiscard]] const std::optional<Error>& found() const { return found_; }

private:
    const safety::Keywords& keywords_;
    std::optional<Error> found_;
};

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

}  // namespace

pb::Body body_of(const pb::ClientFrame& command) {
    pb::Body body;
    const std::string& bytes = command.has_edit() ? command.edit().body() : command.send().body();
    if (!body.ParseFromString(bytes)) body.Clear();
    return body;
}

std::optional<Error> listed_word_in(const safety::Keywords& keywords, const bus::Post& post) {
    if (keywords.empty() || is_servers_own(post)) return std::nullopt;
    const pb::ClientFrame& command = post.command;
    Look look{keywords};
    switch (command.command_case()) {
        case pb::ClientFrame::kSend:
        case pb::ClientFrame::kEdit: look.at(body_of(command)); break;
        case pb::ClientFrame::kCreateGroup: look.at(command.create_group().settings()); break;
        case pb::ClientFrame::kConfigureGroup: look.at(set_by(command.configure_group())); break;
        case pb::ClientFrame::kWriteNote:
            look.at("write_note.text", command.write_note().text());
            break;
        case pb::ClientFrame::kChangeMember:
            look.at("change_member.reason", command.change_member().reason());
            break;
        default: break;
    }
    return look.found();
}

}  // namespace stentor::group
