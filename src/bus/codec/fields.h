#pragma once
// How many fields each struct that crosses the bus has. Its wire form numbers them from 1 on in the
// order of their declaration, so a field is added at the end, and none is taken away or moved. The
// compiler counts them as well (tied.h), and golden vectors hold the bytes.

#include <concepts>
#include <cstddef>

#include "bus/bus.h"
#include "bus/codec/part.h"

namespace stentor::bus {

template <class Struct, std::size_t kCount>
struct Count {};

template <class... Rows>
struct Counts : Rows... {};

using Structs = Counts<
    // Commands and their answers
    Count<ReplyTo, 3>, Count<Command, 10>, Count<Answer, 2>, Count<Error, 5>,
    // Items
    Count<Items, 2>, Count<GroupItem, 5>, Count<EntriesAdded, 2>, Count<EntryChanged, 2>,
    Count<MemberChanged, 5>, Count<MemberView, 9>, Count<GroupChanged, 4>, Count<TalliesChanged, 1>,
    Count<TypingSeen, 1>,
    // Nudges
    Count<HeadMoved, 4>, Count<UserLogMoved, 1>, Count<ReadMoved, 4>, Count<ReactionMoved, 2>,
    Count<GroupMoved, 2>, Count<AccountMoved, 1>, Count<PersonMoved, 1>, Count<DutiesMoved, 2>,
    // Questions about a group
    Count<AskOpen, 3>, Count<OpenAnswer, 7>, Count<Versions, 2>, Count<ForkPoint, 2>,
    Count<GroupView, 13>, Count<AskChanges, 3>, Count<ChangesAnswer, 10>, Count<AskStays, 2>,
    Count<StaysAnswer, 3>, Count<Stay, 2>, Count<AskEntries, 3>, Count<EntriesAnswer, 8>,
    Count<AskNear, 2>, Count<AskMine, 4>, Count<Mine, 3>, Count<AskMembers, 3>,
    Count<AskWhoRead, 2>, Count<AskInvites, 3>, Count<AskModeration, 3>, Count<AskGroups, 2>,
    // About a user
    Count<AskList, 3>, Count<AskHello, 3>, Count<HelloAnswer, 2>, Count<AskUserLog, 2>,
    Count<AskSearch, 2>, Count<AskUsers, 2>, Count<AskWritten, 3>, Count<EntryPlace, 2>,
    Count<WrittenAnswer, 6>, Count<WrittenAnswer::Words, 2>, Count<WrittenAnswer::Stay, 4>,
    // About accounts
    Count<AskAccounts, 3>, Count<SignIn, 3>, Count<AskChangeUser, 10>,
    Count<AskChangeUser::Name, 2>, Count<UserRate, 2>, Count<AskOutsideUser, 4>,
    Count<AskAccountChanges, 2>, Count<AccountState, 5>, Count<AccountChangesAnswer, 3>,
    Count<AskAddUser, 4>, Count<AskUserByName, 1>, Count<Account, 10>,
    // About the whole service
    Count<AskSettings, 1>, Count<AskSetSetting, 3>, Count<Setting, 2>, Count<AskFeed, 2>,
    Count<FeedAnswer, 3>, Count<FeedAnswer::Row, 4>, Count<MemberEvent, 3>, Count<AuditEntry, 3>,
    Count<AskAddAudit, 1>, Count<AskAudit, 2>,
    // What any of these is cut into
    Count<Part, 4>>;

template <class Struct, std::size_t kCount>
consteval std::size_t fields_in(const Count<Struct, kCount>& /*row*/) {
    return kCount;
}

template <class Struct>
concept HasFields = requires(Structs structs) { fields_in<Struct>(structs); };

template <HasFields Struct>
inline constexpr std::size_t kFields = fields_in<Struct>(Structs{});

}  // namespace stentor::bus
