#include "session/checks.h"

#include "base/cmid.h"
#include "base/limits.h"

namespace stentor::session {
namespace {

std::unexpected<Error> bad(std::string_view field, std::uint64_t limit = 0,
                           Code code = Code::bad_field) {
    return std::unexpected(Error{.code = code, .where = field, .limit = limit});
}

// Length of the well-formed sequence at the front; 0 when there is none.
std::size_t sequence(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = at(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0U) != 0x80) return 0;
    }
    const unsigned second = at(1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second > 0x9f;
    const bool too_large = lead == 0xf4 && second > 0x8f;
    return overlong || surrogate || too_large ? 0 : length;
}

Result<void> check_body(std::string_view bytes) {
    if (bytes.size() > limits::kBodyBytes) return bad("send.body", limits::kBodyBytes);
    pb::Body body;
    if (!body.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return bad("send.body");
    if (body.text().size() > limits::kTextBytes) {
        return bad("body.text", limits::kTextBytes, Code::text_too_long);
    }
    if (!valid_utf8(body.text())) return bad("body.text");
    if (body.text().empty() && body.attachments().empty()) {
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
        if (attachment.address().empty()) return bad("attachment.address", 1);
        if (attachment.size() > limits::kIdMax) return bad("attachment.size", limits::kIdMax);
        if (attachment.preview().size() > limits::kPreviewBytes) {
            return bad("attachment.preview", limits::kPreviewBytes);
        }
    }
    return {};
}

}  // namespace

bool valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = sequence(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

Result<void> check_id(std::uint64_t id, std::string_view field) {
    if (id == 0 || id > limits::kIdMax) return bad(field, limits::kIdMax);
    return {};
}

Result<void> check_number(std::uint64_t number, std::string_view field) {
    if (number > limits::kIdMax) return bad(field, limits::kIdMax);
    return {};
}

Result<void> check_cmid(std::string_view raw, std::string_view field) {
    if (!Cmid::from(raw)) return bad(field, 16);
    return {};
}

Result<void> check_name(std::string_view name, std::string_view field) {
    bool good = !name.empty() && name.size() <= limits::kNameBytes && valid_utf8(name);
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        good = good && byte >= 0x20 && byte != 0x7f;
    }
    if (!good) return bad(field, limits::kNameBytes, Code::bad_name);
    return {};
}

Result<void> check(const pb::Send& send) {
    if (auto gid = check_id(send.gid(), "send.gid"); !gid) return gid;
    if (auto cmid = check_cmid(send.cmid(), "send.cmid"); !cmid) return cmid;
    if (!send.after().empty()) {
        if (auto after = check_cmid(send.after(), "send.after"); !after) return after;
    }
    if (auto seen = check_number(send.seen(), "send.seen"); !seen) return seen;
    if (auto epoch = check_number(send.epoch(), "send.epoch"); !epoch) return epoch;
    return check_body(send.body());
}

Result<void> check(const pb::Hello& hello) {
    if (hello.version() != 1) return bad("hello.version", 1, Code::unsupported_version);
    if (hello.token().empty() || hello.token().size() > limits::kTokenBytes) {
        return bad("hello.token", limits::kTokenBytes, Code::token_invalid);
    }
    if (hello.client().size() > limits::kClientNameBytes)
        return bad("hello.client", limits::kClientNameBytes);
    if (auto device = check_number(hello.device(), "hello.device"); !device) return device;
    if (auto log = check_number(hello.user_log_seq(), "hello.user_log_seq"); !log) return log;
    if (static_cast<std::size_t>(hello.resume_size()) > limits::kResumes) {
        return bad("hello.resume", limits::kResumes);
    }
    for (const pb::Cursor& cursor : hello.resume()) {
        if (auto gid = check_id(cursor.gid(), "resume.gid"); !gid) return gid;
        if (auto epoch = check_number(cursor.epoch(), "resume.epoch"); !epoch) return epoch;
        if (auto seq = check_number(cursor.seq(), "resume.seq"); !seq) return seq;
    }
    return {};
}

Result<void> check(const pb::CreateGroup& create) {
    const pb::GroupSettings& settings = create.settings();
    if (auto cmid = check_cmid(create.cmid(), "create_group.cmid"); !cmid) return cmid;
    if (auto name = check_name(settings.name(), "settings.name"); !name) return name;
    if (settings.kind() != pb::GROUP_KIND_NORMAL && settings.kind() != pb::GROUP_KIND_BROADCAST) {
        return bad("settings.kind", pb::GROUP_KIND_BROADCAST);
    }
    if (!pb::JoinPolicy_IsValid(settings.join_policy())) {
        return bad("settings.join_policy", pb::JOIN_POLICY_APPROVAL);
    }
    if (settings.slow_mode_s() > limits::kSlowModeS)
        return bad("settings.slow_mode_s", limits::kSlowModeS);
    if (settings.topic().size() > limits::kTextBytes) {
        return bad("settings.topic", limits::kTextBytes);
    }
    if (settings.welcome().size() > limits::kTextBytes) {
        return bad("settings.welcome", limits::kTextBytes);
    }
    return {};
}

Result<void> check(const pb::Pull& pull) {
    if (auto gid = check_id(pull.gid(), "pull.gid"); !gid) return gid;
    if (auto epoch = check_number(pull.epoch(), "pull.epoch"); !epoch) return epoch;
    if (auto from = check_id(pull.from(), "pull.from"); !from) return from;
    if (auto to = check_number(pull.to(), "pull.to"); !to) return to;
    if (pull.to() < pull.from()) return bad("pull.to", pull.from(), Code::bad_range);
    return {};
}

Result<void> check(const pb::FetchUsers& fetch) {
    const auto count = static_cast<std::size_t>(fetch.uids_size());
    if (count == 0 || count > limits::kUsersPerFetch) {
        return bad("fetch_users.uids", limits::kUsersPerFetch);
    }
    for (const std::uint64_t uid : fetch.uids()) {
        if (auto good = check_id(uid, "fetch_users.uids"); !good) return good;
    }
    return {};
}

}  // namespace stentor::session
