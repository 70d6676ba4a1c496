#include "client/commands.h"

#include <utility>

namespace stentor::client {
namespace {

template <class Command>
void place_at(Command& command, const Place& place) {
    command.set_gid(place.gid.value);
    command.set_epoch(place.epoch.value);
    command.set_seq(place.seq.value);
}

pb::ChangeMember& change(pb::ClientFrame& frame, GroupId gid, UserId uid, std::string_view reason) {
    pb::ChangeMember& change = *frame.mutable_change_member();
    change.set_gid(gid.value);
    change.set_uid(uid.value);
    change.set_reason(std::string{reason});
    return change;
}

std::uint64_t ms_or_zero(Time time) { return time == Time{} ? 0 : to_ms(time); }

}  // namespace

pb::ClientFrame open_command(GroupId gid) {
    pb::ClientFrame command;
    command.mutable_open()->set_gid(gid.value);
    return command;
}

pb::ClientFrame close_command(GroupId gid) {
    pb::ClientFrame command;
    command.mutable_close()->set_gid(gid.value);
    return command;
}

pb::ClientFrame read_command(const Place& place) {
    pb::ClientFrame frame;
    place_at(*frame.mutable_read(), place);
    return frame;
}

pb::ClientFrame recall_command(const Place& place) {
    pb::ClientFrame frame;
    place_at(*frame.mutable_recall(), place);
    return frame;
}

pb::ClientFrame edit_command(const Place& place, std::uint32_t revision, std::string body) {
    pb::ClientFrame frame;
    place_at(*frame.mutable_edit(), place);
    frame.mutable_edit()->set_revision(revision);
    frame.mutable_edit()->set_body(std::move(body));
    return frame;
}

pb::ClientFrame hide_command(GroupId gid, Epoch epoch, const std::vector<Seq>& seqs) {
    pb::ClientFrame frame;
    pb::Hide& hide = *frame.mutable_hide();
    hide.set_gid(gid.value);
    hide.set_epoch(epoch.value);
    for (const Seq seq : seqs) hide.add_seqs(seq.value);
    return frame;
}

pb::ClientFrame react_command(const Place& place, std::string_view emoji, bool remove) {
    pb::ClientFrame frame;
    place_at(*frame.mutable_react(), place);
    frame.mutable_react()->set_emoji(std::string{emoji});
    frame.mutable_react()->set_remove(remove);
    return frame;
}

pb::ClientFrame who_read_command(const Place& place, std::string_view cursor) {
    pb::ClientFrame frame;
    place_at(*frame.mutable_who_read(), place);
    frame.mutable_who_read()->set_cursor(std::string{cursor});
    return frame;
}

pb::ClientFrame typing_command(GroupId gid) {
    pb::ClientFrame frame;
    frame.mutable_typing()->set_gid(gid.value);
    return frame;
}

pb::ClientFrame search_command(GroupId gid, std::string_view words, std::string_view cursor) {
    pb::ClientFrame frame;
    pb::SearchEntries& search = *frame.mutable_search_entries();
    search.set_gid(gid.value);
    search.set_words(std::string{words});
    search.set_cursor(std::string{cursor});
    return frame;
}

pb::ClientFrame list_command(std::string_view cursor) {
    pb::ClientFrame frame;
    frame.mutable_list()->set_cursor(std::string{cursor});
    return frame;
}

pb::ClientFrame create_group_command(const Cmid& cmid, pb::GroupSettings settings) {
    pb::ClientFrame frame;
    frame.mutable_create_group()->set_cmid(std::string{cmid.view()});
    *frame.mutable_create_group()->mutable_settings() = std::move(settings);
    return frame;
}

pb::ClientFrame configure_command(GroupId gid, pb::GroupSettings settings,
                                  const std::vector<std::string>& fields) {
    pb::ClientFrame frame;
    pb::ConfigureGroup& configure = *frame.mutable_configure_group();
    configure.set_gid(gid.value);
    *configure.mutable_settings() = std::move(settings);
    for (const std::string& field : fields) configure.add_fields(field);
    return frame;
}

pb::ClientFrame join_command(GroupId gid, std::string_view invite) {
    pb::ClientFrame frame;
    frame.mutable_join_group()->set_gid(gid.value);
    frame.mutable_join_group()->set_invite(std::string{invite});
    return frame;
}

pb::ClientFrame leave_command(GroupId gid) {
    pb::ClientFrame frame;
    frame.mutable_leave_group()->set_gid(gid.value);
    return frame;
}

pb::ClientFrame mute_for_me_command(GroupId gid, bool muted) {
    pb::ClientFrame frame;
    frame.mutable_mute_for_me()->set_gid(gid.value);
    frame.mutable_mute_for_me()->set_muted(muted);
    return frame;
}

pb::ClientFrame open_direct_command(UserId uid) {
    pb::ClientFrame frame;
    frame.mutable_open_direct()->set_uid(uid.value);
    return frame;
}

pb::ClientFrame block_command(UserId uid, bool blocked) {
    pb::ClientFrame frame;
    frame.mutable_block_user()->set_uid(uid.value);
    frame.mutable_block_user()->set_blocked(blocked);
    return frame;
}

pb::ClientFrame members_command(GroupId gid, std::string_view prefix, std::string_view cursor,
                                bool pending) {
    pb::ClientFrame frame;
    pb::FetchMembers& fetch = *frame.mutable_fetch_members();
    fetch.set_gid(gid.value);
    fetch.set_prefix(std::string{prefix});
    fetch.set_cursor(std::string{cursor});
    fetch.set_pending(pending);
    return frame;
}

pb::ClientFrame role_command(GroupId gid, UserId uid, pb::Role role) {
    pb::ClientFrame frame;
    change(frame, gid, uid, {}).set_role(role);
    return frame;
}

pb::ClientFrame mute_command(GroupId gid, UserId uid, Time until, std::string_view reason) {
    pb::ClientFrame frame;
    change(frame, gid, uid, reason).set_mute_until_ms(ms_or_zero(until));
    return frame;
}

pb::ClientFrame kick_command(GroupId gid, UserId uid, std::string_view reason) {
    pb::ClientFrame frame;
    change(frame, gid, uid, reason).set_kick(true);
    return frame;
}

pb::ClientFrame ban_command(GroupId gid, UserId uid, bool banned, std::string_view reason) {
    pb::ClientFrame frame;
    change(frame, gid, uid, reason).set_ban(banned);
    return frame;
}

pb::ClientFrame invite_command(GroupId gid, Time expires, std::uint32_t uses_max) {
    pb::ClientFrame frame;
    pb::CreateInvite& invite = *frame.mutable_create_invite();
    invite.set_gid(gid.value);
    invite.set_expires_ms(ms_or_zero(expires));
    invite.set_uses_max(uses_max);
    return frame;
}

pb::ClientFrame decide_command(GroupId gid, UserId uid, bool accept) {
    pb::ClientFrame frame;
    pb::DecideJoin& decide = *frame.mutable_decide_join();
    decide.set_gid(gid.value);
    decide.set_uid(uid.value);
    decide.set_accept(accept);
    return frame;
}

pb::ClientFrame note_command(GroupId gid, UserId uid, std::string_view text) {
    pb::ClientFrame frame;
    pb::WriteNote& note = *frame.mutable_write_note();
    note.set_gid(gid.value);
    note.set_uid(uid.value);
    note.set_text(std::string{text});
    return frame;
}

}  // namespace stentor::client
