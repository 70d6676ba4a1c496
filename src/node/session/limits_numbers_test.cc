// Ids and places end where a page can still hold them exactly: at 2^53 - 1.

#include <utility>

#include "node/session/limits_test_kit.h"

namespace stentor::session {
namespace {

template <class Command>
Row number(std::string field, void (Command::*set)(std::uint64_t)) {
    return {std::move(field), limits::kIdMax, [set](std::uint64_t n) {
                Command command = some(Command{});
                (command.*set)(n);
                return check(command);
            }};
}

TEST(Limits, OfNumbersInWhatIsAboutEntries) {
    const Row rows[] = {
        number("hello.device", &pb::Hello::set_device),
        number("hello.user_log_seq", &pb::Hello::set_user_log_seq),
        number("pull.gid", &pb::Pull::set_gid),
        number("pull.epoch", &pb::Pull::set_epoch),
        number("pull.from", &pb::Pull::set_from),
        number("pull.to", &pb::Pull::set_to),
        number("read.gid", &pb::Read::set_gid),
        number("read.epoch", &pb::Read::set_epoch),
        number("read.seq", &pb::Read::set_seq),
        number("who_read.gid", &pb::WhoRead::set_gid),
        number("who_read.epoch", &pb::WhoRead::set_epoch),
        number("who_read.seq", &pb::WhoRead::set_seq),
        number("send.gid", &pb::Send::set_gid),
        number("send.seen", &pb::Send::set_seen),
        number("send.epoch", &pb::Send::set_epoch),
        number("recall.gid", &pb::Recall::set_gid),
        number("recall.epoch", &pb::Recall::set_epoch),
        number("recall.seq", &pb::Recall::set_seq),
        number("edit.gid", &pb::Edit::set_gid),
        number("edit.epoch", &pb::Edit::set_epoch),
        number("edit.seq", &pb::Edit::set_seq),
        number("hide.gid", &pb::Hide::set_gid),
        number("hide.epoch", &pb::Hide::set_epoch),
        number("hide.seqs", &pb::Hide::add_seqs),
        number("react.gid", &pb::React::set_gid),
        number("react.epoch", &pb::React::set_epoch),
        number("react.seq", &pb::React::set_seq),
        number("clear_reactions.gid", &pb::ClearReactions::set_gid),
        number("clear_reactions.epoch", &pb::ClearReactions::set_epoch),
        number("clear_reactions.seq", &pb::ClearReactions::set_seq),
        number("attachment.size", &pb::Attachment::set_size),
        {"resume.gid", limits::kIdMax,
         with<pb::Hello>([](auto& hello, auto n) { hello.add_resume()->set_gid(n); })},
        {"resume.epoch", limits::kIdMax, with<pb::Hello>([](auto& hello, auto n) {
             hello.add_resume()->set_gid(5);
             hello.mutable_resume(0)->set_epoch(n);
         })},
        {"resume.seq", limits::kIdMax, with<pb::Hello>([](auto& hello, auto n) {
             hello.add_resume()->set_gid(5);
             hello.mutable_resume(0)->set_seq(n);
         })},
        {"body.reply_to", limits::kIdMax,
         with_body([](pb::Body& body, std::uint64_t n) { body.set_reply_to(n); })},
        {"mention.uid", limits::kIdMax, with_body([](pb::Body& body, std::uint64_t n) {
             body.add_mentions()->set_uid(n);
             body.mutable_mentions(0)->set_length(1);
         })},
    };
    for (const Row& row : rows) expect_bounded(row);
}

TEST(Limits, OfNumbersInWhatIsAboutGroups) {
    const Row rows[] = {
        number("search_entries.gid", &pb::SearchEntries::set_gid),
        number("search_entries.sender", &pb::SearchEntries::set_sender),
        number("search_entries.from", &pb::SearchEntries::set_from),
        number("search_entries.to", &pb::SearchEntries::set_to),
        number("fetch_users.uids", &pb::FetchUsers::add_uids),
        number("fetch_members.gid", &pb::FetchMembers::set_gid),
        number("configure_group.gid", &pb::ConfigureGroup::set_gid),
        number("configure_group.epoch", &pb::ConfigureGroup::set_epoch),
        number("join_group.gid", &pb::JoinGroup::set_gid),
        number("leave_group.gid", &pb::LeaveGroup::set_gid),
        number("change_member.gid", &pb::ChangeMember::set_gid),
        number("change_member.uid", &pb::ChangeMember::set_uid),
        number("change_member.mute_until_ms", &pb::ChangeMember::set_mute_until_ms),
        number("create_invite.gid", &pb::CreateInvite::set_gid),
        number("create_invite.expires_ms", &pb::CreateInvite::set_expires_ms),
        number("list_invites.gid", &pb::ListInvites::set_gid),
        number("fetch_members.uid", &pb::FetchMembers::set_uid),
        number("fetch_moderation.gid", &pb::FetchModeration::set_gid),
        number("fetch_moderation.before", &pb::FetchModeration::set_before),
        number("recall_member.gid", &pb::RecallMember::set_gid),
        number("recall_member.epoch", &pb::RecallMember::set_epoch),
        number("recall_member.uid", &pb::RecallMember::set_uid),
        number("recall_member.since_ms", &pb::RecallMember::set_since_ms),
        number("recall_member.before", &pb::RecallMember::set_before),
        number("report.gid", &pb::Report::set_gid),
        number("report.epoch", &pb::Report::set_epoch),
        number("report.seq", &pb::Report::set_seq),
        number("dismiss_reports.gid", &pb::DismissReports::set_gid),
        number("dismiss_reports.epoch", &pb::DismissReports::set_epoch),
        number("dismiss_reports.seq", &pb::DismissReports::set_seq),
        number("end_invite.gid", &pb::EndInvite::set_gid),
        number("decide_join.gid", &pb::DecideJoin::set_gid),
        number("decide_join.uid", &pb::DecideJoin::set_uid),
        number("mute_for_me.gid", &pb::MuteForMe::set_gid),
        number("write_note.gid", &pb::WriteNote::set_gid),
        number("write_note.uid", &pb::WriteNote::set_uid),
        {"settings.retention_s", limits::kIdMax, with<pb::CreateGroup>([](auto& create, auto n) {
             create.mutable_settings()->set_retention_s(n);
         })},
        {"settings.retention_entries", limits::kIdMax,
         with<pb::CreateGroup>(
             [](auto& create, auto n) { create.mutable_settings()->set_retention_entries(n); })},
    };
    for (const Row& row : rows) expect_bounded(row);
}

}  // namespace
}  // namespace stentor::session
