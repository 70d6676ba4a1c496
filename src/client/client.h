#pragma once
// The member's side of the conversation: one account on one connection at a time, which it makes
// again by itself. PURE: events with the moment go in, effects go to the Host.
//
// Owner: whoever simulates or loads. Thread: its owner's. Memory: about 300 bytes, 80 for each
// group watched, and the unanswered sends.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/state.h"

namespace stentor::v1 {
class Bye;
class ClientFrame;
class Refused;
class ServerFrame;
class Welcome;
}  // namespace stentor::v1

namespace stentor::client {

class Client {
public:
    Client(Host& host, std::shared_ptr<const Settings> settings, std::string token,
           DeviceId device);

    // ---- Wishes of the owner

    void start(Moment moment);
    // Hangs up. The outbox and the cursors are kept for another start().
    void stop();
    // Hangs up and connects again after `pause`, resuming.
    void reconnect(Moment moment, Millis pause);
    void set_token(Moment moment, std::string token);

    // Opens the group once connected, and again after each reconnect. `seq` with `digest` of
    // `epoch` is what is held already; a zero epoch: nothing.
    void watch(Moment moment, GroupId gid, Epoch epoch = {}, Seq seq = {}, Digest digest = {});
    void unwatch(Moment moment, GroupId gid);

    // `body` is a serialized Body. Goes out as soon as it may; answered by on_sent or on_gave_up,
    // however many connections that takes.
    void post(Moment moment, GroupId gid, const Cmid& cmid, std::string body, Seq seen = {});

    // Own sends that were acknowledged in a history that the server lost (Host::on_forked): they go
    // out under their ids, in this order, before whatever else waits for the group. Name those that
    // wait as well where they were written in between: answers come in any order.
    struct Lost {
        Cmid cmid;
        std::string body;
    };
    void offer_again(Moment moment, GroupId gid, std::vector<Lost> lost);

    // The cursor of my own log, kept from an earlier start. Before start().
    void set_user_log(std::uint64_t seq) { state_.user_log.seq = seq; }
    // Any other command (client/commands.h makes them). Not sent again. 0: not connected, or too
    // many in flight.
    [[nodiscard]] std::uint32_t ask(Moment moment, v1::ClientFrame command);

    // ---- Events of the world

    void on_connected(Moment moment);
    // The payload of one binary message.
    void on_message(Moment moment, std::string_view bytes);
    void on_closed(Moment moment);
    void on_wake(Moment moment);

    // ---- Looks

    [[nodiscard]] bool ready() const { return state_.connection.state == Connection::State::ready; }
    [[nodiscard]] UserId uid() const { return state_.uid; }
    [[nodiscard]] std::size_t unanswered() const { return state_.outbox.size(); }
    [[nodiscard]] std::uint64_t user_log_seq() const { return state_.user_log.seq; }
    [[nodiscard]] const GroupCursor* cursor(GroupId gid) const;
    // The newest head heard of is held in every group that is watched.
    [[nodiscard]] bool caught_up() const;
    // The server's clock, for cmids; `now` before the first Welcome.
    [[nodiscard]] Time server_time(Time now) const { return now + state_.connection.clock_offset; }

private:
    void lose();
    void hang_up(Moment moment, Millis least);
    void over(Code reason);  // For good.
    void hello(Moment moment);
    void dispatch(Moment moment, const v1::ServerFrame& frame);
    void welcome(Moment moment, const v1::Welcome& welcome);
    void on_bye(const v1::Bye& bye);
    void say_here(Moment moment);
    void refused(Moment moment, const Request& request, const v1::Refused& refused);
    void wait(Moment moment, Millis least);
    void proceed(Moment moment);
    void arm(Moment moment);

    ClientState state_;
};

}  // namespace stentor::client
