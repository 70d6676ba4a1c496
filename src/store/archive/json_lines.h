#pragma once
// Rows to JSON and back, for export and import. Pure.

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "store/rows.h"

namespace stentor::archive {

[[nodiscard]] std::string base64(std::string_view bytes);
// Throws std::runtime_error.
[[nodiscard]] std::string from_base64(std::string_view text);

// A whole number at `name`. Throws std::runtime_error that names it.
[[nodiscard]] std::uint64_t number(const boost::json::object& line, std::string_view name);
[[nodiscard]] std::string text(const boost::json::object& line, std::string_view name);
[[nodiscard]] bool flag(const boost::json::object& line, std::string_view name);

[[nodiscard]] boost::json::object line_of(const store::UserRow& user, bool password);
[[nodiscard]] store::UserRow user_of(const boost::json::object& line);
[[nodiscard]] boost::json::object line_of(GroupId gid, const store::HeadRow& head);
[[nodiscard]] store::HeadRow head_of(const boost::json::object& line);
[[nodiscard]] boost::json::object line_of(GroupId gid, const store::MemberRow& row);
[[nodiscard]] store::MemberRow member_of(const boost::json::object& line);
[[nodiscard]] boost::json::object line_of(GroupId gid, const LogEntry& entry);
[[nodiscard]] boost::json::object line_of(GroupId gid, const store::TallyRow& row);
[[nodiscard]] store::TallyRow tally_of(const boost::json::object& line);
[[nodiscard]] boost::json::object line_of(GroupId gid, const store::SentRow& row);
[[nodiscard]] store::SentRow sent_of(const boost::json::object& line);
[[nodiscard]] boost::json::object line_of(GroupId gid, const store::InviteRow& row);
[[nodiscard]] store::InviteRow invite_of(const boost::json::object& line);
[[nodiscard]] boost::json::object line_of(GroupId gid, const store::ModerationRow& row);
// Without its number, which the store gives. Throws std::runtime_error.
[[nodiscard]] store::ModerationRow moderation_of(const boost::json::object& line);

}  // namespace stentor::archive
