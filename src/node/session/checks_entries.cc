// What members write: entries, changes to them, and what stands beside them.

#include "base/limits.h"
#include "base/text.h"
#include "node/session/checks.h"
#include "text/blank.h"
#include "text/emoji.h"

namespace stentor::session {
namespace {

Result<void> check_body(std::string_view bytes, std::string_view field) {
    if (bytes.size() > limits::kBodyBytes) return bad(field, limits::kBodyBytes);
    pb::Body body;
    if (!body.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return bad(field);
    if (body.text().size() > limits::kTextBytes) {
        return bad("body.text", limits::kTextBytes, Code::text_too_long);
    }
    if (!valid_utf8(body.text())) return bad("body.text");
    if (body.attachments().empty() && text::is_blank(body.text())) {
        return bad("body.text", 1, Code::empty_body);
    }
    if (body.reply_to() > limits::kIdMax) return bad("body.reply_to", limits::kIdMax);
    if (static_cast<std::size_t>(body.mentions_size()) > limits::kMentions) {
        return bad("body.mentions", limits::kMentions);
    }
    for (const pb::Mention& mention : body.mentions()) {
        if (auto id = check_id(mention.uid(), "mention.uid"); !id) return id;
        const std::uint64_t end = std::uint64_t{mention.offset()} + mention.length();
        if (mention.length() == 0 || end > body.text().size()) {
            return bad("mention.offset", body.text().size());
        }
    }
    if (static_cast<std::size_t>(body.attachments_size()) > limits::kAttachments) {
        return bad("body.attachments", limits::kAttachments);
    }
    for (const pb::Attachment& attachment : body.attachments()) {
        if (auto good = check(attachment); !good) return good;
    }
    return {};
}

// The entry that a command is about: gid, epoch and seq.
template <class Command>
Result<void> check_place(const Command& command, std::string_view gid_field,
                         std::string_view epoch_field, std::string_view seq_field) {
    if (auto gid = check_id(command.gid(), gid_field); !gid) return gid;
    // 0 is no number that cannot be, but an epoch that is not the group's: the group itself says
    // so.
    if (auto epoch = check_number(command.epoch(), epoch_field); !epoch) return epoch;
    return check_id(command.seq(), seq_field);
}

}  // namespace

Result<void> check(const pb::Send& send) {
    if (auto gid = check_id(send.gid(), "send.gid"); !gid) return gid;
    if (auto cmid = check_cmid(send.cmid(), "send.cmid"); !cmid) return cmid;
    if (!send.after().empty()) {
        if (auto after = check_cmid(send.after(), "send.after"); !after) return after;
    }
    if (auto seen = check_number(send.seen(), "send.seen"); !seen) return seen;
    if (auto epoch = check_number(send.epoch(), "send.epoch"); !epoch) return epoch;
    return check_body(send.body(), "send.body");
}

Result<void> check(const pb::Recall& recall) {
    auto place = check_place(recall, "recall.gid", "recall.epoch", "recall.seq");
    if (!place) return place;
    return check_text(recall.reason(), limits::kReasonBytes, "recall.reason");
}

Result<void> check(const pb::RecallMember& recall) {
    if (auto gid = check_id(recall.gid(), "recall_member.gid"); !gid) return gid;
    if (auto uid = check_id(recall.uid(), "recall_member.uid"); !uid) return uid;
    if (auto epoch = check_number(recall.epoch(), "recall_member.epoch"); !epoch) return epoch;
    if (auto since = check_number(recall.since_ms(), "recall_member.since_ms"); !since) {
        return since;
    }
    if (auto before = check_number(recall.before(), "recall_member.before"); !before) {
        return before;
    }
    return check_text(recall.reason(), limits::kReasonBytes, "recall_member.reason");
}

Result<void> check(const pb::Report& report) {
    auto place = check_place(report, "report.gid", "report.epoch", "report.seq");
    if (!place) return place;
    if (text::is_blank(report.reason())) return bad("report.reason", 1, Code::empty_body);
    return check_text(report.reason(), limits::kReasonBytes, "report.reason");
}

Result<void> check(const pb::DismissReports& dismiss) {
    auto place =
        check_place(dismiss, "dismiss_reports.gid", "dismiss_reports.epoch", "dismiss_reports.seq");
    if (!place) return place;
    return check_text(dismiss.reason(), limits::kReasonBytes, "dismiss_reports.reason");
}

Result<void> check(const pb::FetchModeration& fetch) {
    if (auto gid = check_id(fetch.gid(), "fetch_moderation.gid"); !gid) return gid;
    if (fetch.count() > limits::kListPage) return bad("fetch_moderation.count", limits::kListPage);
    return check_number(fetch.before(), "fetch_moderation.before");
}

Result<void> check(const pb::Edit& edit) {
    if (auto place = check_place(edit, "edit.gid", "edit.epoch", "edit.seq"); !place) return place;
    return check_body(edit.body(), "edit.body");
}

Result<void> check(const pb::Hide& hide) {
    if (auto gid = check_id(hide.gid(), "hide.gid"); !gid) return gid;
    if (auto epoch = check_number(hide.epoch(), "hide.epoch"); !epoch) return epoch;
    const auto count = static_cast<std::size_t>(hide.seqs_size());
    if (count == 0 || count > limits::kHidesPerCommand) {
        return bad("hide.seqs", limits::kHidesPerCommand);
    }
    for (const std::uint64_t seq : hide.seqs()) {
        if (auto good = check_id(seq, "hide.seqs"); !good) return good;
    }
    return {};
}

Result<void> check(const pb::React& react) {
    if (auto place = check_place(react, "react.gid", "react.epoch", "react.seq"); !place) {
        return place;
    }
    const bool fits = react.remove() ? text::may_be_taken_away(react.emoji())
                                     : text::emoji_form(react.emoji()).has_value();
    if (!fits) return bad("react.emoji", limits::kEmojiBytes);
    return {};
}

Result<void> check(const pb::ClearReactions& clear) {
    if (auto place = check_place(clear, "clear_reactions.gid", "clear_reactions.epoch",
                                 "clear_reactions.seq");
        !place) {
        return place;
    }
    if (!clear.emoji().empty() && !text::may_be_taken_away(clear.emoji())) {
        return bad("clear_reactions.emoji", limits::kEmojiBytes);
    }
    return {};
}

Result<void> check(const pb::WriteNote& note) {
    if (auto gid = check_id(note.gid(), "write_note.gid"); !gid) return gid;
    if (auto uid = check_id(note.uid(), "write_note.uid"); !uid) return uid;
    if (text::is_blank(note.text())) return bad("write_note.text", 1, Code::empty_body);
    return check_text(note.text(), limits::kNoteBytes, "write_note.text");
}

}  // namespace stentor::session
