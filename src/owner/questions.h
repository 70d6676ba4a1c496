#pragma once
// Answers what asks for nothing but the record: pages of history, lists, people.
//
// Thread: any; blocks on the store, so only loaders call it. Cost: a page of the list costs one
// pass over the user's rows, a few reads for each group on it, and one page of entries for each
// group with news until 100 unread ones are found; a group that `heads` does not know costs one
// more.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/limits.h"
#include "bus/bus.h"
#include "group/rank.h"
#include "owner/heads.h"
#include "owner/names.h"
#include "owner/published.h"
#include "store/search/search.h"
#include "store/store.h"

namespace stentor::owner {

// Whoever comes from another system with a name that may not be shown.
inline constexpr std::string_view kNamelessUser = "user";

class Questions {
public:
    // Without an index there is no search; without heads all of them are read. Readers are named in
    // groups of at most `who_read_members`. Without `published` pages show whatever is stored.
    explicit Questions(store::Store& store, search::Search* words = nullptr, Heads* heads = nullptr,
                       std::uint64_t who_read_members = limits::kWhoReadMembers,
                       const Published* published = nullptr)
        : store_{store},
          names_{store},
          words_{words},
          heads_{heads},
          who_read_members_{who_read_members},
          published_{published} {}

    [[nodiscard]] Result<bus::Reply> answer(const bus::Question& question);
    // One for each, in their order: many who arrive together cost less than one after the other.
    [[nodiscard]] std::vector<Result<bus::Reply>> hellos(std::span<const bus::AskHello> asks);
    [[nodiscard]] Names& names() { return names_; }
    // Under which an account is to be made, if no word list refuses it; empty: none will be made.
    [[nodiscard]] Result<std::string> name_to_judge(const bus::Question& question);

private:
    Result<bus::Reply> on(const bus::AskEntries& ask);
    [[nodiscard]] Seq shown_head(GroupId gid, Seq stored) const;
    Result<bus::Reply> on(const bus::AskNear& ask);
    // ---- questions_list.cc
    Result<bus::Reply> on(const bus::AskList& ask);
    // ---- questions_hello.cc
    Result<bus::Reply> on(const bus::AskHello& ask);
    [[nodiscard]] Result<std::vector<bus::HelloAnswer>> hellos_at_once(
        std::span<const bus::AskHello> asks);
    [[nodiscard]] Result<std::unordered_set<UserId>> accounts_among(std::span<const UserId> uids);
    Result<bus::Reply> on(const bus::AskUserLog& ask);
    // ---- questions_people.cc
    Result<bus::Reply> on(const bus::AskUsers& ask);
    Result<bus::Reply> on(const bus::AskAddUser& ask);
    Result<bus::Reply> on(const bus::AskUserByName& ask);
    Result<bus::Reply> on(const bus::AskMembers& ask);
    Result<bus::Reply> on(const bus::AskAccounts& ask);
    Result<bus::Reply> on(const bus::AskGroups& ask);
    // ---- questions_accounts.cc
    Result<bus::Reply> on(const bus::AskChangeUser& ask);
    Result<bus::Reply> on(const bus::AskAccountChanges& ask);
    // ---- questions_outside.cc: what other systems ask for
    Result<bus::Reply> on(const bus::AskOutsideUser& ask);
    Result<bus::Reply> on(const bus::AskSettings& ask);
    Result<bus::Reply> on(const bus::AskSetSetting& ask);
    Result<bus::Reply> on(const bus::AskFeed& ask);
    // ---- questions_audit.cc
    Result<bus::Reply> on(const bus::AskAudit& ask);
    // ---- questions_written.cc
    Result<bus::Reply> on(const bus::AskWritten& ask);
    [[nodiscard]] Result<std::optional<Seq>> written_in(GroupId gid, const bus::AskWritten& ask,
                                                        Seq from, bus::WrittenAnswer& answer);
    [[nodiscard]] Result<bool> is_named_in(GroupId gid, UserId uid);
    // ---- questions_search.cc
    Result<bus::Reply> on(const bus::AskSearch& ask);
    // ---- questions_invites.cc
    Result<bus::Reply> on(const bus::AskInvites& ask);
    Result<bus::Reply> on(const bus::AskModeration& ask);
    // Exactly alike whether there is no such group or they may not see it.
    [[nodiscard]] Result<void> may(UserId asker, bool operator_rights, group::Act act, GroupId gid);
    [[nodiscard]] Result<group::Rank> rank_of_maker(GroupId gid, const store::InviteRow& invite);
    // ---- questions_mine.cc
    Result<bus::Reply> on(const bus::AskMine& ask);
    Result<bus::Reply> on(const bus::AskWhoRead& ask);
    [[nodiscard]] Result<bus::Reply> readers(GroupId gid, const LogEntry& entry, UserId after);
    // Needs what is ordered, which only a worker knows.
    Result<bus::Reply> on(const bus::AskOpen& ask);

    [[nodiscard]] Result<std::vector<store::Membership>> memberships(UserId uid);
    // Whoever has an account is in that group, with or without a row of their own.
    [[nodiscard]] Result<bool> has_announcements();
    [[nodiscard]] Result<std::vector<Head>> heads_of(
        const std::vector<store::Membership>& memberships);
    [[nodiscard]] Result<std::uint32_t> unread(const store::MemberRow& row, const Head& head);
    [[nodiscard]] Result<pb::GroupSummary> summary(const store::Membership& membership);
    // What stands for the group in their list.
    [[nodiscard]] Result<std::optional<LogEntry>> last_of(const store::Membership& membership,
                                                          const store::HeadRow& head);
    [[nodiscard]] static pb::GroupSummary summary_of(GroupId gid, const store::HeadRow& head);
    [[nodiscard]] Result<pb::UserLog> user_log(UserId uid, std::uint64_t after);

    store::Store& store_;
    Names names_;
    search::Search* words_;
    Heads* heads_;
    std::uint64_t who_read_members_;
    const Published* published_;
};

}  // namespace stentor::owner
