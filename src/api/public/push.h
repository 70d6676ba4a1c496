#pragma once
// What other systems may do here with a key (M32, M41): send to a group, to a user, to everybody,
// and read the feed of all that is written. openapi.json describes it.
//
// A send bears an `id` (a UUIDv7), made by the caller and kept through its retries: the same id is
// stored once, and answered with its number however often it is sent. Without one the server makes
// one, and a retry is another message.
//
// A key that sends in somebody's name does what they could do themselves, but for the rate of a
// person: they are a member, not muted, not blocked, their account is good, and the rules of the
// group and the operator's hold. One in nobody's name is the operator's. Each key has a rate.
//
// Thread: any; `reply` is called exactly once, on any.

#include <functional>
#include <memory>

#include "api/public/api_keys.h"
#include "api/public/key_rates.h"
#include "auth/account/shared_gate.h"
#include "bus/bus.h"
#include "bus/command_client/command_client.h"
#include "net/http/message.h"

namespace stentor::api {

class Push : public std::enable_shared_from_this<Push> {
public:
    using Reply = std::move_only_function<void(net::http::Response)>;

    // All must outlive whatever is under way.
    Push(bus::Bus& bus, bus::CommandClient& commands, const account::SharedGate& gate)
        : bus_{bus}, commands_{commands}, gate_{gate} {}

    // False, and nothing was taken, when the path is none of this part's.
    bool on_http(net::http::Request& request, Reply& reply);

private:
    struct Message {
        Scope scope{};
        GroupId gid;
        UserId to;  // Of a direct chat; 0: to the group.
        UserId from;
        pb::ClientFrame send;
    };

    // The key of the request, which may do this now; else it is answered.
    void with_key(const net::http::Request& request, Scope scope, Reply reply,
                  std::move_only_function<void(ApiKey, Reply)> done);
    void send(const net::http::Request& request, GroupId gid, UserId to, Scope scope, Reply reply);
    void deliver(Message message, Reply reply);
    void open_direct(Message message, Reply reply);
    void post(Message message, Reply reply);
    void feed(const net::http::Request& request, Reply reply);

    bus::Bus& bus_;
    bus::CommandClient& commands_;
    KeyRates rates_;
    const account::SharedGate& gate_;
};

}  // namespace stentor::api
