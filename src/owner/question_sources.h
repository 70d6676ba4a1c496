#pragma once
// What questions are answered from, and how: a function for each, in files by subject
// (questions_*.cc). Thread: any; blocks on the store.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bus/bus.h"
#include "group/rank.h"
#include "owner/heads.h"
#include "owner/names.h"
#include "store/search/search.h"
#include "store/store.h"

namespace stentor::owner {

// Whoever comes from another system with a name that may not be shown.
inline constexpr std::string_view kNamelessUser = "user";

struct Sources {
    store::Store& store;
    Names names;
    search::Search* words;  // nullptr: there is no search.
    Heads* heads;           // nullptr: all of them are read.
    std::uint64_t who_read_members;
};

Result<bus::Reply> answer_to(Sources& sources, const bus::AskEntries& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskChanges& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskStays& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskNear& ask);
// Needs what is ordered, which only a worker knows.
Result<bus::Reply> answer_to(Sources& sources, const bus::AskOpen& ask);
// ---- questions_list.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskList& ask);
[[nodiscard]] pb::GroupSummary summary_of(GroupId gid, const store::HeadRow& head);
// Whoever has an account is in that group, with or without a row of their own.
[[nodiscard]] Result<bool> has_announcements(store::GroupLog& store);
// ---- questions_hello.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskHello& ask);
[[nodiscard]] std::vector<Result<bus::Reply>> answers_to(Sources& sources,
                                                         std::span<const bus::AskHello> asks);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskUserLog& ask);
// ---- questions_people.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskUsers& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskAddUser& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskUserByName& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskMembers& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskAccounts& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskGroups& ask);
// ---- questions_accounts.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskChangeUser& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskAccountChanges& ask);
// ---- questions_outside.cc: what other systems ask for
Result<bus::Reply> answer_to(Sources& sources, const bus::AskOutsideUser& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskSettings& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskSetSetting& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskFeed& ask);
[[nodiscard]] Result<std::string> name_to_judge(Sources& sources, const bus::Question& question);
// ---- questions_audit.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskAudit& ask);
// ---- questions_written.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskWritten& ask);
// ---- questions_search.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskSearch& ask);
// ---- questions_invites.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskInvites& ask);
// Exactly alike whether there is no such group or they may not see it.
[[nodiscard]] Result<void> may(store::Store& store, UserId asker, bool operator_rights,
                               group::Act act, GroupId gid);
// ---- questions_moderation.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskModeration& ask);
// ---- questions_overlay.cc
Result<bus::Reply> answer_to(Sources& sources, const bus::AskMine& ask);
Result<bus::Reply> answer_to(Sources& sources, const bus::AskWhoRead& ask);

}  // namespace stentor::owner
