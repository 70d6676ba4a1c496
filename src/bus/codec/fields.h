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
struct Has {};

template <class... Rows>
struct Table : Rows... {};

using Structs = Table<
    // Commands and their answers
    Has<ReplyTo, 3>, Has<Command, 10>, Has<Answer, 2>, Has<Error, 5>,
    // Items
    Has<Items, 4>, Has<Item, 3>, Has<EntriesAdded, 2>, Has<EntryChanged, 2>, Has<MemberChanged, 5>,
    Has<MemberView, 9>, Has<GroupChanged, 5>, Has<TalliesChanged, 1>, Has<TypingSeen, 1>,
    Has<GroupReread, 0>,
    // Nudges
    Has<HeadMoved, 4>, Has<UserLogMoved, 1>, Has<ReadMoved, 4>, Has<ReactionMoved, 2>,
    Has<GroupMoved, 2>, Has<AccountMoved, 1>, Has<PersonMoved, 1>,
    // Questions about a group
    Has<AskOpen, 3>, Has<OpenAnswer, 4>, Has<ForkPoint, 2>, Has<GroupView, 14>, Has<AskEntries, 3>,
    Has<EntriesAnswer, 7>, Has<AskNear, 2>, Has<AskMine, 4>, Has<Mine, 3>, Has<AskMembers, 3>,
    Has<AskWhoRead, 2>, Has<AskInvites, 3>, Has<AskModeration, 3>, Has<AskGroups, 2>,
    // About a user
    Has<AskList, 3>, Has<AskHello, 3>, Has<HelloAnswer, 2>, Has<AskUserLog, 2>, Has<AskSearch, 2>,
    Has<AskUsers, 2>, Has<AskWritten, 3>, Has<EntryPlace, 2>, Has<WrittenAnswer, 6>,
    Has<WrittenAnswer::Words, 2>, Has<WrittenAnswer::Stay, 4>,
    // About accounts
    Has<AskAccounts, 3>, Has<SignIn, 3>, Has<AskChangeUser, 10>, Has<AskChangeUser::Name, 2>,
    Has<UserRate, 2>, Has<AskOutsideUser, 4>, Has<AskAccountChanges, 2>, Has<AccountState, 5>,
    Has<AccountChangesAnswer, 3>, Has<AskAddUser, 4>, Has<AskUserByName, 1>, Has<Account, 10>,
    // About the whole service
    Has<AskSettings, 1>, Has<AskSetSetting, 2>, Has<Setting, 2>, Has<AskFeed, 2>,
    Has<FeedAnswer, 3>, Has<FeedAnswer::Row, 4>, Has<MemberEvent, 3>, Has<AuditEntry, 3>,
    Has<AskAddAudit, 1>, Has<AskAudit, 2>,
    // What any of these is cut into
    Has<Part, 4>>;

template <class Struct, std::size_t kCount>
consteval std::size_t fields_in(const Has<Struct, kCount>& /*row*/) {
    return kCount;
}

template <class Struct>
concept HasFields = requires(Structs structs) { fields_in<Struct>(structs); };

template <HasFields Struct>
inline constexpr std::size_t kFields = fields_in<Struct>(Structs{});

}  // namespace stentor::bus
