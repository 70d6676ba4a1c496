// The audit: what is written of moderation, and that nobody waits for it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "owner/audit_log.h"
#include "owner/moderation_watch.h"
#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr GroupId kGroup{77};
constexpr UserId kAnn{11};
constexpr UserId kBob{12};
const Time kNow = from_ms(1'700'000'000'000);

bus::Command command_of(pb::ClientFrame frame, std::uint32_t request_id = 5) {
    return {.reply_to = {.node = {1}, .request_id = request_id},
            .gid = kGroup,
            .uid = kAnn,
            .frame = std::move(frame)};
}

pb::ClientFrame role_of_bob(pb::Role role) {
    pb::ClientFrame frame;
    frame.mutable_change_member()->set_uid(kBob.value);
    frame.mutable_change_member()->set_role(role);
    return frame;
}

pb::ServerFrame done() {
    pb::ServerFrame frame;
    frame.mutable_done();
    return frame;
}

TEST(ModerationWatch, TellsWhoDidItToWhomAndWhatWasBefore) {
    store::MemoryStore store;
    ModerationWatch watch;
    const bus::Command command = command_of(role_of_bob(pb::ROLE_ADMIN));
    ASSERT_TRUE(watch.on_command(command));
    store::Commit commit{.gid = kGroup};
    commit.members = {{.uid = kBob, .role = store::Role::admin}};
    watch.on_commit(commit, store);
    const auto row = watch.on_answer(command.reply_to, done(), kNow);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->time, kNow);
    EXPECT_THAT(
        row->text,
        AllOf(HasSubstr(R"("actor":{"kind":"user","uid":11})"),
              HasSubstr(R"("action":"member.role")"), HasSubstr(R"("object":{"gid":77,"uid":12})"),
              HasSubstr(R"("before":{"role":"none")"), HasSubstr(R"("after":{"role":"admin")")));
    EXPECT_TRUE(watch.empty());
}

TEST(ModerationWatch, TellsFromWhereWhereThatIsKnown) {
    for (const std::string address : {"192.0.2.7", ""}) {
        ModerationWatch watch;
        bus::Command command = command_of(role_of_bob(pb::ROLE_ADMIN));
        command.address = address;
        ASSERT_TRUE(watch.on_command(command));
        const auto row = watch.on_answer(command.reply_to, done(), kNow);
        ASSERT_TRUE(row);
        if (address.empty()) {
            EXPECT_THAT(row->text, Not(HasSubstr("address")));
        } else {
            EXPECT_THAT(row->text, HasSubstr(R"("address":"192.0.2.7")"));
        }
    }
}

TEST(ModerationWatch, WhatWasRefusedOrConcernsNobodyIsNoRow) {
    store::MemoryStore store;
    ModerationWatch watch;
    const bus::Command refused = command_of(role_of_bob(pb::ROLE_ADMIN));
    ASSERT_TRUE(watch.on_command(refused));
    pb::ServerFrame no;
    no.mutable_refused();
    EXPECT_FALSE(watch.on_answer(refused.reply_to, no, kNow));

    pb::ClientFrame send;
    send.mutable_send();
    EXPECT_TRUE(watch.on_command(command_of(send)));
    EXPECT_TRUE(watch.empty());
}

TEST(ModerationWatch, ARecallIsTellingOnlyOfAnothersEntry) {
    store::MemoryStore store;
    ModerationWatch watch;
    pb::ClientFrame frame;
    frame.mutable_recall()->set_seq(9);
    for (const UserId sender : {kAnn, kBob}) {
        const bus::Command command = command_of(frame);
        ASSERT_TRUE(watch.on_command(command));
        store::Commit commit{.gid = kGroup};
        LogEntry entry;
        entry.seq = {9};
        entry.sender = sender;
        commit.changed = {entry};
        watch.on_commit(commit, store);
        const auto row = watch.on_answer(command.reply_to, done(), kNow);
        ASSERT_EQ(row.has_value(), sender == kBob);
        if (row) {
            EXPECT_THAT(row->text, HasSubstr(R"("object":{"gid":77,"uid":12,"seq":9})"));
        }
    }
}

TEST(ModerationWatch, HoldsSoManyAndSaysSo) {
    ModerationWatch watch;
    for (std::uint32_t i = 1; i <= ModerationWatch::kWatched; ++i) {
        ASSERT_TRUE(watch.on_command(command_of(role_of_bob(pb::ROLE_ADMIN), i)));
    }
    EXPECT_FALSE(
        watch.on_command(command_of(role_of_bob(pb::ROLE_ADMIN), ModerationWatch::kWatched + 1)));
}

TEST(AuditLog, WritesALineAndARow) {
    store::MemoryStore store;
    std::mutex mutex;
    std::vector<std::string> lines;
    {
        AuditLog audit{store, [&](const std::string& line) {
                           const std::lock_guard lock{mutex};
                           lines.push_back(line);
                       }};
        audit.add({.time = now(), .text = R"({"action":"a"})"});
        audit.add({.time = now(), .text = R"({"action":"b"})"});
    }
    EXPECT_THAT(lines, ElementsAre(R"({"action":"a"})", R"({"action":"b"})"));
    const auto rows = store.audit(0, 10);
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ(rows->front().text, R"({"action":"b"})");  // Newest first.
}

TEST(AuditLog, NobodyWaitsForItAndWhatIsTooMuchIsCounted) {
    store::MemoryStore store;
    std::mutex held;
    {
        std::unique_lock lock{held};
        AuditLog audit{store, [&](const std::string&) { const std::lock_guard wait{held}; }};
        audit.add({.time = now(), .text = "{}"});
        // It may have taken some of them; a mailbox more than it holds is too much anyway.
        for (std::size_t i = 0; i < 2 * AuditLog::kWaiting + 10; ++i) {
            audit.add({.time = now(), .text = "{}"});
        }
        EXPECT_GT(audit.dropped(), 0U);
        lock.unlock();
    }
}

}  // namespace
}  // namespace stentor::owner
