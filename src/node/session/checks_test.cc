#include "node/session/checks.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/cmid.h"
#include "base/limits.h"

namespace stentor::session {
namespace {

template <class Command>
Error objection(const Command& command) {
    const Result<void> result = check(command);
    return result ? Error{} : result.error();
}

std::string body(const std::string& text) {
    pb::Body body;
    body.set_text(text);
    return body.SerializeAsString();
}

pb::ChangeMember change() {
    pb::ChangeMember change;
    change.set_gid(5);
    change.set_uid(6);
    return change;
}

TEST(Checks, AChangeToAnEntryNamesItsPlace) {
    pb::Edit edit;
    edit.set_gid(5);
    edit.set_epoch(1);
    edit.set_seq(9);
    edit.set_body(body("better"));
    EXPECT_TRUE(check(edit));
    edit.set_epoch(0);
    EXPECT_TRUE(check(edit)) << "the group says that it is another one";
    edit.set_epoch(limits::kIdMax + 1);
    EXPECT_EQ(objection(edit).where, "edit.epoch");
    edit.set_epoch(1);
    edit.set_seq(0);
    EXPECT_EQ(objection(edit).where, "edit.seq");
    edit.set_seq(9);
    edit.set_body(body(std::string(limits::kTextBytes + 1, 'a')));
    EXPECT_EQ(objection(edit).code, Code::text_too_long);
    EXPECT_EQ(objection(edit).limit, limits::kTextBytes);
    edit.set_body(body(""));
    EXPECT_EQ(objection(edit).code, Code::empty_body);
}

TEST(Checks, AMessageShowsSomething) {
    const auto refused = [](const std::string& bytes) {
        pb::Send send;
        send.set_gid(5);
        send.set_cmid(
            std::string{Cmid::made_at(from_ms(1), std::array<std::uint8_t, 10>{}).view()});
        send.set_body(bytes);
        pb::Edit edit;
        edit.set_gid(5);
        edit.set_epoch(1);
        edit.set_seq(9);
        edit.set_body(bytes);
        const auto sent = check(send);
        EXPECT_EQ(sent.has_value(), check(edit).has_value());
        if (!sent) {
            EXPECT_EQ(sent.error().code, Code::empty_body);
            EXPECT_EQ(sent.error().where, "body.text");
        }
        return !sent;
    };
    for (const char* blank : {"", " ", "\n\n", "\u200b", "\u3000\u200b", "\u200d\ufe0f"}) {
        EXPECT_TRUE(refused(body(blank)));
    }
    for (const char* seen : {"a", " a", "👍", "❤\ufe0f", "👨‍👩‍👧"})
        EXPECT_FALSE(refused(body(seen)));

    pb::Body picture;
    picture.set_text("\u200b");
    picture.add_attachments()->set_address("/blobs/1");
    EXPECT_FALSE(refused(picture.SerializeAsString())) << "the attachment is seen";
}

TEST(Checks, AMentionEndsWithinTheText) {
    const auto taken = [](std::uint32_t offset, std::uint32_t length) {
        pb::Body body;
        body.set_text("hi ann");
        body.add_mentions()->set_uid(1);
        body.mutable_mentions(0)->set_offset(offset);
        body.mutable_mentions(0)->set_length(length);
        pb::Edit edit;
        edit.set_gid(5);
        edit.set_seq(9);
        edit.set_body(body.SerializeAsString());
        return check(edit).has_value();
    };
    EXPECT_TRUE(taken(3, 3));
    EXPECT_TRUE(taken(0, 6));
    EXPECT_FALSE(taken(3, 4));
    EXPECT_FALSE(taken(3, 0));
}

TEST(Checks, APageIsOneEntryAtLeast) {
    pb::Pull pull;
    pull.set_gid(5);
    pull.set_from(7);
    pull.set_to(7);
    EXPECT_TRUE(check(pull));
    pull.set_to(6);
    EXPECT_EQ(objection(pull).code, Code::bad_range);
    EXPECT_EQ(objection(pull).limit, 7U);
}

TEST(Checks, NobodyMakesAGroupOfTheKindThatDirectChatsAre) {
    pb::CreateGroup create;
    create.set_cmid(std::string{Cmid::made_at(from_ms(1), std::array<std::uint8_t, 10>{}).view()});
    create.mutable_settings()->set_name("Tea");
    for (const auto kind : {pb::GROUP_KIND_NORMAL, pb::GROUP_KIND_BROADCAST}) {
        create.mutable_settings()->set_kind(kind);
        EXPECT_TRUE(check(create));
    }
    create.mutable_settings()->set_kind(pb::GROUP_KIND_DIRECT);
    EXPECT_EQ(objection(create).where, "settings.kind");
}

TEST(Checks, HidesAreBounded) {
    pb::Hide hide;
    hide.set_gid(5);
    hide.set_epoch(1);
    EXPECT_EQ(objection(hide).where, "hide.seqs");
    for (std::size_t i = 0; i < limits::kHidesPerCommand; ++i) hide.add_seqs(i + 1);
    EXPECT_TRUE(check(hide));
    hide.add_seqs(7);
    EXPECT_EQ(objection(hide).limit, limits::kHidesPerCommand);
}

TEST(Checks, AnAttachmentIsFetchedFromHereOrOverHttps) {
    const auto address_taken = [](const std::string& address) {
        pb::Body body;
        body.add_attachments()->set_address(address);
        pb::Edit edit;
        edit.set_gid(5);
        edit.set_epoch(1);
        edit.set_seq(2);
        edit.set_body(body.SerializeAsString());
        const auto good = check(edit);
        if (!good) {
            EXPECT_EQ(good.error().where, "attachment.address");
        }
        return good.has_value();
    };
    for (const char* address : {"/files/1", "/a%20b?c=d#e", "https://a.example/x",
                                "HTTPS://a.example:8443/x", "https://[::1]/x"}) {
        EXPECT_TRUE(address_taken(address)) << address;
    }
    for (const char* address : {"javascript:alert(1)", "data:text/html,x", "//a.example/x",
                                "http://a.example/x", "https://", "https:/x", "x", "/\\a.example",
                                "https://a.example/\nx", "https://me:word@a.example/",
                                "https://a.example\u202e/x", "/a b", "https://a.example/%zz"}) {
        EXPECT_FALSE(address_taken(address)) << address;
    }
    EXPECT_TRUE(address_taken("/" + std::string(limits::kAddressBytes - 1, 'a')));
    EXPECT_FALSE(address_taken("/" + std::string(limits::kAddressBytes, 'a')));
}

pb::Attachment some_file() {
    pb::Attachment file;
    file.set_address("/files/1");
    return file;
}

TEST(Checks, TheNameOfAnAttachedFileIsALineAsOtherNames) {
    pb::Attachment file = some_file();
    EXPECT_TRUE(check(file));
    for (const std::string& name : {std::string{"Ferien (2).jpg"}, std::string{"会议 记录.pdf"},
                                    std::string(limits::kFileNameBytes, 'a')}) {
        file.set_name(name);
        EXPECT_TRUE(check(file)) << name;
    }
    for (const std::string& name :
         {std::string{"a\u202etxt.exe"}, std::string{"a\nb"}, std::string{"\xff"},
          std::string{"\u200b"}, std::string(limits::kFileNameBytes + 1, 'a')}) {
        file.set_name(name);
        const auto refused = check(file);
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().where, "attachment.name");
        EXPECT_EQ(refused.error().limit, limits::kFileNameBytes);
    }
}

TEST(Checks, WhatAnAttachmentIsStandsInTheFormsOfItsKind) {
    const auto refused_field = [](const auto& change) {
        pb::Attachment file = some_file();
        change(file);
        const auto good = check(file);
        return good ? std::string{} : std::string{good.error().where};
    };
    for (const char* type : {"", "image/webp", "application/vnd.a.b+json", "TEXT/plain"}) {
        EXPECT_EQ(refused_field([&](auto& file) { file.set_media_type(type); }), "") << type;
    }
    for (const std::string& type :
         {std::string{"image"}, std::string{"image/"}, std::string{"/webp"}, std::string{"a/b/c"},
          std::string{"text/html; charset=x"}, "a/" + std::string(128, 'b')}) {
        EXPECT_EQ(refused_field([&](auto& file) { file.set_media_type(type); }),
                  "attachment.media_type")
            << type;
    }
    EXPECT_EQ(refused_field([](auto& file) { file.set_kind("voice"); }), "");
    EXPECT_EQ(refused_field([](auto& file) { file.set_kind("a b"); }), "attachment.kind");
    EXPECT_EQ(refused_field([](auto& file) { file.set_kind(std::string(33, 'a')); }),
              "attachment.kind");
    EXPECT_EQ(refused_field([](auto& file) { file.set_sha256(std::string(32, 'a')); }), "");
    EXPECT_EQ(refused_field([](auto& file) { file.set_sha256("ab"); }), "attachment.sha256");
}

TEST(Checks, AReactionIsOneShortSign) {
    pb::React react;
    react.set_gid(5);
    react.set_epoch(1);
    react.set_seq(2);
    for (const char* emoji : {"👍", "👩‍🚀", "🇨🇭", "❤"}) {
        react.set_emoji(emoji);
        EXPECT_TRUE(check(react)) << emoji;
    }
    for (const std::string& emoji :
         {std::string{}, std::string{"\n"}, std::string{"\xff"}, std::string(33, 'a'),
          std::string{"+1"}, std::string{"spam"}}) {
        react.set_emoji(emoji);
        EXPECT_EQ(objection(react).where, "react.emoji") << emoji;
        EXPECT_EQ(objection(react).limit, limits::kEmojiBytes);
    }
    // Taken back is what an earlier version took.
    react.set_emoji("+1");
    react.set_remove(true);
    EXPECT_TRUE(check(react));
}

TEST(Checks, ReactionsAreClearedByAnyKindThatEverWasOrAllTogether) {
    pb::ClearReactions clear;
    EXPECT_EQ(objection(clear).where, "clear_reactions.gid");
    clear.set_gid(5);
    EXPECT_EQ(objection(clear).where, "clear_reactions.seq");
    clear.set_seq(2);
    EXPECT_TRUE(check(clear)) << "all";
    for (const char* emoji : {"👍", "+1"}) {
        clear.set_emoji(emoji);
        EXPECT_TRUE(check(clear)) << emoji;
    }
    clear.set_emoji(std::string(limits::kEmojiBytes + 1, 'a'));
    EXPECT_EQ(objection(clear).where, "clear_reactions.emoji");
    EXPECT_EQ(objection(clear).limit, limits::kEmojiBytes);
}

TEST(Checks, AMemberIsChangedInOneWay) {
    pb::ChangeMember none = change();
    EXPECT_EQ(objection(none).where, "change_member.change");
    none.set_role(pb::ROLE_NONE);
    EXPECT_EQ(objection(none).where, "change_member.role");
    none.set_role(pb::ROLE_ADMIN);
    EXPECT_TRUE(check(none));
    none.set_kick(false);
    EXPECT_EQ(objection(none).where, "change_member.kick");
    none.set_ban(false);
    EXPECT_TRUE(check(none));
    none.set_mute_until_ms(limits::kIdMax + 1);
    EXPECT_EQ(objection(none).where, "change_member.mute_until_ms");
}

TEST(Checks, OnlyNamedSettingsAreTaken) {
    pb::ConfigureGroup configure;
    configure.set_gid(5);
    EXPECT_EQ(objection(configure).where, "configure_group.fields");
    configure.add_fields("topic");
    configure.mutable_settings()->set_topic("Today: \xe6\xbc\x94\xe8\xae\xb2");
    EXPECT_TRUE(check(configure));  // The name is not named, so an empty one says nothing.
    configure.mutable_settings()->set_topic("two\nlines");
    EXPECT_EQ(objection(configure).where, "settings.topic");
    configure.mutable_settings()->clear_topic();
    configure.add_fields("name");
    EXPECT_EQ(objection(configure).code, Code::bad_name);
    configure.mutable_settings()->set_name(
        "\xe2\x80\xae"
        "drawkcab");
    EXPECT_EQ(objection(configure).code, Code::bad_name);
    configure.mutable_settings()->set_name("Square");
    configure.add_fields("kind");
    EXPECT_EQ(objection(configure).where, "configure_group.fields");
}

TEST(Checks, QuestionsAreBounded) {
    pb::SearchEntries search;
    search.set_gid(5);
    EXPECT_EQ(objection(search).where, "search_entries.words");
    search.set_words(std::string(limits::kSearchBytes + 1, 'a'));
    EXPECT_EQ(objection(search).limit, limits::kSearchBytes);
    pb::FetchMembers members;
    members.set_gid(5);
    members.set_count(101);
    EXPECT_EQ(objection(members).where, "fetch_members.count");
    members.set_count(100);
    members.set_pending(true);
    members.set_banned(true);
    EXPECT_EQ(objection(members).where, "fetch_members.banned");
    members.set_banned(false);
    members.set_cursor(std::string(limits::kCursorBytes + 1, 'a'));
    EXPECT_EQ(objection(members).where, "fetch_members.cursor");
    pb::WriteNote note;
    note.set_gid(5);
    note.set_uid(6);
    EXPECT_EQ(objection(note).where, "write_note.text");
    note.set_text("\u200b\n");
    EXPECT_EQ(objection(note).code, Code::empty_body);
    note.set_text(std::string(limits::kNoteBytes + 1, 'a'));
    EXPECT_EQ(objection(note).limit, limits::kNoteBytes);
}

}  // namespace
}  // namespace stentor::session
