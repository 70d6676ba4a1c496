#include "client/client.h"

#include <algorithm>
#include <utility>

#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::client {
namespace {

constexpr Time kNever = Time::max();
// Beside the two pulses that may be missed: a pulse's own way.
constexpr Millis kPulseSlack{5'000};

bool is_final(Code code) { return remedy(code) == Remedy::ask || remedy(code) == Remedy::never; }

}  // namespace

Client::Client(Host& host, std::shared_ptr<const Settings> settings, std::string token,
               DeviceId device)
    : host_(host), settings_(std::move(settings)), token_(std::move(token)), device_(device) {}

// ---- Wishes

void Client::start(Moment moment) {
    if (state_ != State::stopped) return;
    state_ = State::waiting;
    deadline_ = moment.now;
    proceed(moment);
}

void Client::stop() {
    if (state_ == State::stopped) return;
    if (state_ != State::waiting) host_.disconnect();
    lose();
    state_ = State::stopped;
}

void Client::reconnect(Moment moment, Millis pause) {
    if (state_ == State::stopped) return;
    if (state_ != State::waiting) host_.disconnect();
    lose();
    state_ = State::waiting;
    deadline_ = moment.now + pause;
    proceed(moment);
}

void Client::set_token(Moment moment, std::string token) {
    token_ = std::move(token);
    if (state_ != State::waiting || deadline_ != kNever) return;
    deadline_ = moment.now;
    proceed(moment);
}

std::uint32_t Client::ask(Moment moment, pb::ClientFrame frame) {
    if (state_ != State::ready || !room()) return 0;
    const std::uint32_t id = command(moment, frame, Purpose::other, {});
    proceed(moment);
    return id;
}

// ---- The connection

void Client::on_connected(Moment moment) {
    if (state_ != State::connecting) return;
    state_ = State::greeting;
    deadline_ = moment.now + settings_->connect_within;
    hello(moment);
    arm(moment);
}

void Client::on_closed(Moment moment) {
    if (state_ == State::stopped || state_ == State::waiting) return;
    lose();
    wait(moment, std::exchange(pause_, Millis{}));
    arm(moment);
}

void Client::on_wake(Moment moment) {
    armed_ = {};
    if (state_ == State::stopped) return;
    const bool late = moment.now >= deadline_;
    if (((state_ == State::connecting || state_ == State::greeting) && late) ||
        (state_ == State::ready && moment.now >= silent_until_)) {
        host_.disconnect();
        lose();
        wait(moment, {});
    }
    proceed(moment);
}

void Client::lose() {
    const auto requests = std::exchange(requests_, {});
    outbox_.disconnected();
    user_log_.fetching = user_log_.fresh = false;
    user_log_.not_before = {};
    for (GroupCursor& group : groups_) {
        if (group.phase != GroupCursor::Phase::refused) group.phase = GroupCursor::Phase::closed;
        group.pulling = false;
        group.not_before = {};
    }
    for (const Request& request : requests) {
        if (request.purpose != Purpose::other) continue;
        pb::ServerFrame frame;
        frame.set_request_id(request.id);
        *frame.mutable_refused() = wire::refused_of({.code = Code::timeout});
        host_.on_answer(request.id, frame);
    }
    host_.on_lost();
}

void Client::wait(Moment moment, Millis least) {
    state_ = State::waiting;
    deadline_ = moment.now + least + backoff(tries_++, moment.random);
}

Millis Client::backoff(std::uint32_t tries, std::uint64_t random) const {
    const std::uint32_t doublings = std::min(tries, 16U);
    const Millis most = std::min(settings_->retry_max, settings_->retry_min * (1 << doublings));
    return Millis{spread(random + tries) % (static_cast<std::uint64_t>(most.count()) + 1)};
}

void Client::hello(Moment moment) {
    pb::ClientFrame frame;
    pb::Hello& hello = *frame.mutable_hello();
    hello.set_token(token_);
    hello.set_device(device_.value);
    hello.set_client(settings_->name);
    hello.set_version(1);
    hello.set_user_log_seq(user_log_.seq);
    for (GroupCursor& group : groups_) {
        if (group.phase == GroupCursor::Phase::refused) continue;
        if (static_cast<std::size_t>(hello.resume_size()) == limits::kResumes) break;
        pb::Cursor& cursor = *hello.add_resume();
        cursor.set_gid(group.gid().value);
        cursor.set_epoch(group.epoch().value);
        cursor.set_seq(group.seq().value);
        group.phase = GroupCursor::Phase::opening;
        group.open_request = 0;
        group.not_before = moment.now + settings_->answer_within;
    }
    command(moment, frame, Purpose::hello, {});
}

std::uint32_t Client::command(Moment moment, pb::ClientFrame& frame, Purpose purpose, GroupId gid) {
    if (next_id_ == 0) next_id_ = 1;
    const std::uint32_t id = next_id_++;
    frame.set_request_id(id);
    requests_.push_back({id, purpose, gid, moment.now + settings_->answer_within});
    said_at_ = moment.now;
    host_.transmit(wire::encode(frame));
    return id;
}

Client::Request Client::take_request(std::uint32_t id) {
    const auto found = std::ranges::find(requests_, id, &Request::id);
    if (id == 0 || found == requests_.end()) return {0, Purpose::other, {}, {}};
    const Request request = *found;
    requests_.erase(found);
    return request;
}

void Client::on_message(Moment moment, std::string_view bytes) {
    if (state_ != State::greeting && state_ != State::ready) return;
    silent_until_ = moment.now + 2 * pulse_ + kPulseSlack;
    const auto frame = wire::decode_event(bytes);
    if (!frame) {  // Nothing that follows can be trusted either.
        host_.disconnect();
        lose();
        wait(moment, {});
        arm(moment);
        return;
    }
    dispatch(moment, *frame);
    proceed(moment);
}

void Client::dispatch(Moment moment, const pb::ServerFrame& frame) {
    const Request request = take_request(frame.request_id());
    if (request.id != 0 && request.purpose == Purpose::other) host_.on_answer(request.id, frame);
    // Whatever it answers, it is the session that is over: no send was looked at, none is given up.
    if (frame.has_refused() && frame.refused().code() == pb::CODE_TOKEN_INVALID) {
        return over(Code::token_invalid);
    }
    if (request.id != 0 && request.purpose == Purpose::other) return;
    switch (frame.event_case()) {
        case pb::ServerFrame::kWelcome: return welcome(moment, frame);
        case pb::ServerFrame::kSent: return sent(frame);
        case pb::ServerFrame::kUserLog: {
            const bool answers = request.purpose == Purpose::user_log && request.id != 0;
            const bool continues = answers || std::exchange(user_log_.fresh, false);
            if (answers) user_log_.fetching = false;
            return on_user_log(moment, frame.user_log(), continues);
        }
        case pb::ServerFrame::kRefused: return refused(moment, request, frame.refused());
        case pb::ServerFrame::kBye:
            pause_ = Millis{frame.bye().after_ms()};
            if (const auto code = static_cast<Code>(frame.bye().reason()); is_final(code))
                over(code);
            return;
        case pb::ServerFrame::kPulse: say_here(moment); [[fallthrough]];
        default: on_group_event(moment, frame);
    }
}

// Not in requests_: it has no answer.
void Client::say_here(Moment moment) {
    const bool wanted = settings_->says_here && here_after_ != Millis{};
    if (!wanted || moment.now - said_at_ < here_after_) return;
    said_at_ = moment.now;
    pb::ClientFrame frame;
    frame.mutable_here();
    host_.transmit(wire::encode(frame));
}

void Client::welcome(Moment moment, const pb::ServerFrame& frame) {
    const pb::Welcome& welcome = frame.welcome();
    state_ = State::ready;
    tries_ = 0;
    user_log_.fresh = true;
    std::erase_if(requests_, [](const Request& r) { return r.purpose == Purpose::hello; });
    uid_ = {welcome.uid()};
    if (welcome.pulse_s() != 0) pulse_ = Millis{std::uint64_t{welcome.pulse_s()} * 1000};
    silent_until_ = moment.now + 2 * pulse_ + kPulseSlack;
    if (welcome.limits().commands_in_flight() != 0) {
        in_flight_max_ = welcome.limits().commands_in_flight();
    }
    // Half of the time after which one is not online any more.
    here_after_ = Millis{std::uint64_t{welcome.here_s()} * 500};
    clock_offset_ = from_ms(welcome.time_ms()) - moment.now;
    host_.on_ready(uid_);
}

void Client::over(Code reason) {
    host_.disconnect();
    lose();
    state_ = State::stopped;
    host_.on_stopped(reason);
}

void Client::refused(Moment moment, const Request& request, const pb::Refused& refused) {
    if (request.purpose == Purpose::user_log) {
        user_log_.fetching = false;
        user_log_.not_before = moment.now + Millis{refused.retry_after_ms()} +
                               backoff(user_log_.tries++, moment.random);
        return;
    }
    if (refused.gid() != 0) {
        return refused_group(moment, {refused.gid()}, request.purpose, refused);
    }
    if (request.purpose == Purpose::send) return refused_send(moment, request.id, refused);
    if (request.purpose != Purpose::hello) {
        return refused_group(moment, request.gid, request.purpose, refused);
    }

    const Code code{static_cast<std::uint16_t>(refused.code())};
    if (is_final(code)) return over(code);
    host_.disconnect();
    lose();
    wait(moment, Millis{refused.retry_after_ms()});
    if (code != Code::token_expired) return;
    deadline_ = kNever;
    host_.on_token_wanted();
}

// ---- What is due

void Client::proceed(Moment moment) {
    if (state_ == State::waiting && moment.now >= deadline_) {
        state_ = State::connecting;
        deadline_ = moment.now + settings_->connect_within;
        host_.connect();
    }
    if (state_ == State::ready) {
        expire(moment);
        open_groups(moment);
        pull_gaps(moment);
        fetch_user_log(moment);
        flush_outbox(moment);
    }
    arm(moment);
}

// A command without an answer in time: its outcome is unknown, so it goes out again.
void Client::expire(Moment moment) {
    for (std::size_t i = 0; i < requests_.size();) {
        const Request request = requests_[i];
        if (moment.now < request.deadline) {
            ++i;
            continue;
        }
        requests_.erase(requests_.begin() + static_cast<std::ptrdiff_t>(i));
        if (GroupCursor* group = find(request.gid);
            group != nullptr && request.purpose == Purpose::pull) {
            group->pulling = false;
            group->not_before = moment.now + backoff(group->tries++, moment.random);
        } else if (request.purpose == Purpose::send && outbox_.by_request(request.id) != nullptr) {
            const std::uint32_t tries = outbox_.count_try(request.gid);
            again(request.gid, moment.now + backoff(tries, moment.random), true);
            i = 0;  // The chain's other requests left as well.
        } else if (request.purpose == Purpose::user_log) {
            user_log_.fetching = false;
            user_log_.not_before = moment.now + backoff(user_log_.tries++, moment.random);
        } else if (request.purpose == Purpose::other) {
            pb::ServerFrame frame;
            *frame.mutable_refused() = wire::refused_of({.code = Code::timeout});
            host_.on_answer(request.id, frame);
        }
    }
    for (GroupCursor& group : groups_) {
        if (group.phase == GroupCursor::Phase::opening && moment.now >= group.not_before) {
            group.phase = GroupCursor::Phase::closed;
            group.not_before = moment.now + backoff(group.tries++, moment.random);
        }
    }
}

// What is due already was seen to by proceed(): only what lies ahead asks for a wake-up.
void Client::arm(Moment moment) {
    if (state_ == State::stopped) return;
    Time due = deadline_;
    if (state_ == State::ready) {
        due = silent_until_;
        for (const Request& request : requests_) due = std::min(due, request.deadline);
        for (const GroupCursor& group : groups_) {
            if (group.not_before > moment.now && group.phase != GroupCursor::Phase::refused) {
                due = std::min(due, group.not_before);
            }
        }
        if (user_log_.not_before > moment.now) due = std::min(due, user_log_.not_before);
        for (const Outbox::Chain& chain : outbox_.chains()) {
            if (chain.waiting > 0 && chain.not_before > moment.now) {
                due = std::min(due, chain.not_before);
            }
        }
    }
    // An earlier wake-up finds nothing to do and arms again, which is cheaper than moving it at
    // every message.
    if (due == kNever || (armed_ > moment.now && armed_ <= due)) return;
    armed_ = due;
    host_.wake_at(due);
}

}  // namespace stentor::client
