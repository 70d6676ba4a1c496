#pragma once
// What a command's fields must satisfy, whoever sent it. Each refusal names the field and, where
// there is one, its bound.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/code.h"
#include "wire/pb.h"

namespace stentor::session {

[[nodiscard]] std::unexpected<Error> bad(std::string_view field, std::uint64_t limit = 0,
                                         Code code = Code::bad_field);
[[nodiscard]] Result<void> check_id(std::uint64_t id, std::string_view field);  // 1 to kIdMax
[[nodiscard]] Result<void> check_number(std::uint64_t number, std::string_view field);  // to kIdMax
[[nodiscard]] Result<void> check_cmid(std::string_view raw, std::string_view field);
// Of a group: 1 to kNameBytes bytes, under the rules of text/names.h.
[[nodiscard]] Result<void> check_name(std::string_view name, std::string_view field);
[[nodiscard]] Result<void> check_text(std::string_view text, std::size_t bytes_max,
                                      std::string_view field);
// Of a page; only the one who made it can say more.
[[nodiscard]] Result<void> check_cursor(std::string_view cursor, std::string_view field);

// ---- checks.cc
[[nodiscard]] Result<void> check(const pb::Hello& hello);
[[nodiscard]] Result<void> check(const pb::Pull& pull);
[[nodiscard]] Result<void> check(const pb::Read& read);
[[nodiscard]] Result<void> check(const pb::List& list);
[[nodiscard]] Result<void> check(const pb::WhoRead& who);
[[nodiscard]] Result<void> check(const pb::SearchEntries& search);
[[nodiscard]] Result<void> check(const pb::FetchUsers& fetch);
// ---- checks_entries.cc
[[nodiscard]] Result<void> check(const pb::Send& send);
[[nodiscard]] Result<void> check(const pb::Recall& recall);
[[nodiscard]] Result<void> check(const pb::RecallMember& recall);
[[nodiscard]] Result<void> check(const pb::Report& report);
[[nodiscard]] Result<void> check(const pb::DismissReports& dismiss);
[[nodiscard]] Result<void> check(const pb::FetchModeration& fetch);
[[nodiscard]] Result<void> check(const pb::Edit& edit);
[[nodiscard]] Result<void> check(const pb::Hide& hide);
[[nodiscard]] Result<void> check(const pb::React& react);
[[nodiscard]] Result<void> check(const pb::ClearReactions& clear);
[[nodiscard]] Result<void> check(const pb::WriteNote& note);
// ---- checks_attachments.cc
[[nodiscard]] Result<void> check(const pb::Attachment& attachment);
// Of a file that somebody is about to send: as an attachment's, but named "name" and "type".
[[nodiscard]] Result<void> check_file(std::string_view name, std::string_view media_type);
// ---- checks_groups.cc
[[nodiscard]] Result<void> check(const pb::CreateGroup& create);
[[nodiscard]] Result<void> check(const pb::ConfigureGroup& configure);
[[nodiscard]] Result<void> check(const pb::JoinGroup& join);
[[nodiscard]] Result<void> check(const pb::LeaveGroup& leave);
[[nodiscard]] Result<void> check(const pb::ChangeMember& change);
[[nodiscard]] Result<void> check(const pb::CreateInvite& create);
[[nodiscard]] Result<void> check(const pb::ListInvites& list);
[[nodiscard]] Result<void> check(const pb::EndInvite& end);
[[nodiscard]] Result<void> check(const pb::DecideJoin& decide);
[[nodiscard]] Result<void> check(const pb::MuteForMe& mute);
[[nodiscard]] Result<void> check(const pb::FetchMembers& fetch);

}  // namespace stentor::session
