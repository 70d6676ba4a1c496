#pragma once
// What a browser is told, as JSON: enough to show a notice and to open the group at the message.
// Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "web_push/subscription.h"
#include "wire/pb.h"

namespace stentor::web_push {

struct Told {
    UserId uid;
    GroupId gid;
    Seq seq;
    std::uint32_t count{};
    bool called{};
    std::string group;   // Its name; empty in a direct chat.
    std::string sender;  // Their name; empty: the operator.
    pb::Body body;
};

// {"uid","gid","seq","count","called","language","group","sender","text","attachment"}; text and
// attachment are left out where the subscription says so. Fits kPlaintextBytes.
[[nodiscard]] std::string payload_of(const Told& told, const Subscription& subscription);

// The header Topic (RFC 8030 section 5.4): a later push of the group takes an undelivered one's
// place. It tells the push service nothing.
[[nodiscard]] std::string topic_of(const Subscription& subscription, GroupId gid);

}  // namespace stentor::web_push
