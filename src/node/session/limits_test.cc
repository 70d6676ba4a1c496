// Each bound of a command's fields: what is just as large is taken, one more is refused, and the
// refusal names the field and the bound, so that a client can show it.

#include "node/session/limits_test_kit.h"

namespace stentor::session {
namespace {

TEST(Limits, OfHelloAndQuestions) {
    const Row rows[] = {
        {"hello.token", limits::kTokenBytes,
         with<pb::Hello>([](auto& hello, auto n) { hello.set_token(letters(n)); }),
         Code::token_invalid},
        {"hello.client", limits::kClientNameBytes,
         with<pb::Hello>([](auto& hello, auto n) { hello.set_client(letters(n)); })},
        {"hello.resume", limits::kResumes, with<pb::Hello>([](auto& hello, auto n) {
             for (std::uint64_t gid = 1; gid <= n; ++gid) hello.add_resume()->set_gid(gid);
         })},
        {"list.count", limits::kListPage,
         with<pb::List>([](auto& list, auto n) { list.set_count(static_cast<unsigned>(n)); })},
        {"list.cursor", limits::kCursorBytes,
         with<pb::List>([](auto& list, auto n) { list.set_cursor(letters(n)); })},
        {"who_read.cursor", limits::kCursorBytes,
         with<pb::WhoRead>([](auto& who, auto n) { who.set_cursor(letters(n)); })},
        {"search_entries.words", limits::kSearchBytes,
         with<pb::SearchEntries>([](auto& search, auto n) { search.set_words(letters(n)); }),
         Code::text_too_long},
        {"search_entries.cursor", limits::kCursorBytes,
         with<pb::SearchEntries>([](auto& search, auto n) { search.set_cursor(letters(n)); })},
        {"fetch_users.uids", limits::kUsersPerFetch, with<pb::FetchUsers>([](auto& fetch, auto n) {
             for (std::uint64_t uid = 1; uid <= n; ++uid) fetch.add_uids(uid);
         })},
        {"fetch_members.count", limits::kListPage, with<pb::FetchMembers>([](auto& fetch, auto n) {
             fetch.set_count(static_cast<unsigned>(n));
         })},
        {"fetch_members.prefix", limits::kNameBytes,
         with<pb::FetchMembers>([](auto& fetch, auto n) { fetch.set_prefix(letters(n)); }),
         Code::text_too_long},
        {"fetch_members.cursor", limits::kCursorBytes,
         with<pb::FetchMembers>([](auto& fetch, auto n) { fetch.set_cursor(letters(n)); })},
        {"list_invites.count", limits::kListPage, with<pb::ListInvites>([](auto& list, auto n) {
             list.set_count(static_cast<unsigned>(n));
         })},
        {"fetch_moderation.count", limits::kListPage,
         with<pb::FetchModeration>(
             [](auto& fetch, auto n) { fetch.set_count(static_cast<unsigned>(n)); })},
        {"list_invites.cursor", limits::kCursorBytes,
         with<pb::ListInvites>([](auto& list, auto n) { list.set_cursor(letters(n)); })},
    };
    for (const Row& row : rows) expect_bounded(row);
}

TEST(Limits, OfWhatMembersWrite) {
    const Row rows[] = {
        {"send.body", limits::kBodyBytes,
         with<pb::Send>([](auto& send, auto n) { send.set_body(body_of(n)); })},
        {"edit.body", limits::kBodyBytes,
         with<pb::Edit>([](auto& edit, auto n) { edit.set_body(body_of(n)); })},
        {"body.text", limits::kTextBytes,
         with_body([](pb::Body& body, std::uint64_t n) { body.set_text(letters(n)); }),
         Code::text_too_long},
        {"body.mentions", limits::kMentions, with_body([](pb::Body& body, std::uint64_t n) {
             while (n-- > 0) {
                 pb::Mention& mention = *body.add_mentions();
                 mention.set_uid(1);
                 mention.set_length(1);
             }
         })},
        {"body.attachments", limits::kAttachments, with_body([](pb::Body& body, std::uint64_t n) {
             while (n-- > 0) *body.add_attachments() = some(pb::Attachment{});
         })},
        {"hide.seqs", limits::kHidesPerCommand, with<pb::Hide>([](auto& hide, auto n) {
             hide.clear_seqs();
             for (std::uint64_t seq = 1; seq <= n; ++seq) hide.add_seqs(seq);
         })},
        {"react.emoji", limits::kEmojiBytes,
         with<pb::React>([](auto& react, auto n) { react.set_emoji(letters(n)); })},
        {"clear_reactions.emoji", limits::kEmojiBytes,
         with<pb::ClearReactions>([](auto& clear, auto n) { clear.set_emoji(letters(n)); })},
        {"write_note.text", limits::kNoteBytes,
         with<pb::WriteNote>([](auto& note, auto n) { note.set_text(letters(n)); }),
         Code::text_too_long},
    };
    for (const Row& row : rows) expect_bounded(row);
}

TEST(Limits, OfAttachments) {
    const Row rows[] = {
        {"attachment.kind", limits::kAttachmentKindBytes,
         with<pb::Attachment>([](auto& file, auto n) { file.set_kind(letters(n)); })},
        {"attachment.media_type", limits::kMediaTypeNameBytes,
         with<pb::Attachment>([](auto& file, auto n) { file.set_media_type(letters(n) + "/a"); })},
        {"attachment.media_type", limits::kMediaTypeNameBytes,
         with<pb::Attachment>([](auto& file, auto n) { file.set_media_type("a/" + letters(n)); })},
        {"attachment.address", limits::kAddressBytes,
         with<pb::Attachment>([](auto& file, auto n) { file.set_address("/" + letters(n - 1)); })},
        {"attachment.name", limits::kFileNameBytes,
         with<pb::Attachment>([](auto& file, auto n) { file.set_name(letters(n)); })},
        {"attachment.preview", limits::kPreviewBytes,
         with<pb::Attachment>([](auto& file, auto n) { file.set_preview(letters(n)); })},
    };
    for (const Row& row : rows) expect_bounded(row);
}

TEST(Limits, OfGroupsAndTheirMembers) {
    const Row rows[] = {
        {"settings.name", limits::kNameBytes, with<pb::CreateGroup>([](auto& create, auto n) {
             create.mutable_settings()->set_name(letters(n));
         }),
         Code::bad_name},
        {"settings.name", limits::kNameBytes, with<pb::ConfigureGroup>([](auto& group, auto n) {
             group.add_fields("name");
             group.mutable_settings()->set_name(letters(n));
         }),
         Code::bad_name},
        {"settings.topic", limits::kTopicBytes, with<pb::ConfigureGroup>([](auto& group, auto n) {
             group.mutable_settings()->set_topic(letters(n));
         }),
         Code::text_too_long},
        {"settings.welcome", limits::kNoteBytes, with<pb::ConfigureGroup>([](auto& group, auto n) {
             group.mutable_settings()->set_welcome(letters(n));
         }),
         Code::text_too_long},
        {"settings.slow_mode_s", limits::kSlowModeS,
         with<pb::ConfigureGroup>([](auto& group, auto n) {
             group.mutable_settings()->set_slow_mode_s(static_cast<unsigned>(n));
         })},
        {"settings.hold_ms", limits::kHoldMs, with<pb::ConfigureGroup>([](auto& group, auto n) {
             group.mutable_settings()->set_hold_ms(static_cast<unsigned>(n));
         })},
        {"settings.hold_entries", limits::kBatchEntries,
         with<pb::ConfigureGroup>([](auto& group, auto n) {
             group.mutable_settings()->set_hold_entries(static_cast<unsigned>(n));
         })},
        {"join_group.invite", limits::kInviteBytes,
         with<pb::JoinGroup>([](auto& join, auto n) { join.set_invite(letters(n)); })},
        {"create_invite.name", limits::kNameBytes,
         with<pb::CreateInvite>([](auto& create, auto n) { create.set_name(letters(n)); }),
         Code::text_too_long},
        {"end_invite.invite", limits::kInviteBytes,
         with<pb::EndInvite>([](auto& end, auto n) { end.set_invite(letters(n)); })},
        {"report.reason", limits::kReasonBytes,
         with<pb::Report>([](auto& report, auto n) { report.set_reason(letters(n)); }),
         Code::text_too_long},
        {"recall.reason", limits::kReasonBytes,
         with<pb::Recall>([](auto& recall, auto n) { recall.set_reason(letters(n)); }),
         Code::text_too_long},
        {"recall_member.reason", limits::kReasonBytes,
         with<pb::RecallMember>([](auto& recall, auto n) { recall.set_reason(letters(n)); }),
         Code::text_too_long},
        {"dismiss_reports.reason", limits::kReasonBytes,
         with<pb::DismissReports>([](auto& dismiss, auto n) { dismiss.set_reason(letters(n)); }),
         Code::text_too_long},
        {"change_member.reason", limits::kReasonBytes,
         with<pb::ChangeMember>([](auto& change, auto n) { change.set_reason(letters(n)); }),
         Code::text_too_long},
    };
    for (const Row& row : rows) expect_bounded(row);
}

}  // namespace
}  // namespace stentor::session
