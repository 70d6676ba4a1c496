#include "node/session/checks.h"

#include "base/cmid.h"
#include "base/limits.h"
#include "base/text.h"
#include "text/names.h"

namespace stentor::session {

std::unexpected<Error> bad(std::string_view field, std::uint64_t limit, Code code) {
    return std::unexpected(Error{.code = code, .where = field, .limit = limit});
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
    if (name.size() > limits::kNameBytes || !text::shown_line(name) || !text::scripts_fit(name) ||
        text::is_reserved_of_groups(name)) {
        return bad(field, limits::kNameBytes, Code::bad_name);
    }
    return {};
}

Result<void> check_text(std::string_view text, std::size_t bytes_max, std::string_view field) {
    if (text.size() > bytes_max) return bad(field, bytes_max, Code::text_too_long);
    if (!valid_utf8(text)) return bad(field);
    return {};
}

Result<void> check_cursor(std::string_view cursor, std::string_view field) {
    if (cursor.size() > limits::kCursorBytes) return bad(field, limits::kCursorBytes);
    return {};
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

Result<void> check(const pb::Pull& pull) {
    if (auto gid = check_id(pull.gid(), "pull.gid"); !gid) return gid;
    if (auto epoch = check_number(pull.epoch(), "pull.epoch"); !epoch) return epoch;
    if (auto from = check_id(pull.from(), "pull.from"); !from) return from;
    if (auto to = check_number(pull.to(), "pull.to"); !to) return to;
    if (pull.to() < pull.from()) return bad("pull.to", pull.from(), Code::bad_range);
    return {};
}

Result<void> check(const pb::Read& read) {
    if (auto gid = check_id(read.gid(), "read.gid"); !gid) return gid;
    if (auto epoch = check_number(read.epoch(), "read.epoch"); !epoch) return epoch;
    return check_number(read.seq(), "read.seq");
}

Result<void> check(const pb::List& list) {
    if (list.count() > limits::kListPage) return bad("list.count", limits::kListPage);
    return check_cursor(list.cursor(), "list.cursor");
}

Result<void> check(const pb::WhoRead& who) {
    if (auto gid = check_id(who.gid(), "who_read.gid"); !gid) return gid;
    if (auto epoch = check_number(who.epoch(), "who_read.epoch"); !epoch) return epoch;
    if (auto seq = check_id(who.seq(), "who_read.seq"); !seq) return seq;
    return check_cursor(who.cursor(), "who_read.cursor");
}

Result<void> check(const pb::SearchEntries& search) {
    if (auto gid = check_id(search.gid(), "search_entries.gid"); !gid) return gid;
    if (search.words().empty()) return bad("search_entries.words", limits::kSearchBytes);
    if (auto words = check_text(search.words(), limits::kSearchBytes, "search_entries.words");
        !words) {
        return words;
    }
    if (auto sender = check_number(search.sender(), "search_entries.sender"); !sender) {
        return sender;
    }
    if (auto from = check_number(search.from(), "search_entries.from"); !from) return from;
    if (auto to = check_number(search.to(), "search_entries.to"); !to) return to;
    return check_cursor(search.cursor(), "search_entries.cursor");
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
