#pragma once
// What each command costs, from which budget it is paid, and what it needs: one row for each of
// ClientFrame. docs/protocol.md holds the same, made from here by `stentor commands`.
//
// A unit is about 100 us of the server, or 16 KiB of an answer. What a command costs is known in
// part only when it was answered (bytes, rows of a list): that is taken then, so a budget may be
// overdrawn by what was under way, and whoever did it waits the longer.
//
// Pure, constexpr. The texts are made in costs.cc.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/code.h"
#include "wire/pb.h"

namespace stentor::session {

enum class Budget : std::uint8_t {
    none,
    connecting,  // The server's: connections that may begin in a second.
    questions,   // One user's, over all their connections to a node.
    groups,      // Likewise: groups that they make.
    sends,       // A connection's, and one member's in one group.
    changes,     // One member's in one group.
    recalls,
};

// What must be so, beside the role that section 5 asks for.
enum class Needs : std::uint8_t {
    nothing,
    member,  // Of the group that it names.
    open,    // That group on this connection.
    way_in,  // A group that lets this user in.
};

// What is taken for the answer, when it is here.
enum class Afterwards : std::uint8_t { nothing, bytes, groups };

inline constexpr std::uint32_t kBytesAUnit = 16 * 1024;
inline constexpr std::uint32_t kGroupsAUnit = 25;  // Rows that a list is sorted and counted by.
inline constexpr std::uint32_t kItemsAUnit = 10;   // Rows or names that are asked for.
inline constexpr std::uint32_t kPageDefault = 50;  // Rows of a page, where the client names none.

struct CommandCost {
    pb::ClientFrame::CommandCase command{};
    std::string_view name;  // Of its field in ClientFrame.
    Budget budget{};
    std::uint32_t units{};
    Needs needs{};
    bool by_items{};  // And a unit for each kItemsAUnit asked for.
    Afterwards afterwards{};
};

// What a budget holds, who draws on it, and how it refuses.
struct BudgetTerms {
    Budget budget{};
    std::string_view name;
    std::string_view words;  // What it holds, where no number of base/limits.h says it.
    std::string_view shared_by;
    Code refusal{};
    std::string_view rule;
};

namespace detail {

using Frame = pb::ClientFrame;

inline constexpr std::array kCommands{
    CommandCost{Frame::kHello, "hello", Budget::connecting, 0, Needs::nothing},
    CommandCost{Frame::kList, "list", Budget::questions, 2, Needs::nothing, true,
                Afterwards::groups},
    CommandCost{Frame::kOpen, "open", Budget::questions, 1, Needs::member, false,
                Afterwards::bytes},
    CommandCost{Frame::kClose, "close", Budget::none, 0, Needs::open},
    CommandCost{Frame::kSend, "send", Budget::sends, 1, Needs::member},
    CommandCost{Frame::kPull, "pull", Budget::questions, 1, Needs::open, false, Afterwards::bytes},
    CommandCost{Frame::kNear, "near", Budget::questions, 10, Needs::open, false, Afterwards::bytes},
    CommandCost{Frame::kRead, "read", Budget::questions, 1, Needs::open},
    CommandCost{Frame::kRecall, "recall", Budget::recalls, 1, Needs::member},
    CommandCost{Frame::kEdit, "edit", Budget::sends, 1, Needs::member},
    CommandCost{Frame::kHide, "hide", Budget::changes, 1, Needs::member},
    CommandCost{Frame::kReact, "react", Budget::changes, 1, Needs::member},
    CommandCost{Frame::kTyping, "typing", Budget::questions, 1, Needs::open},
    CommandCost{Frame::kWhoRead, "who_read", Budget::questions, 20, Needs::member},
    CommandCost{Frame::kFetchUserLog, "fetch_user_log", Budget::questions, 3, Needs::nothing},
    CommandCost{Frame::kFetchUsers, "fetch_users", Budget::questions, 1, Needs::nothing, true},
    CommandCost{Frame::kFetchMembers, "fetch_members", Budget::questions, 2, Needs::member, true},
    CommandCost{Frame::kSearchEntries, "search_entries", Budget::questions, 30, Needs::member},
    CommandCost{Frame::kCreateGroup, "create_group", Budget::groups, 1, Needs::nothing},
    CommandCost{Frame::kConfigureGroup, "configure_group", Budget::questions, 5, Needs::member},
    CommandCost{Frame::kJoinGroup, "join_group", Budget::questions, 5, Needs::way_in},
    CommandCost{Frame::kLeaveGroup, "leave_group", Budget::questions, 5, Needs::member},
    CommandCost{Frame::kChangeMember, "change_member", Budget::questions, 5, Needs::member},
    CommandCost{Frame::kCreateInvite, "create_invite", Budget::questions, 5, Needs::member},
    CommandCost{Frame::kDecideJoin, "decide_join", Budget::questions, 5, Needs::member},
    CommandCost{Frame::kMuteForMe, "mute_for_me", Budget::questions, 5, Needs::member},
    // Makes a group where there is none yet.
    CommandCost{Frame::kOpenDirect, "open_direct", Budget::questions, 50, Needs::nothing},
    CommandCost{Frame::kBlockUser, "block_user", Budget::questions, 5, Needs::nothing},
    CommandCost{Frame::kWriteNote, "write_note", Budget::questions, 5, Needs::member},
    CommandCost{Frame::kListInvites, "list_invites", Budget::questions, 2, Needs::member, true},
    CommandCost{Frame::kEndInvite, "end_invite", Budget::questions, 5, Needs::member},
    CommandCost{Frame::kClearReactions, "clear_reactions", Budget::recalls, 1, Needs::member},
    CommandCost{Frame::kHere, "here", Budget::none, 0, Needs::nothing},
    // A step: up to a page of entries that are looked at, and 100 of them changed.
    CommandCost{Frame::kRecallMember, "recall_member", Budget::questions, 50, Needs::member},
    CommandCost{Frame::kReport, "report", Budget::questions, 20, Needs::member},
    CommandCost{Frame::kDismissReports, "dismiss_reports", Budget::questions, 20, Needs::member},
    CommandCost{Frame::kFetchModeration, "fetch_moderation", Budget::questions, 2, Needs::member,
                true},
};

consteval bool in_order() {
    for (std::size_t i = 0; i < kCommands.size(); ++i) {
        if (kCommands[i].command != static_cast<int>(Frame::kHello) + static_cast<int>(i))
            return false;
    }
    return true;
}
static_assert(in_order(), "found by its number");

}  // namespace detail

using detail::kCommands;

// Null: no command, or one of a later protocol.
[[nodiscard]] constexpr const CommandCost* cost_of(pb::ClientFrame::CommandCase command) {
    const auto found = std::ranges::find(kCommands, command, &CommandCost::command);
    return found == kCommands.end() ? nullptr : &*found;
}

// What is taken when it is asked.
[[nodiscard]] std::uint32_t units_of(const CommandCost& cost, const pb::ClientFrame& frame);
// What is taken for an answer.
[[nodiscard]] constexpr std::uint32_t units_of_bytes(std::size_t bytes) {
    return static_cast<std::uint32_t>(bytes / kBytesAUnit);
}
[[nodiscard]] constexpr std::uint32_t units_of_groups(std::uint32_t groups) {
    return groups / kGroupsAUnit;
}

// ---- As texts
[[nodiscard]] const BudgetTerms& terms_of(Budget budget);
[[nodiscard]] std::string holding(const BudgetTerms& terms);  // How much, how fast it fills.
[[nodiscard]] std::string_view name_of(Needs needs);
// "2, 1 for each 10 asked for, 1 for each 100 groups of the user"
[[nodiscard]] std::string told(const CommandCost& cost);
// Both tables, in Markdown.
[[nodiscard]] std::string markdown_of_costs();

}  // namespace stentor::session
