#pragma once
// One connection's conversation, from its Hello to its close.
//
// Owner: the shard that accepted the connection. Thread: that shard's, hence no lock.
// Cost: about 130 bytes, and 40 for each open group; no map, no queue. A process holds a million.
//
// States: awaiting Hello (at most kHelloWithin) -> ready -> closing. After close() was asked for,
// every event is ignored.
//
// Every command that is accepted takes one of kCommandsInFlight slots until it is answered, here or
// by on_answer, on_reply, on_opened, on_ranged or on_refused. With all slots taken, reading is
// paused; the first answer that leaves resumes it. A command nobody answers within
// kAnswerWithin is refused as `timeout`, and a later answer to it is dropped.
//
// Answers are paced by the socket: from the first that it does not take whole (on_kept) until all
// are out (on_drained) nothing is read, no further group of Hello's is opened, and badges gather.
// So what waits is at most what was under way: kCommandsInFlight answers and kResumesAtOnce groups.
//
// WebSocket close codes: 4000 + the number of the Code. 4400 malformed, 4401 unsupported_version,
// 4402 token_invalid, 4407 hello_required, 4408 frame_too_large, 4103 token_expired,
// 4104 slow_consumer, 4205 draining. A Refused (or a Bye, for draining) with the same code goes
// out before the close, with the request's id when that is known.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/rate.h"
#include "base/storm.h"
#include "base/time.h"
#include "bus/bus.h"
#include "node/session/flight.h"
#include "node/session/misses.h"
#include "node/session/open_groups.h"
#include "node/session/rules.h"
#include "node/types.h"

namespace stentor::session {

// Longer than the bus' own time limit, so that its answer, `timeout` included, comes first.
inline constexpr Millis kAnswerWithin = limits::kAskWithin + Millis{5'000};

inline constexpr std::uint16_t close_code(Code code) {
    return static_cast<std::uint16_t>(4000 + static_cast<int>(code));
}

using node::OpenResult;
using node::ReadRights;

// Implemented by node/shell for the connection at hand. Nothing here may call back into the
// session.
class SessionPort {
public:
    SessionPort() = default;
    SessionPort(const SessionPort&) = delete;
    SessionPort& operator=(const SessionPort&) = delete;
    virtual ~SessionPort() = default;

    // ---- To the client: a serialized ServerFrame, not yet enveloped; in the order of the calls.
    virtual void reply(std::string payload) = 0;

    // ---- To the owner of a group, in order, with fresh randomness. Answered by on_answer.
    virtual void submit(GroupId gid, pb::ClientFrame&& command) = 0;
    // ---- To whoever owns what is asked for. Answered by on_reply.
    virtual void ask(std::uint32_t request_id, PartitionId partition, bus::Question question) = 0;

    // ---- To the node's cache. Answered by on_opened, on_ranged, on_answer or on_refused.
    // request_id is 0 for a group that Hello resumes.
    virtual void open(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq seq) = 0;
    virtual void pull(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq from, Seq to,
                      const ReadRights& reader) = 0;
    virtual void near(std::uint32_t request_id, GroupId gid, Time time,
                      const ReadRights& reader) = 0;
    // Whether the user is still a member. Answered by on_ousted if they are not.
    virtual void recheck(GroupId gid) = 0;

    // ---- To the shard's router
    // A new seat that has everything up to `reached`. kNoSeat: the audience is full.
    virtual SeatIndex take_seat(GroupId gid, Epoch epoch, Seq reached) = 0;
    virtual void leave_seat(GroupId gid, SeatIndex seat) = 0;
    // An Opened or Range up to `reached` was handed to reply().
    virtual void caught_up(GroupId gid, SeatIndex seat, Epoch epoch, Seq reached) = 0;
    // Nobody has been heard in this seat for a while (`away`), or somebody is again.
    virtual void seat_away(GroupId gid, bool away) = 0;

    // ---- To the connection
    // A command was refused here: too many before it named groups that the user may not see.
    virtual void held_back() = 0;
    // One more did: what the user has spent with it, on all their connections.
    [[nodiscard]] virtual Misses missed() = 0;
    // What an answer has cost beyond what was paid for its question (costs.h).
    virtual void spent(std::uint32_t units) = 0;
    // Hello was accepted; `user_log_after`: the newest entry of their log that this device holds.
    virtual void registered(const Identity& identity, DeviceId device,
                            std::uint64_t user_log_after) = 0;
    virtual void pause_reading() = 0;
    virtual void resume_reading() = 0;
    // on_deadline is wanted at `time`; replaces the former wish.
    virtual void set_deadline(Time time) = 0;
    // After what was replied. All seats have been left when this is called.
    virtual void close(std::uint16_t close_code, Code reason) = 0;
};

[[nodiscard]] inline bool is_miss(const Error& error) {
    return error.code == Code::not_found && error.where == "gid";
}

class Session {
public:
    enum class State : std::uint8_t { awaiting_hello, ready, closing };

    // ---- From the connection
    void on_connected(Time now, SessionPort& fx);
    // One binary message.
    void on_frame(const Rules& rules, std::string_view bytes, Time now, SessionPort& fx);
    void on_deadline(Time now, SessionPort& fx);
    // The socket is gone: leaves all seats, replies nothing.
    void on_disconnected(SessionPort& fx);
    // The client reads too slowly, or sent what the transport refuses: says so and closes.
    void on_fault(Code code, std::string_view where, SessionPort& fx);
    // The server stops: Bye, then close.
    void on_drain(Millis after, SessionPort& fx);
    // The socket did not take a reply whole: no more is asked for until on_drained.
    void on_kept(SessionPort& fx);
    void on_drained(SessionPort& fx);
    // A pulse's turn has come. After `silent_pulses` of them without a word from the client nobody
    // is taken to be there.
    void on_pulse(std::uint32_t silent_pulses, SessionPort& fx);

    // ---- Answers. `payload` is a serialized ServerFrame that bears request_id.
    void on_answer(std::uint32_t request_id, std::string payload, SessionPort& fx);
    // What is answered next named a group that there is not, or that the user may not see.
    void on_miss(SessionPort& fx) { misses_.learn(fx.missed()); }
    // Before the on_answer that tells it: the owner refused the command.
    void on_refusal(const Rules& rules, std::uint32_t request_id, Code code, Time now);
    void on_reply(std::uint32_t request_id, Result<bus::Reply> reply, SessionPort& fx);
    void on_opened(std::uint32_t request_id, const OpenResult& opening, std::string payload,
                   SessionPort& fx);
    // A Range whose last entry is `last`, made when the head was `head`.
    void on_ranged(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq first, Seq last,
                   Seq head, std::string payload, SessionPort& fx);
    // gid: of the group that was to be opened or read; 0 when it was another command.
    void on_refused(std::uint32_t request_id, GroupId gid, const Error& error, SessionPort& fx);

    // ---- Unasked
    // This user is out of the group since their row's `version`; `payload` is the Ousted. Nothing
    // happens when the group is not open here, or was opened after they had come back.
    void on_ousted(GroupId gid, std::uint64_t version, std::string payload, SessionPort& fx);
    // News of their groups; those that are open here are told by their own pushes.
    void on_badges(pb::Pulse pulse, SessionPort& fx);
    // The gate knows something new of this account.
    void on_account_moved(const Rules& rules, SessionPort& fx);
    // Something of this member's alone is beside the entries of the group from now on.
    void on_overlay(GroupId gid);
    // The account may not be here (any more).
    void on_expelled(const Error& error, SessionPort& fx);
    // Another seat left and this one moved.
    void on_seat_moved(GroupId gid, SeatIndex seat);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] UserId uid() const { return uid_; }
    [[nodiscard]] DeviceId device() const { return device_; }
    [[nodiscard]] Time token_minted() const { return minted_; }
    [[nodiscard]] bool bench() const { return bench_; }
    // Those without a seat are on their way.
    [[nodiscard]] const OpenGroups& groups() const { return groups_; }

private:
    struct Resume {
        GroupId gid;
        Epoch epoch;
        Seq seq;
    };
    struct Sending {
        Rate rate;
        GivenBack given_back;
    };
    struct Seldom {
        // What waits until the socket has taken what was written before.
        std::vector<Resume> resumes;  // The next one last.
        pb::Pulse badges;             // The newest of each group.
        // Once something was sent.
        std::optional<Sending> sending;
    };
    friend class Commands;  // commands.cc: what each command must satisfy.

    // Refusals that leave the connection open, and those that end it.
    void refuse(std::uint32_t request_id, const Error& error, SessionPort& fx);
    void refuse_and_close(std::uint32_t request_id, const Error& error, SessionPort& fx);
    void end(Code reason, SessionPort& fx);
    // False: the request is not in flight; its answer comes too late.
    bool settle(std::uint32_t request_id, SessionPort& fx);
    void want_deadline(Time time, SessionPort& fx);
    // Reads while there is a slot, and the socket takes the answers.
    void update_reading(SessionPort& fx);
    // Opens a group that Hello resumes, or keeps it for later.
    void resume(GroupId gid, Epoch epoch, Seq seq, SessionPort& fx);
    // One of them has been answered.
    void resumed(SessionPort& fx);
    void resume_more(SessionPort& fx);
    // The client said something.
    void heard(SessionPort& fx);
    Seldom& seldom();
    void leave(GroupId gid, SessionPort& fx);

    UserId uid_;
    DeviceId device_;
    Time minted_;
    Time expires_;
    Time deadline_;
    Flight flight_;
    OpenGroups groups_;
    // Null but for a large resume, a slow socket, or one who sends, which most never do.
    std::unique_ptr<Seldom> seldom_;
    State state_{State::awaiting_hello};
    std::uint8_t silent_pulses_{};  // Since the client said something.
    std::uint8_t resuming_{};       // Opens of Hello on their way.
    bool paused_ : 1 {};            // Reading is.
    bool kept_ : 1 {};              // The socket has not taken all yet.
    bool away_ : 1 {};
    bool bench_ : 1 {};
    Misses misses_;
};

}  // namespace stentor::session
