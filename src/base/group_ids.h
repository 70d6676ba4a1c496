#pragma once
// The ids of groups, made from who makes them: the same for every retry, wherever it arrives. From
// 2^40 to 2^52: a browser's numbers are exact there, and small ids stay free for the operator's
// use.

#include <string_view>

#include "base/ids.h"

namespace stentor {

// Announcements: everybody is a member of it.
inline constexpr GroupId kBroadcastGroup{1};

// Of the group that `uid` creates under `cmid`; not to be guessed: a cmid holds 74 random bits.
[[nodiscard]] GroupId created_gid(UserId uid, std::string_view cmid);
// Of the chat between two, in whichever order they are named.
[[nodiscard]] GroupId direct_gid(UserId one, UserId other);

}  // namespace stentor
