#pragma once
// What a client owns, part by part. The functions over it stand in headers by subject: requests,
// groups, user_log and sends; the connection's own in client.cc.
//
// Owner: Client. PURE.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "client/group_cursor.h"
#include "client/host.h"
#include "client/outbox.h"
#include "client/settings.h"

namespace stentor::client {

enum class Purpose : std::uint8_t { hello, open, pull, send, user_log, other };

// A command in flight.
struct Request {
    std::uint32_t id;
    Purpose purpose;
    GroupId gid;
    Time deadline;
};

struct Requests {
    std::uint32_t next_id{1};
    std::uint32_t in_flight_max{limits::kCommandsInFlight};
    std::vector<Request> open;
    Time said_at;  // The newest command.

    [[nodiscard]] bool room() const { return open.size() < in_flight_max; }
};

struct Connection {
    enum class State : std::uint8_t { stopped, waiting, connecting, greeting, ready };

    State state{State::stopped};
    Time deadline;        // Of the state: to connect at, to be connected or welcomed by.
    Time armed;           // What the host was told last.
    Time silent_until;    // Two pulses missed by then.
    Millis here_after{};  // 0: no Here is asked for.
    Millis pulse{limits::kPulseEvery};
    Millis pause{};  // What a Bye asked for.
    Millis clock_offset{};
    std::uint32_t tries{};  // To connect, in a row.
};

struct UserLogCursor {
    std::uint64_t seq{};
    std::uint64_t head{};
    bool fresh{};     // The first page after a Welcome is still to come.
    bool fetching{};  // One fetch at a time.
    std::uint32_t tries{};
    Time not_before;
};

struct ClientState {
    Host& host;
    std::shared_ptr<const Settings> settings;
    std::string token;
    DeviceId device;
    UserId uid{};
    Connection connection{};
    Requests requests{};
    std::vector<GroupCursor> groups{};
    UserLogCursor user_log{};
    Outbox outbox{};
};

}  // namespace stentor::client
