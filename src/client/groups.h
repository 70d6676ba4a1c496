#pragma once
// The groups that are watched: opened, their pages applied, their gaps pulled. PURE; over
// ClientState.

#include "client/state.h"

namespace stentor::v1 {
class Hello;
class Refused;
class ServerFrame;
}  // namespace stentor::v1

namespace stentor::client {

[[nodiscard]] GroupCursor* find_group(ClientState& client, GroupId gid);
[[nodiscard]] const GroupCursor* find_group(const ClientState& client, GroupId gid);

// Everything that the server says about groups, but for sends.
void on_group_event(ClientState& client, Moment moment, const v1::ServerFrame& frame);
void refused_group(ClientState& client, Moment moment, GroupId gid, Purpose purpose,
                   const v1::Refused& refused);
void pull_expired(ClientState& client, Moment moment, GroupId gid);
void groups_lost(ClientState& client);  // The connection is gone.

// As many as may be resumed with a Hello are being opened.
void resume_groups(ClientState& client, Moment moment, v1::Hello& hello);
// Those that nobody answered are closed again.
void expire_opens(ClientState& client, Moment moment);
void open_groups(ClientState& client, Moment moment);
void pull_gaps(ClientState& client, Moment moment);

}  // namespace stentor::client
