#pragma once
// Whether somebody in whose name another system acts has an account, and may act at all.

#include <functional>

#include "auth/account/shared_gate.h"
#include "base/code.h"
#include "base/ids.h"
#include "bus/bus.h"

namespace stentor::api {

// not_found, naming `field`: there is no such account. not_permitted: it is disabled or erased.
// Thread: any; `done` is called once, on any.
void ask_good_account(bus::Bus& bus, const account::SharedGate& gate, UserId uid,
                      std::string_view field, std::move_only_function<void(Result<void>)> done);

}  // namespace stentor::api
