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

#include "base/limits.h"
#include "client/group_cursor.h"
#include "client/host.h"
#include "client/outbox.h"

namespace stentor::v1 {
class ClientFrame;
class Refused;
class ServerFrame;
class UserLog;
}  // namespace stentor::v1

namespace stentor::client {

// Shared by all clients of a kind.
struct Settings {
    std::string name{"stentor-client/1"};
    Millis answer_within{10'000};   // A command; then it is unknown and goes out again
    Millis connect_within{10'000};  // A connection, and its Welcome
    Millis retry_min{200};          // Of delays that double, full jitter
    Millis retry_max{30'000};
    // After a pause, pull what is held of the newest page once more: it may have changed meanwhile.
    bool look_again{false};
    // Where the server would skip to the newest page, pull the whole way instead: for checks.
    bool pull_everything{false};
    // A person may be looking: a pulse is answered by Here where nothing was said for long.
    // Programs that nobody looks at leave it, and are not counted as online then.
    bool says_here{false};
};

// Now, and bytes of randomness: fresh with each event.
struct Moment {
    Time now;
    std::uint64_t random{};
};

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
    void set_user_log(std::uint64_t seq) { user_log_.seq = seq; }
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

    [[nodiscard]] bool ready() const { return state_ == State::ready; }
    [[nodiscard]] UserId uid() const { return uid_; }
    [[nodiscard]] std::size_t unanswered() const { return outbox_.size(); }
    [[nodiscard]] std::uint64_t user_log_seq() const { return user_log_.seq; }
    [[nodiscard]] const GroupCursor* cursor(GroupId gid) const;
    // The newest head heard of is held in every group that is watched.
    [[nodiscard]] bool caught_up() const;
    // The server's clock, for cmids; `now` before the first Welcome.
    [[nodiscard]] Time server_time(Time now) const { return now + clock_offset_; }

private:
    enum class State : std::uint8_t { stopped, waiting, connecting, greeting, ready };
    enum class Purpose : std::uint8_t { hello, open, pull, send, user_log, other };
    struct Request {
        std::uint32_t id;
        Purpose purpose;
        GroupId gid;
        Time deadline;
    };

    // ---- The connection: client.cc
    void lose();
    void wait(Moment moment, Millis least);
    void hello(Moment moment);
    void dispatch(Moment moment, const v1::ServerFrame& frame);
    void welcome(Moment moment, const v1::ServerFrame& frame);
    void over(Code reason);  // For good.
    void say_here(Moment moment);
    void refused(Moment moment, const Request& request, const v1::Refused& refused);
    void proceed(Moment moment);
    void expire(Moment moment);
    void arm(Moment moment);
    std::uint32_t command(Moment moment, v1::ClientFrame& frame, Purpose purpose, GroupId gid);
    [[nodiscard]] Request take_request(std::uint32_t id);
    [[nodiscard]] bool room() const { return requests_.size() < in_flight_max_; }
    [[nodiscard]] Millis backoff(std::uint32_t tries, std::uint64_t random) const;

    // ---- Groups: client_groups.cc
    [[nodiscard]] GroupCursor* find(GroupId gid);
    bool on_group_event(Moment moment, const v1::ServerFrame& frame);
    bool on_news(const v1::ServerFrame& frame);
    template <class Page>
    void beside(const Page& page);
    void judge(Moment moment, GroupCursor& group, const Step& step);
    void heard_of(GroupId gid, Epoch epoch, Seq head);
    void refused_group(Moment moment, GroupId gid, Purpose purpose, const v1::Refused& refused);
    void open_groups(Moment moment);
    void pull_gaps(Moment moment);

    // ---- My own log: client_user_log.cc
    void on_user_log(Moment moment, const v1::UserLog& log, bool continues);
    void fetch_user_log(Moment moment);
    // ---- Sends: client_sends.cc
    void sent(const v1::ServerFrame& frame);
    void refused_send(Moment moment, std::uint32_t request_id, const v1::Refused& refused);
    void flush_outbox(Moment moment);
    void again(GroupId gid, Time when, bool one_at_a_time);

    Host& host_;
    std::shared_ptr<const Settings> settings_;
    std::string token_;
    DeviceId device_;
    UserId uid_;
    State state_{State::stopped};
    Time deadline_;        // Of the state: to connect at, to be connected or welcomed by.
    Time armed_;           // What the host was told last.
    Time silent_until_;    // Two pulses missed by then.
    Time said_at_;         // The newest command.
    Millis here_after_{};  // 0: no Here is asked for.
    Millis pulse_{limits::kPulseEvery};
    Millis pause_{};  // What a Bye asked for.
    Millis clock_offset_{};
    std::uint32_t tries_{};  // To connect, in a row.
    std::uint32_t next_id_{1};
    std::uint32_t in_flight_max_{limits::kCommandsInFlight};
    std::vector<Request> requests_;
    std::vector<GroupCursor> groups_;
    struct UserLogCursor {
        std::uint64_t seq{};
        std::uint64_t head{};
        bool fresh{};     // The first page after a Welcome is still to come.
        bool fetching{};  // One fetch at a time.
        std::uint32_t tries{};
        Time not_before;
    };
    UserLogCursor user_log_;
    Outbox outbox_;
};

}  // namespace stentor::client
