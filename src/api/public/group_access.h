#pragma once
// Whether somebody is a member of a group now, asked of its owner.

#include <functional>

#include "bus/bus.h"

namespace stentor::api {

using Member = std::move_only_function<void(Result<bus::MemberView>)>;

// not_found: no such group, or none of theirs; the two are not told apart.
void ask_reader(bus::Bus& bus, GroupId gid, UserId uid, Member done);
// Also not_permitted or muted, for those who may not post there now.
void ask_poster(bus::Bus& bus, GroupId gid, UserId uid, Member done);

}  // namespace stentor::api
