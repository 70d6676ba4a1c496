#pragma once
// My own log: its cursor, and the gaps in it that are fetched. PURE; over ClientState.

#include "client/state.h"

namespace stentor::v1 {
class UserLog;
}

namespace stentor::client {

// `request`: what it answers; id 0: nothing.
void on_user_log(ClientState& client, Moment moment, const Request& request,
                 const v1::UserLog& log);
void fetch_user_log(ClientState& client, Moment moment);
// Refused, or not answered in time; `after`: what was asked for.
void user_log_failed(ClientState& client, Moment moment, Millis after);
void user_log_lost(UserLogCursor& log);  // The connection is gone.

}  // namespace stentor::client
