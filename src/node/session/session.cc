#include "node/session/session.h"

#include <algorithm>
#include <utility>

#include "base/planted_bugs.h"
#include "node/session/commands.h"
#include "node/session/costs.h"
#include "wire/frames.h"

namespace stentor::session {

static_assert(sizeof(Session) + sizeof(OpenGroup) <= 168, "a process holds a million of them");

// ---- From the connection

namespace {

void tell_badges(pb::Pulse pulse, SessionPort& fx) {
    pb::ServerFrame frame;
    *frame.mutable_pulse() = std::move(pulse);
    fx.reply(wire::encode(frame));
}

}  // namespace

void Session::on_connected(Time now, SessionPort& fx) {
    want_deadline(now + limits::kHelloWithin, fx);
}

void Session::on_frame(const Rules& rules, std::string_view bytes, Time now, SessionPort& fx) {
    if (state_ == State::closing) return;
    if (bytes.size() > limits::kClientFrameBytes) {
        return refuse_and_close(0, {Code::frame_too_large, "frame", limits::kClientFrameBytes}, fx);
    }
    auto frame = wire::decode_command(bytes);
    if (!frame) return refuse_and_close(0, frame.error(), fx);
    const std::uint32_t request_id = frame->request_id();
    heard(fx);

    Commands commands{*this, rules, now, fx};
    if (state_ == State::awaiting_hello) {
        if (!frame->has_hello()) {
            return refuse_and_close(request_id, {.code = Code::hello_required, .where = "hello"},
                                    fx);
        }
        return commands.on_hello(*frame);
    }
    if (frame->has_hello()) {
        return refuse_and_close(request_id,
                                {.code = Code::hello_required, .where = "hello", .limit = 1}, fx);
    }
    if (now >= expires_) {
        return refuse_and_close(request_id, {.code = Code::token_expired, .where = "hello.token"},
                                fx);
    }
    if (frame->has_here()) return;  // It was heard.
    if (flight_.contains(request_id)) {
        // Told with the number that is taken; the first one's answer is still to come.
        return fx.reply(
            wire::encode_refused(request_id, {.code = Code::bad_field, .where = "request_id"}));
    }
    if (flight_.full()) {
        // Reading stops with the last slot, but what was read already may still come.
        return refuse_and_close(
            request_id, {Code::overloaded, "commands_in_flight", limits::kCommandsInFlight, 1'000},
            fx);
    }
    flight_.add(request_id, now + kAnswerWithin, frame->has_send() && !bench_);
    want_deadline(now + kAnswerWithin, fx);
    commands.on_command(std::move(*frame));
    update_reading(fx);
}

void Session::update_reading(SessionPort& fx) {
    const bool pause = flight_.full() || kept_;
    if (state_ != State::ready || pause == paused_) return;
    paused_ = pause;
    pause ? fx.pause_reading() : fx.resume_reading();
}

void Session::heard(SessionPort& fx) {
    silent_pulses_ = 0;
    if (!away_) return;
    away_ = false;
    for (const OpenGroup& group : groups_) {
        if (group.seat != kNoSeat) fx.seat_away(group.gid, false);
    }
}

void Session::on_pulse(std::uint32_t silent_pulses, SessionPort& fx) {
    if (away_ || state_ != State::ready) return;
    if (++silent_pulses_ <= std::min(silent_pulses, UINT8_MAX - 1U)) return;
    away_ = true;
    for (const OpenGroup& group : groups_) {
        if (group.seat != kNoSeat) fx.seat_away(group.gid, true);
    }
}

// ---- Pacing by the socket

void Session::on_kept(SessionPort& fx) {
    if (state_ != State::ready) return;
    kept_ = true;
    update_reading(fx);
}

void Session::on_drained(SessionPort& fx) {
    if (state_ != State::ready) return;
    kept_ = false;
    if (seldom_ != nullptr && seldom_->badges.badges_size() > 0) {
        tell_badges(std::exchange(seldom_->badges, {}), fx);
    }
    resume_more(fx);
    update_reading(fx);
}

void Session::resume(GroupId gid, Epoch epoch, Seq seq, SessionPort& fx) {
    if (resuming_ < limits::kResumesAtOnce && !kept_) {
        ++resuming_;
        return fx.open(0, gid, epoch, seq);
    }
    // The client's order: what it shows first is first.
    auto& resumes = seldom().resumes;
    resumes.insert(resumes.begin(), {.gid = gid, .epoch = epoch, .seq = seq});
}

void Session::resumed(SessionPort& fx) {
    if (resuming_ > 0) --resuming_;
    resume_more(fx);
}

void Session::resume_more(SessionPort& fx) {
    if (seldom_ == nullptr) return;
    auto& resumes = seldom_->resumes;
    while (!resumes.empty() && !kept_ && resuming_ < limits::kResumesAtOnce) {
        const Resume next = resumes.back();
        resumes.pop_back();
        if (groups_.find(next.gid) == nullptr) continue;  // Closed before its turn came.
        ++resuming_;
        fx.open(0, next.gid, next.epoch, next.seq);
    }
    if (resumes.empty() && seldom_->badges.badges_size() == 0 && !seldom_->sending) {
        seldom_ = nullptr;
    }
}

Session::Seldom& Session::seldom() {
    if (seldom_ == nullptr) seldom_ = std::make_unique<Seldom>();
    return *seldom_;
}

void Session::on_deadline(Time now, SessionPort& fx) {
    if (state_ == State::closing || now < deadline_) return;
    deadline_ = {};
    if (state_ == State::awaiting_hello) {
        return refuse_and_close(0,
                                {Code::hello_required, "hello",
                                 static_cast<std::uint64_t>(limits::kHelloWithin.count())},
                                fx);
    }
    if (now >= expires_) {
        return refuse_and_close(0, {.code = Code::token_expired, .where = "hello.token"}, fx);
    }
    while (const std::uint32_t request_id = flight_.take_due(now)) {
        fx.reply(wire::encode_refused(
            request_id, {.code = Code::timeout, .where = "answer", .retry_after_ms = 1'000}));
    }
    update_reading(fx);
    want_deadline(expires_, fx);
    if (const auto first = flight_.earliest()) want_deadline(*first, fx);
}

void Session::on_disconnected(SessionPort& fx) {
    state_ = State::closing;
    while (!groups_.empty()) leave(groups_.begin()->gid, fx);
}

void Session::on_fault(Code code, std::string_view where, SessionPort& fx) {
    if (state_ == State::closing) return;
    refuse_and_close(0, {.code = code, .where = where}, fx);
}

void Session::on_drain(Millis after, SessionPort& fx) {
    if (state_ == State::closing) return;
    pb::ServerFrame frame;
    frame.mutable_bye()->set_reason(pb::CODE_DRAINING);
    frame.mutable_bye()->set_after_ms(static_cast<std::uint32_t>(after.count()));
    fx.reply(wire::encode(frame));
    end(Code::draining, fx);
}

// ---- Answers

void Session::on_answer(std::uint32_t request_id, std::string payload, SessionPort& fx) {
    if (settle(request_id, fx)) fx.reply(std::move(payload));
}

// "Repair it and send it again at once" would run into the rate otherwise.
void Session::on_refusal(const Rules& rules, std::uint32_t request_id, Code code, Time now) {
    const bool sends = seldom_ != nullptr && seldom_->sending;
    if (!sends || !gives_back(code) || !flight_.rated(request_id)) return;
    seldom_->sending->given_back.pay(seldom_->sending->rate, limit_of(rate_of(rules, uid_)), now);
}

void Session::on_reply(std::uint32_t request_id, Result<bus::Reply> reply, SessionPort& fx) {
    if (!reply) {
        if (is_miss(reply.error())) on_miss(fx);
        return on_refused(request_id, {}, reply.error(), fx);
    }
    pb::ServerFrame frame;
    frame.set_request_id(request_id);
    if (auto* groups = std::get_if<pb::Groups>(&*reply)) {
        fx.spent(units_of_groups(groups->total()));
        *frame.mutable_groups() = std::move(*groups);
    } else if (auto* users = std::get_if<pb::Users>(&*reply)) {
        *frame.mutable_users() = std::move(*users);
    } else if (auto* log = std::get_if<pb::UserLog>(&*reply)) {
        *frame.mutable_user_log() = std::move(*log);
    } else if (auto* members = std::get_if<pb::Members>(&*reply)) {
        *frame.mutable_members() = std::move(*members);
    } else if (auto* readers = std::get_if<pb::Readers>(&*reply)) {
        *frame.mutable_readers() = std::move(*readers);
    } else if (auto* found = std::get_if<pb::FoundEntries>(&*reply)) {
        *frame.mutable_found_entries() = std::move(*found);
    } else if (auto* invites = std::get_if<pb::Invites>(&*reply)) {
        *frame.mutable_invites() = std::move(*invites);
    } else if (auto* moderation = std::get_if<pb::Moderation>(&*reply)) {
        *frame.mutable_moderation() = std::move(*moderation);
    } else {
        return on_refused(request_id, {}, {.code = Code::internal, .where = "reply"}, fx);
    }
    on_answer(request_id, wire::encode(frame), fx);
}

void Session::on_opened(std::uint32_t request_id, const OpenResult& opening, std::string payload,
                        SessionPort& fx) {
    misses_.pay_back();
    fx.spent(units_of_bytes(payload.size()));
    if (request_id == 0) resumed(fx);
    const bool awaited = state_ == State::ready && (request_id == 0 || settle(request_id, fx));
    OpenGroup* group = groups_.find(opening.gid);
    if (!awaited || group == nullptr) {
        groups_.opening_done(opening.gid);
        // Closed while it was being opened: the request still wants its answer.
        if (awaited && request_id != 0) {
            fx.reply(
                wire::encode_refused(request_id, {.code = Code::not_open, .where = "open.gid"}));
        }
        return;
    }
    if (group->opens > 0) --group->opens;
    group->epoch = opening.epoch;
    group->floor = opening.floor;
    group->version = opening.version;
    // Also what was hidden while the owner was answering.
    if (opening.overlay) group->overlay = 1;
    fx.reply(std::move(payload));
    if (group->seat != kNoSeat) {
        return fx.caught_up(opening.gid, group->seat, opening.epoch, opening.reached);
    }
    group->seat = fx.take_seat(opening.gid, opening.epoch, opening.reached);
    // Without a seat it could be read but never pushed to: the client is told to come back.
    if (group->seat == kNoSeat) {
        groups_.forget(opening.gid);
        return refuse_and_close(
            0, {.code = Code::shard_full, .where = "seat", .retry_after_ms = 1'000}, fx);
    }
    if (away_) fx.seat_away(opening.gid, true);
}

void Session::on_ranged(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq first, Seq last,
                        Seq head, std::string payload, SessionPort& fx) {
    fx.spent(units_of_bytes(payload.size()));
    if (!settle(request_id, fx)) return;
    const OpenGroup* group = groups_.find(gid);
    // They were put out, or closed the group, while the page was on its way; or came back since,
    // and sees less than when it was asked for.
    const bool shown = group != nullptr && group->seat != kNoSeat &&
                       (first > group->floor || planted(Bug::floor_ignored_at_pull));
    if (!shown) {
        fx.reply(wire::encode_refused(request_id, {.code = Code::not_open, .where = "pull.gid"}));
        return;
    }
    fx.reply(std::move(payload));
    if (last >= head && epoch == group->epoch) fx.caught_up(gid, group->seat, epoch, last);
}

void Session::on_refused(std::uint32_t request_id, GroupId gid, const Error& error,
                         SessionPort& fx) {
    if (state_ != State::ready) return;
    OpenGroup* group = groups_.find(gid);
    if (group != nullptr && group->opens > 0) {
        const bool gone = error.code == Code::not_found || error.code == Code::not_a_member;
        if (gone) {
            on_miss(fx);
        } else {
            misses_.pay_back();
        }
        // Another Open may have seen them let in since: whoever has a seat is asked about again.
        if (gone && group->seat != kNoSeat) fx.recheck(gid);
        groups_.opening_done(gid);
    }
    if (request_id != 0) {
        if (settle(request_id, fx)) fx.reply(wire::encode_refused(request_id, error));
        return;
    }
    pb::ServerFrame frame;
    *frame.mutable_refused() = wire::refused_of(error);
    frame.mutable_refused()->set_gid(gid.value);
    fx.reply(wire::encode(frame));
    resumed(fx);
}

// ---- Unasked

void Session::on_ousted(GroupId gid, std::uint64_t version, std::string payload, SessionPort& fx) {
    const OpenGroup* group = groups_.find(gid);
    if (state_ != State::ready || group == nullptr || group->seat == kNoSeat) return;
    if (version != 0 && version <= group->version) return;
    leave(gid, fx);
    fx.reply(std::move(payload));
}

void Session::on_badges(pb::Pulse pulse, SessionPort& fx) {
    auto& badges = *pulse.mutable_badges();
    const auto shown = [&](const pb::Badge& badge) {
        const OpenGroup* group = groups_.find({badge.gid()});
        return group != nullptr && group->seat != kNoSeat;
    };
    badges.erase(std::remove_if(badges.begin(), badges.end(), shown), badges.end());
    if (state_ != State::ready || badges.empty()) return;
    if (!kept_) return tell_badges(std::move(pulse), fx);
    pb::Pulse& waiting = seldom().badges;
    for (pb::Badge& badge : badges) {
        auto& kept = *waiting.mutable_badges();
        const auto known = std::ranges::find(kept, badge.gid(), &pb::Badge::gid);
        pb::Badge& place = known == kept.end() ? *kept.Add() : *known;
        // What an earlier one told once is told with the newest.
        const bool changed = place.changed() || badge.changed();
        std::string name = badge.name().empty() ? place.name() : badge.name();
        place = std::move(badge);
        place.set_changed(changed);
        place.set_name(std::move(name));
    }
    pulse.clear_badges();
    pulse.mutable_badges()->Swap(waiting.mutable_badges());
    waiting = std::move(pulse);
}

void Session::on_account_moved(const Rules& rules, SessionPort& fx) {
    if (!rules.gate.passes(uid_, minted_)) on_expelled(kVoidToken, fx);
}

void Session::on_overlay(GroupId gid) {
    if (OpenGroup* group = groups_.find(gid)) group->overlay = 1;
}

void Session::on_expelled(const Error& error, SessionPort& fx) {
    if (state_ == State::ready) refuse_and_close(0, error, fx);
}

void Session::on_seat_moved(GroupId gid, SeatIndex seat) {
    if (OpenGroup* group = groups_.find(gid)) group->seat = seat;
}

// ---- What all of them share

// The entry goes first: the seat's leaving makes another seat move, which may be one of ours.
void Session::leave(GroupId gid, SessionPort& fx) {
    const OpenGroup* group = groups_.find(gid);
    if (group == nullptr) return;
    const SeatIndex seat = group->seat;
    groups_.forget(gid);
    if (seat == kNoSeat) return;
    if (away_) fx.seat_away(gid, false);
    fx.leave_seat(gid, seat);
}

bool Session::settle(std::uint32_t request_id, SessionPort& fx) {
    if (state_ != State::ready || !flight_.remove(request_id)) return false;
    update_reading(fx);
    return true;
}

void Session::refuse(std::uint32_t request_id, const Error& error, SessionPort& fx) {
    settle(request_id, fx);
    fx.reply(wire::encode_refused(request_id, error));
}

void Session::refuse_and_close(std::uint32_t request_id, const Error& error, SessionPort& fx) {
    fx.reply(wire::encode_refused(request_id, error));
    end(error.code, fx);
}

void Session::end(Code reason, SessionPort& fx) {
    on_disconnected(fx);
    fx.close(close_code(reason), reason);
}

// A timer that is early does no harm: on_deadline looks at what is really due.
void Session::want_deadline(Time time, SessionPort& fx) {
    if (deadline_ != Time{} && deadline_ <= time) return;
    deadline_ = time;
    fx.set_deadline(time);
}

}  // namespace stentor::session
