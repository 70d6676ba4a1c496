#pragma once
// The commands beside sends and pulls, as frames for Client::ask.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/cmid.h"
#include "base/ids.h"
#include "base/time.h"
#include "wire/pb.h"

namespace stentor::client {

// An entry as its reader names it.
struct Place {
    GroupId gid;
    Epoch epoch;
    Seq seq;
};

// One look at a group, beside those that the client watches.
[[nodiscard]] pb::ClientFrame open_command(GroupId gid);
[[nodiscard]] pb::ClientFrame close_command(GroupId gid);
[[nodiscard]] pb::ClientFrame read_command(const Place& place);
[[nodiscard]] pb::ClientFrame recall_command(const Place& place);
// `revision`: of the entry that was edited. `body`: a serialized Body.
[[nodiscard]] pb::ClientFrame edit_command(const Place& place, std::uint32_t revision,
                                           std::string body);
[[nodiscard]] pb::ClientFrame hide_command(GroupId gid, Epoch epoch, const std::vector<Seq>& seqs);
[[nodiscard]] pb::ClientFrame react_command(const Place& place, std::string_view emoji,
                                            bool remove = false);
[[nodiscard]] pb::ClientFrame who_read_command(const Place& place, std::string_view cursor = {});
[[nodiscard]] pb::ClientFrame typing_command(GroupId gid);
[[nodiscard]] pb::ClientFrame search_command(GroupId gid, std::string_view words,
                                             std::string_view cursor = {});

[[nodiscard]] pb::ClientFrame list_command(std::string_view cursor = {});
[[nodiscard]] pb::ClientFrame create_group_command(const Cmid& cmid, pb::GroupSettings settings);
// `fields`: of `settings`, those to take.
[[nodiscard]] pb::ClientFrame configure_command(GroupId gid, pb::GroupSettings settings,
                                                const std::vector<std::string>& fields);
[[nodiscard]] pb::ClientFrame join_command(GroupId gid, std::string_view invite = {});
[[nodiscard]] pb::ClientFrame leave_command(GroupId gid);
[[nodiscard]] pb::ClientFrame mute_for_me_command(GroupId gid, bool muted);
[[nodiscard]] pb::ClientFrame open_direct_command(UserId uid);
[[nodiscard]] pb::ClientFrame block_command(UserId uid, bool blocked);

[[nodiscard]] pb::ClientFrame members_command(GroupId gid, std::string_view prefix = {},
                                              std::string_view cursor = {}, bool pending = false);
[[nodiscard]] pb::ClientFrame role_command(GroupId gid, UserId uid, pb::Role role);
// Time{}: not muted any more.
[[nodiscard]] pb::ClientFrame mute_command(GroupId gid, UserId uid, Time until,
                                           std::string_view reason = {});
[[nodiscard]] pb::ClientFrame kick_command(GroupId gid, UserId uid, std::string_view reason = {});
[[nodiscard]] pb::ClientFrame ban_command(GroupId gid, UserId uid, bool banned,
                                          std::string_view reason = {});
[[nodiscard]] pb::ClientFrame invite_command(GroupId gid, Time expires, std::uint32_t uses_max);
[[nodiscard]] pb::ClientFrame decide_command(GroupId gid, UserId uid, bool accept);
[[nodiscard]] pb::ClientFrame note_command(GroupId gid, UserId uid, std::string_view text);

}  // namespace stentor::client
