#include "client/client.h"

#include <algorithm>
#include <utility>

#include "client/groups.h"
#include "client/requests.h"
#include "client/sends.h"
#include "client/user_log.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::client {
namespace {

using State = Connection::State;

constexpr Time kNever = Time::max();
// Beside the two pulses that may be missed: a pulse's own way.
constexpr Millis kPulseSlack{5'000};

bool is_final(Code code) { return remedy(code) == Remedy::ask || remedy(code) == Remedy::never; }

}  // namespace

Client::Client(Host& host, std::shared_ptr<const Settings> settings, std::string token,
               DeviceId device)
    : state_{.host = host,
             .settings = std::move(settings),
             .token = std::move(token),
             .device = device} {}

// ---- Wishes

void Client::start(Moment moment) {
    Connection& connection = state_.connection;
    if (connection.state != State::stopped) return;
    connection.state = State::waiting;
    connection.deadline = moment.now;
    proceed(moment);
}

void Client::stop() {
    Connection& connection = state_.connection;
    if (connection.state == State::stopped) return;
    if (connection.state != State::waiting) state_.host.disconnect();
    lose();
    connection.state = State::stopped;
}

void Client::reconnect(Moment moment, Millis pause) {
    Connection& connection = state_.connection;
    if (connection.state == State::stopped) return;
    stop();
    connection.state = State::waiting;
    connection.deadline = moment.now + pause;
    proceed(moment);
}

void Client::set_token(Moment moment, std::string token) {
    Connection& connection = state_.connection;
    state_.token = std::move(token);
    if (connection.state != State::waiting || connection.deadline != kNever) return;
    connection.deadline = moment.now;
    proceed(moment);
}

void Client::watch(Moment moment, GroupId gid, Epoch epoch, Seq seq, Digest digest) {
    if (find_group(state_, gid) != nullptr) return;
    state_.groups.emplace_back(gid, epoch, seq, digest);
    proceed(moment);
}

void Client::unwatch(Moment moment, GroupId gid) {
    const auto is = [gid](const GroupCursor& group) { return group.gid() == gid; };
    if (std::erase_if(state_.groups, is) == 0 || !ready() || !state_.requests.room()) return;
    pb::ClientFrame frame;
    frame.mutable_close()->set_gid(gid.value);
    send_command(state_, moment, frame, Purpose::open, gid);
    proceed(moment);
}

void Client::post(Moment moment, GroupId gid, const Cmid& cmid, std::string body, Seq seen) {
    state_.outbox.add({.gid = gid, .cmid = cmid, .seen = seen, .body = std::move(body)});
    if (ready()) proceed(moment);
}

void Client::offer_again(Moment moment, GroupId gid, std::vector<Lost> lost) {
    // What is in flight here went out before the fork was known: the whole chain goes again.
    send_again(state_, gid, moment.now, false);
    std::vector<Outbox::Item> items;
    for (Lost& send : lost) {
        items.push_back({.gid = gid, .cmid = send.cmid, .seen = {}, .body = std::move(send.body)});
    }
    state_.outbox.add_first(gid, std::move(items));
    if (ready()) proceed(moment);
}

std::uint32_t Client::ask(Moment moment, pb::ClientFrame frame) {
    if (!ready() || !state_.requests.room()) return 0;
    const std::uint32_t id = send_command(state_, moment, frame, Purpose::other, {});
    proceed(moment);
    return id;
}

// ---- Looks

const GroupCursor* Client::cursor(GroupId gid) const { return find_group(state_, gid); }

bool Client::caught_up() const {
    using Phase = GroupCursor::Phase;
    return ready() && std::ranges::all_of(state_.groups, [](const GroupCursor& group) {
               return group.phase == Phase::refused ||
                      (group.phase == Phase::open && !group.behind());
           });
}

// ---- The connection

void Client::on_connected(Moment moment) {
    Connection& connection = state_.connection;
    if (connection.state != State::connecting) return;
    connection.state = State::greeting;
    connection.deadline = moment.now + state_.settings->connect_within;
    hello(moment);
    arm(moment);
}

void Client::on_closed(Moment moment) {
    Connection& connection = state_.connection;
    if (connection.state == State::stopped || connection.state == State::waiting) return;
    lose();
    wait(moment, std::exchange(connection.pause, Millis{}));
    arm(moment);
}

void Client::on_wake(Moment moment) {
    Connection& connection = state_.connection;
    connection.armed = {};
    if (connection.state == State::stopped) return;
    const bool late = moment.now >= connection.deadline;
    if (((connection.state == State::connecting || connection.state == State::greeting) && late) ||
        (ready() && moment.now >= connection.silent_until)) {
        hang_up(moment, {});
    }
    proceed(moment);
}

void Client::lose() {
    state_.outbox.disconnected();
    user_log_lost(state_.user_log);
    groups_lost(state_);
    lose_requests(state_);
    state_.host.on_lost();
}

void Client::wait(Moment moment, Millis least) {
    Connection& connection = state_.connection;
    connection.state = State::waiting;
    connection.deadline =
        moment.now + least + backoff(*state_.settings, connection.tries++, moment.random);
}

// And connects again after `least`, and what comes on top with each try.
void Client::hang_up(Moment moment, Millis least) {
    state_.host.disconnect();
    lose();
    wait(moment, least);
}

void Client::hello(Moment moment) {
    pb::ClientFrame frame;
    pb::Hello& hello = *frame.mutable_hello();
    hello.set_token(state_.token);
    hello.set_device(state_.device.value);
    hello.set_client(state_.settings->name);
    hello.set_version(1);
    hello.set_user_log_seq(state_.user_log.seq);
    resume_groups(state_, moment, hello);
    send_command(state_, moment, frame, Purpose::hello, {});
}

void Client::on_message(Moment moment, std::string_view bytes) {
    Connection& connection = state_.connection;
    if (connection.state != State::greeting && !ready()) return;
    connection.silent_until = moment.now + 2 * connection.pulse + kPulseSlack;
    const auto frame = wire::decode_event(bytes);
    if (!frame) {  // Nothing that follows can be trusted either.
        hang_up(moment, {});
        return arm(moment);
    }
    dispatch(moment, *frame);
    proceed(moment);
}

void Client::dispatch(Moment moment, const pb::ServerFrame& frame) {
    const Request request = take_request(state_.requests, frame.request_id());
    const bool asked = request.id != 0 && request.purpose == Purpose::other;
    if (asked) state_.host.on_answer(request.id, frame);
    // Whatever it answers, it is the session that is over: no send was looked at, none is given up.
    if (frame.has_refused() && frame.refused().code() == pb::CODE_TOKEN_INVALID) {
        return over(Code::token_invalid);
    }
    if (asked) return;
    switch (frame.event_case()) {
        case pb::ServerFrame::kWelcome: return welcome(moment, frame.welcome());
        case pb::ServerFrame::kSent: return on_sent(state_, frame.sent());
        case pb::ServerFrame::kUserLog:
            return on_user_log(state_, moment, request, frame.user_log());
        case pb::ServerFrame::kRefused: return refused(moment, request, frame.refused());
        case pb::ServerFrame::kBye: return on_bye(frame.bye());
        case pb::ServerFrame::kPulse: say_here(moment); [[fallthrough]];
        default: on_group_event(state_, moment, frame);
    }
}

void Client::on_bye(const pb::Bye& bye) {
    state_.connection.pause = Millis{bye.after_ms()};
    if (const auto code = static_cast<Code>(bye.reason()); is_final(code)) over(code);
}

// Not among the requests: it has no answer.
void Client::say_here(Moment moment) {
    const Millis after = state_.connection.here_after;
    const bool wanted = state_.settings->says_here && after != Millis{};
    if (!wanted || moment.now - state_.requests.said_at < after) return;
    state_.requests.said_at = moment.now;
    pb::ClientFrame frame;
    frame.mutable_here();
    state_.host.transmit(wire::encode(frame));
}

void Client::welcome(Moment moment, const pb::Welcome& welcome) {
    Connection& connection = state_.connection;
    connection.state = State::ready;
    connection.tries = 0;
    state_.user_log.fresh = true;
    std::erase_if(state_.requests.open,
                  [](const Request& request) { return request.purpose == Purpose::hello; });
    state_.uid = {welcome.uid()};
    if (welcome.pulse_s() != 0) {
        connection.pulse = Millis{std::uint64_t{welcome.pulse_s()} * 1000};
    }
    connection.silent_until = moment.now + 2 * connection.pulse + kPulseSlack;
    if (welcome.limits().commands_in_flight() != 0) {
        state_.requests.in_flight_max = welcome.limits().commands_in_flight();
    }
    // Half of the time after which one is not online any more.
    connection.here_after = Millis{std::uint64_t{welcome.here_s()} * 500};
    connection.clock_offset = from_ms(welcome.time_ms()) - moment.now;
    state_.host.on_ready(state_.uid);
}

void Client::over(Code reason) {
    state_.host.disconnect();
    lose();
    state_.connection.state = State::stopped;
    state_.host.on_stopped(reason);
}

void Client::refused(Moment moment, const Request& request, const pb::Refused& refused) {
    const Millis after{refused.retry_after_ms()};
    if (request.purpose == Purpose::user_log) return user_log_failed(state_, moment, after);
    if (refused.gid() != 0) {
        return refused_group(state_, moment, {refused.gid()}, request.purpose, refused);
    }
    if (request.purpose == Purpose::send) return refused_send(state_, moment, request.id, refused);
    if (request.purpose != Purpose::hello) {
        return refused_group(state_, moment, request.gid, request.purpose, refused);
    }

    const Code code{static_cast<std::uint16_t>(refused.code())};
    if (is_final(code)) return over(code);
    hang_up(moment, after);
    if (code != Code::token_expired) return;
    state_.connection.deadline = kNever;
    state_.host.on_token_wanted();
}

// ---- What is due

void Client::proceed(Moment moment) {
    Connection& connection = state_.connection;
    if (connection.state == State::waiting && moment.now >= connection.deadline) {
        connection.state = State::connecting;
        connection.deadline = moment.now + state_.settings->connect_within;
        state_.host.connect();
    }
    if (ready()) {
        expire_requests(state_, moment);
        expire_opens(state_, moment);
        open_groups(state_, moment);
        pull_gaps(state_, moment);
        fetch_user_log(state_, moment);
        flush_outbox(state_, moment);
    }
    arm(moment);
}

// What is due already was seen to by proceed(): only what lies ahead asks for a wake-up.
void Client::arm(Moment moment) {
    Connection& connection = state_.connection;
    if (connection.state == State::stopped) return;
    Time due = connection.deadline;
    if (ready()) {
        due = connection.silent_until;
        const auto wake = [&](Time at) {
            if (at > moment.now) due = std::min(due, at);
        };
        for (const Request& request : state_.requests.open) due = std::min(due, request.deadline);
        for (const GroupCursor& group : state_.groups) {
            if (group.phase != GroupCursor::Phase::refused) wake(group.not_before);
        }
        wake(state_.user_log.not_before);
        for (const Outbox::Chain& chain : state_.outbox.chains()) {
            if (chain.waiting > 0) wake(chain.not_before);
        }
    }
    // An earlier wake-up finds nothing to do and arms again, which is cheaper than moving it at
    // every message.
    const bool earlier = connection.armed > moment.now && connection.armed <= due;
    if (due == kNever || earlier) return;
    connection.armed = due;
    state_.host.wake_at(due);
}

}  // namespace stentor::client
