#pragma once
// The ids of groups, made from who makes them: the same for every retry, wherever it arrives. A
// browser's numbers are exact below 2^53. Groups that users create lie in [2^40, 2^52), direct
// chats in [2^52, 2^53), so nobody can create a group where a direct chat will be; smaller ids are
// the server's own.

#include <string_view>

#include "base/ids.h"

namespace stentor {

// Everybody is a member of this one without joining; the operator writes in it.
inline constexpr GroupId kBroadcastGroup{1};

// Of the group that `uid` creates under `cmid`; not to be guessed: a cmid holds 74 random bits.
[[nodiscard]] GroupId created_gid(UserId uid, std::string_view cmid);
// Of the chat between two, in whichever order they are named; with oneself: notes to oneself. Two
// pairs may meet at one id (even odds only at 80 million chats); the later one is then refused.
[[nodiscard]] GroupId direct_gid(UserId one, UserId other);
// Whether it is the id of a chat of two.
[[nodiscard]] bool is_direct(GroupId gid);

}  // namespace stentor
