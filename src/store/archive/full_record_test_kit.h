#pragma once
// For tests: a record that holds every kind of row, with no field of a row at its default.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/conformance.h"
#include "wire/pb.h"

namespace stentor::archive {

// A field more in a row does not compile here: it is written, exported and read again, or its row
// is not the same.
inline void every_field_is_known() {
    [[maybe_unused]] const auto& [uid, name, name_key, password, created, disabled, tokens_since,
                                  erased, sign_ins, ended_tokens, rate, picture] = store::UserRow{};
    [[maybe_unused]] const auto& [minted, client, address] = store::SignIn{};
    [[maybe_unused]] const auto& [epoch, term, seq, digest, ordinal, time, floor, floor_digest,
                                  home, members, creator, settings, version, forks] =
        store::HeadRow{};
    [[maybe_unused]] const auto& [who, role, from, read, left, changes, joined, muted_until,
                                  muted_for_me, banned, pending, blocked, overlay, put_out] =
        store::MemberRow{};
    [[maybe_unused]] const auto& [cmid, sender, sent_seq, body_hash] = store::SentRow{};
    [[maybe_unused]] const auto& [note_number, anchor, note] = store::NoteRow{};
    [[maybe_unused]] const auto& [code, by, expires, uses_left, made, uses, ended, label] =
        store::InviteRow{};
    [[maybe_unused]] const auto& [reacting, reacted_to, emoji, on] = store::ReactionRow{};
    [[maybe_unused]] const auto& [tallied, counts] = store::TallyRow{};
    [[maybe_unused]] const auto& [row_number, row_time, row_by, row_kind, row_uid, row_epoch,
                                  row_seq, row_value, row_reason] = store::ModerationRow{};
    [[maybe_unused]] const auto& [audit_number, audit_time, audit_text] = store::AuditRow{};
}

inline void add_user(store::Store& store, std::uint64_t uid, const std::string& name) {
    ASSERT_TRUE(store.add_user({.uid = {uid},
                                .name = name,
                                .name_key = name,
                                .password = "argon2 of " + name,
                                .created = store::kNoon}));
}

inline void write(store::Store& store, store::Scribe& scribe, const store::Commit& commit) {
    ASSERT_EQ(store.commit({&commit, 1})[0], store::Outcome::done);
    scribe.accept(commit);
}

inline void write_people(store::Store& store) {
    add_user(store, 5, "ann");
    add_user(store, 6, "bob");
    add_user(store, 9, "cho");
    ASSERT_TRUE(put_user(store, {.uid = {6},
                                 .name = "bob",
                                 .name_key = "bob",
                                 .password = "argon2 of bob",
                                 .disabled = true,
                                 .tokens_since = store::kNoon + Millis{5},
                                 .sign_ins = {{store::kNoon, "a browser", "::1"}},
                                 .ended_tokens = {store::kNoon},
                                 .rate = {.per_s = 7, .burst = 70},
                                 .picture = "/api/v1/media/0a"}));
    ASSERT_TRUE(
        put_user(store, {.uid = {9}, .name = "gone 9", .name_key = "gone 9", .erased = true}));
    ASSERT_TRUE(store.set_setting("api-key/1", "{}"));
    ASSERT_TRUE(store.set_setting("hook/crm", "301"));
    ASSERT_TRUE(store.set_setting("web-push/of/5/0a", "{}"));
    std::vector<store::AuditRow> audit;
    for (int i = 0; i < 1'005; ++i) {
        audit.push_back(
            {.time = store::kNoon + Millis{i}, .text = "{\"n\":" + std::to_string(i) + "}"});
    }
    ASSERT_TRUE(store.add_audit(audit));
}

inline std::string own_line(GroupId gid, const pb::UserLogEntry& event) {
    pb::UserLogEntry line = event;
    line.set_gid(gid.value);
    line.set_time_ms(to_ms(store::kNoon));
    return line.SerializeAsString();
}

// What one member has beside the log of `tea`, with each kind of line in their own log.
inline store::Commit beside(store::Scribe& tea) {
    store::Commit commit = tea.next(1);
    pb::UserLogEntry hide;
    hide.mutable_hidden()->add_seqs(4);
    pb::UserLogEntry note;
    note.mutable_note()->set_text("only you");
    note.mutable_note()->set_anchor_seq(9);
    pb::UserLogEntry joined;
    joined.mutable_joined()->set_floor(1);
    commit.user_events = {{.uid = {6}, .entry = own_line({7}, joined)},
                          {.uid = {6}, .entry = own_line({7}, hide), .hidden = {{4}}},
                          {.uid = {6}, .entry = own_line({7}, note), .note = true, .anchor = {9}}};
    commit.reactions = {{.uid = {6}, .seq = {2}, .emoji = "👍"}};
    commit.tallies = {{.seq = {2}, .counts = {{"👍", 1}}}};
    commit.invites = {{.code = "to tea",
                       .by = {5},
                       .expires = store::kNoon,
                       .uses_left = 3,
                       .made = store::kNoon,
                       .uses = 2,
                       .ended = true,
                       .name = "For \"tea\""}};
    commit.moderation = {{.time = store::kNoon,
                          .by = {5},
                          .kind = store::ModerationKind::mute,
                          .uid = {6},
                          .epoch = {1},
                          .seq = {2},
                          .value = 7,
                          .reason = "loud"},
                         {.time = store::kNoon + Millis{1}, .by = {9}, .seq = {3}}};
    return commit;
}

inline store::MemberRow full_member() {
    return {.uid = {6},
            .role = store::Role::admin,
            .floor = {1},
            .read = {8},
            .left = {300},
            .version = 3,
            .joined = store::kNoon,
            .muted_until = store::kNoon + Millis{1},
            .muted_for_me = true,
            .banned = true,
            .pending = true,
            .blocked = true,
            .overlay = true,
            .put_out = store::kNoon + Millis{2}};
}

// Groups 7 and 8, of which 8 has dropped its oldest, and 10, which is closed.
inline void fill(store::Store& store) {
    write_people(store);
    store::Scribe tea{{7}};
    store::Commit first = tea.next(300);
    first.members = {store::member_row({5}), full_member()};
    first.head.home = 2;
    first.head.creator = {5};
    write(store, tea, first);
    write(store, tea, tea.edit({3}));
    write(store, tea, beside(tea));

    store::Scribe coffee{{8}};
    write(store, coffee, coffee.next(20));
    store::Commit drop = coffee.next(1);
    drop.head.floor = {10};
    drop.head.floor_digest = coffee.log()[9].digest;
    write(store, coffee, drop);
    // The own log of one who was written to in two groups, in this order.
    for (store::Scribe* scribe : {&coffee, &tea}) {
        store::Commit told = scribe->next(0);
        pb::UserLogEntry note;
        note.mutable_note()->set_text("in " + std::to_string(scribe->gid().value));
        note.mutable_note()->set_anchor_seq(15);
        told.user_events = {
            {.uid = {6}, .entry = own_line(scribe->gid(), note), .note = true, .anchor = {15}}};
        if (scribe == &coffee) {
            told.members = {store::member_row({6})};
            told.members[0].overlay = true;
        }
        write(store, *scribe, told);
    }
    // A second history.
    ASSERT_TRUE(store.raise_epoch({4}));
    store::HeadRow head = store.take_head({7}, {1}).value();
    store::Commit after{.gid = {7}, .term = head.term, .expected = head.version, .head = head};
    ++after.head.version;
    pb::UserLogEntry reacted;
    reacted.mutable_reacted()->set_emoji("👍");
    after.user_events = {{.uid = {6}, .entry = own_line({7}, reacted)}};
    ASSERT_EQ(store.commit({&after, 1})[0], store::Outcome::done);

    store::Scribe closed{{10}};
    store::Commit end = closed.next(1);
    end.head.epoch = {4};
    end.head.members = 0;
    end.head.creator = {};
    end.head.settings.clear();
    write(store, closed, end);
}

}  // namespace stentor::archive
