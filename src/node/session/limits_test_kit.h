#pragma once
// For the tables of bounds: a row is one field of one command and how much of it is taken.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "base/cmid.h"
#include "base/limits.h"
#include "node/session/checks.h"

namespace stentor::session {

struct Row {
    std::string field;
    std::uint64_t limit;
    std::function<Result<void>(std::uint64_t)> check_of;  // Of a command with so much of it.
    Code code = Code::bad_field;
};

inline void expect_bounded(const Row& row) {
    const auto at = row.check_of(row.limit);
    EXPECT_TRUE(at) << row.field << " of " << row.limit << ": " << at.error().where;
    const auto above = row.check_of(row.limit + 1);
    ASSERT_FALSE(above) << row.field << " of " << row.limit + 1;
    EXPECT_EQ(above.error().where, row.field);
    EXPECT_EQ(above.error().code, row.code) << row.field;
    EXPECT_EQ(above.error().limit, row.limit) << row.field;
}

inline std::string letters(std::uint64_t count) { return std::string(count, 'a'); }

inline std::string some_cmid() {
    return std::string{Cmid::made_at(from_ms(1), std::array<std::uint8_t, 10>{}).view()};
}

inline pb::Hello some(pb::Hello hello) {
    hello.set_version(1);
    hello.set_token("ann");
    return hello;
}

inline pb::Send some(pb::Send send) {
    send.set_gid(5);
    send.set_cmid(some_cmid());
    send.set_body("\n\2hi");
    return send;
}

inline pb::CreateGroup some(pb::CreateGroup create) {
    create.set_cmid(some_cmid());
    create.mutable_settings()->set_name("Tea");
    return create;
}

inline pb::ConfigureGroup some(pb::ConfigureGroup configure) {
    configure.set_gid(5);
    configure.add_fields("topic");
    return configure;
}

inline pb::ChangeMember some(pb::ChangeMember change) {
    change.set_gid(5);
    change.set_uid(6);
    change.set_ban(false);
    return change;
}

inline pb::WriteNote some(pb::WriteNote note) {
    note.set_gid(5);
    note.set_uid(6);
    note.set_text("hi");
    return note;
}

inline pb::SearchEntries some(pb::SearchEntries search) {
    search.set_gid(5);
    search.set_words("tea");
    return search;
}

inline pb::Pull some(pb::Pull pull) {
    pull.set_gid(5);
    pull.set_from(1);
    pull.set_to(limits::kIdMax);
    return pull;
}

inline pb::Hide some(pb::Hide hide) {
    hide.set_gid(5);
    hide.add_seqs(1);
    return hide;
}

inline pb::React some(pb::React react) {
    react.set_gid(5);
    react.set_seq(9);
    react.set_emoji("a");
    react.set_remove(true);  // Of any kind that ever was; see the longest emoji below.
    return react;
}

inline pb::Edit some(pb::Edit edit) {
    edit.set_gid(5);
    edit.set_seq(9);
    edit.set_body("\n\2hi");
    return edit;
}

inline pb::Attachment some(pb::Attachment file) {
    file.set_address("/files/1");
    return file;
}

inline pb::EndInvite some(pb::EndInvite end) {
    end.set_gid(5);
    end.set_invite("abc");
    return end;
}

inline pb::DecideJoin some(pb::DecideJoin decide) {
    decide.set_gid(5);
    decide.set_uid(6);
    return decide;
}

inline pb::Report some(pb::Report report) {
    report.set_gid(5);
    report.set_seq(9);
    report.set_reason("rude");
    return report;
}

inline pb::RecallMember some(pb::RecallMember recall) {
    recall.set_gid(5);
    recall.set_uid(6);
    return recall;
}

// Groups and entries are all that these name.
template <class Command>
Command some(Command command) {
    command.set_gid(5);
    if constexpr (requires { command.set_seq(9); }) command.set_seq(9);
    return command;
}

inline pb::List some(pb::List list) { return list; }
inline pb::FetchUsers some(pb::FetchUsers fetch) { return fetch; }

// A command that is fine, and then is given so much of one field.
template <class Command>
auto with(void (*give)(Command&, std::uint64_t)) {
    return [give](std::uint64_t count) {
        Command command = some(Command{});
        give(command, count);
        return check(command);
    };
}

// A serialized Body of just so many bytes: `reply_to` again and again says nothing more.
inline std::string body_of(std::uint64_t bytes) {
    std::string body = bytes % 2 == 0 ? "\n\2hi" : "\n\1h";
    while (body.size() < bytes) body.append("\x10\0", 2);
    return body;
}

inline auto with_body(void (*give)(pb::Body&, std::uint64_t)) {
    return [give](std::uint64_t count) {
        pb::Body body;
        body.set_text("hi");
        give(body, count);
        pb::Send send = some(pb::Send{});
        send.set_body(body.SerializeAsString());
        return check(send);
    };
}

}  // namespace stentor::session
