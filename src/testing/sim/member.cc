#include "testing/sim/member.h"

#include <algorithm>
#include <utility>

#include "wire/frames.h"

namespace stentor::sim {

Member::Member(const Deps& deps, const Token& token, DeviceId device, Kind kind)
    : deps_{deps},
      world_{deps.world},
      token_{token},
      uid_{token.uid},
      device_{device},
      kind_{kind} {}

Member::~Member() {
    *alive_ = false;
    if (link_ != nullptr) link_->client_gone();
}

client::Moment Member::moment() { return {.now = world_.now(), .random = world_.random.next()}; }

std::string Member::name() const {
    return "user " + std::to_string(uid_.value) + "." + std::to_string(device_.value);
}

void Member::start() {
    client_ = std::make_unique<client::Client>(static_cast<client::Host&>(*this), deps_.settings,
                                               token_.text(), device_);
    client_->start(moment());
    plan_act();
}

void Member::create_group(bool history_for_joiners) {
    pb::CreateGroup& creation = creation_.emplace();
    creation.mutable_settings()->set_name("group of " + name());
    creation.mutable_settings()->set_history_for_joiners(history_for_joiners);
    if (world_.random.chance(300)) creation.mutable_settings()->set_welcome("Welcome.");
    if (world_.random.chance(300)) {
        creation.mutable_settings()->set_hold_ms(
            static_cast<std::uint32_t>(world_.random.between(Millis{1}, Millis{2'000}).count()));
        creation.mutable_settings()->set_hold_entries(world_.random.chance(500) ? 10 : 0);
    }
    creation.set_cmid(std::string{Cmid::made_at(world_.now(), world_.random.bytes10()).view()});
}

// ---- What happens to it

void Member::cut() {
    if (link_ == nullptr) return;
    world_.count(Seen::connection_dropped);
    link_->cut();
}

void Member::go_silent() {
    if (link_ == nullptr) return;
    world_.count(Seen::connection_half_open);
    link_->go_silent();
}

// A page in the background, a program that hangs: it goes on after a while, perhaps too late.
void Member::stop_reading() {
    if (link_ == nullptr) return;
    link_->stop_reading();
    const Millis pause = world_.random.between(Millis{500}, 2 * limits::kStuckWithin);
    world_.clock.after(pause, [link = link_] { link->read_again(); });
}

// Its disk keeps the cursors and the sends that were not answered; all else is new.
void Member::crash() {
    if (client_ == nullptr || stopped_ || signed_out_) return;
    world_.count(Seen::client_crashed);
    world_.tell([&] { return name() + " crashes"; });
    restart();
}

void Member::restart() {
    if (link_ != nullptr) link_->client_gone();
    link_.reset();
    ++dial_number_;
    ++wake_number_;
    opens_.clear();
    hostile_pulls_.clear();
    commands_.clear();
    creation_request_ = 0;
    for (const auto& [gid, attendance] : attendances_) remember(gid);
    client_ = std::make_unique<client::Client>(static_cast<client::Host&>(*this), deps_.settings,
                                               token_.text(), device_);
    client_->set_user_log(log_seq_);
    for (auto& [gid, attendance] : attendances_) {
        attendance.request = 0;
        if (attendance.inside) watch(gid);
    }
    for (const Pending& pending : pending_) {
        client_->post(moment(), pending.gid, pending.cmid, pending.body, pending.seen);
    }
    client_->start(moment());
}

void Member::heal() {
    healed_ = true;
    if (link_ != nullptr) link_->heal();
}

void Member::look_again() {
    for (auto& [gid, attendance] : attendances_) {
        attendance.unscrolled = attendance.inside;
        if (attendance.inside) unwatch(gid);
    }
    if (client_ != nullptr && !stopped_ && !signed_out_) client_->reconnect(moment(), Millis{0});
}

std::optional<std::string> Member::lacks() const {
    if (stopped_) return std::nullopt;
    if (signed_out_) return name() + " has not signed in again";
    if (!pending_.empty())
        return name() + " has " + std::to_string(pending_.size()) + " unanswered";
    if (deps_.checks.is_quiet() && kind_ != Kind::hostile) {
        const auto log = deps_.store.truth().user_log(uid_, log_seq_, 1);
        if (log && log_seq_ != log->head) {
            return name() + " holds " + std::to_string(log_seq_) + " of its own log, of " +
                   std::to_string(log->head);
        }
    }
    for (const auto& [gid, attendance] : attendances_) {
        const client::GroupCursor* cursor = client_->cursor(gid);
        const bool member = deps_.checks.is_member(gid, uid_);
        const std::string where = name() + " in group " + std::to_string(gid.value);
        if (attendance.wants_in || attendance.wants_out) return where + " waits to join or leave";
        if (!attendance.inside) continue;
        if (cursor == nullptr) return where + " does not watch it";
        if (member && cursor->seq() != deps_.checks.head(gid)) {
            return where + " holds " + std::to_string(cursor->seq().value) + " of " +
                   std::to_string(deps_.checks.head(gid).value);
        }
        if (!member) return where + " was not told that they are out";
        if (!deps_.checks.is_quiet() || kind_ == Kind::hostile) continue;
        if (attendance.unscrolled) return where + " has not looked at its oldest page";
        if (auto difference = disagrees(gid, attendance)) return where + " " + *difference;
    }
    return std::nullopt;
}

// ---- Being in a group

void Member::watch(GroupId gid) {
    Attendance& attendance = attendances_[gid];
    attendance.fresh = false;
    client_->watch(moment(), gid, attendance.epoch, attendance.seq, attendance.digest);
}

void Member::unwatch(GroupId gid) {
    remember(gid);
    client_->unwatch(moment(), gid);
}

void Member::remember(GroupId gid) {
    const client::GroupCursor* cursor = client_->cursor(gid);
    Attendance& attendance = attendances_[gid];
    if (cursor == nullptr || attendance.fresh) return;
    attendance.epoch = cursor->epoch();
    attendance.seq = cursor->seq();
    attendance.digest = cursor->digest();
}

void Member::entered(GroupId gid, Seq floor) {
    Attendance& attendance = attendances_[gid];
    attendance.request = 0;
    attendance.wants_in = false;
    if (attendance.inside) return;
    attendance.inside = true;
    attendance.fresh = true;
    world_.count(attendance.left_once ? Seen::left_and_came_back : Seen::joined);
    if (std::exchange(attendance.kicked, false)) world_.count(Seen::kicked_and_came_back);
    attendance.view = deps_.checks.ledger().add_view(device_.value, gid, floor);
    if (kind_ == Kind::hostile) deps_.checks.ledger().excuse(*attendance.view);
    attendance.view_epoch = deps_.checks.epoch();
    attendance.epoch = attendance.shown_epoch = {};
    attendance.seq = {};
    attendance.digest = {};
    attendance.shown.clear();
}

void Member::gone(GroupId gid) {
    Attendance& attendance = attendances_[gid];
    attendance.request = 0;
    attendance.wants_out = false;
    if (!std::exchange(attendance.inside, false)) return;
    attendance.left_once = true;
    world_.count(Seen::left);
    // What reached them from outside their stay was judged entry by entry.
    if (attendance.view) deps_.checks.ledger().excuse(*attendance.view);
}

void Member::on_group_created(const pb::ServerFrame& frame) {
    creation_request_ = 0;
    if (!frame.has_group_ready()) return;
    const GroupId gid{frame.group_ready().gid()};
    creation_.reset();
    deps_.groups.push_back(gid);
    founded_.insert(gid);
    entered(gid, {frame.group_ready().floor()});
}

void Member::on_answer(std::uint32_t request_id, const pb::ServerFrame& frame) {
    if (request_id == creation_request_ && creation_) return on_group_created(frame);
    if (const auto pull = hostile_pulls_.extract(request_id); !pull.empty()) {
        if (frame.has_range()) world_.count(Seen::hostile_pull_answered);
        return;
    }
    if (const auto asked = commands_.extract(request_id); !asked.empty()) {
        return on_command_answered(asked.mapped(), frame);
    }
    for (auto& [gid, attendance] : attendances_) {
        if (attendance.request != request_id) continue;
        attendance.request = 0;
        if (frame.has_group_ready() && attendance.wants_in) {
            return entered(gid, {frame.group_ready().floor()});
        }
        const bool unknown =
            frame.has_refused() && frame.refused().code() == static_cast<pb::Code>(Code::not_found);
        if ((frame.has_done() || unknown) && attendance.wants_out) gone(gid);
        if (unknown) attendance.wants_in = false;
        if (frame.has_refused() &&
            remedy(static_cast<Code>(frame.refused().code())) == Remedy::ask) {
            attendance.wants_out = false;
        }
        return;
    }
}

void Member::on_ousted(GroupId gid) {
    world_.count(Seen::ousted);
    gone(gid);
}

void Member::on_open_refused(GroupId gid, Code code) {
    world_.tell([&] { return name() + " may not open " + std::to_string(gid.value); });
    if (code == Code::not_found || code == Code::not_a_member) return gone(gid);
    if (kind_ != Kind::hostile) {
        deps_.checks.violation(name() + " was refused a group: " + std::string{name_of(code)});
    }
}

void Member::on_stopped(Code code) {
    // Whether rightly: the shards look at that.
    if (code == Code::token_invalid) return plan_sign_in();
    stopped_ = true;
    if (kind_ != Kind::hostile) {
        deps_.checks.violation(name() + " was stopped: " + std::string{name_of(code)});
    }
}

// ---- Sends

void Member::on_sent(GroupId gid, const Cmid& cmid, Epoch epoch, Seq seq) {
    world_.count(Seen::sent);
    world_.tell([&] {
        return name() + " is told: kept at " + std::to_string(seq.value) + " in " +
               std::to_string(gid.value);
    });
    deps_.checks.ledger().ok(cmid, epoch, seq);
    const auto sent = std::ranges::find(pending_, cmid, &Pending::cmid);
    if (sent != pending_.end()) kept_.push_back({.send = *sent, .epoch = epoch, .seq = seq});
    if (sent != pending_.end() && sent->refused_by_storm) world_.count(Seen::sent_after_storm);
    std::erase_if(pending_, [&](const Pending& pending) { return pending.cmid == cmid; });
}

void Member::on_held(GroupId /*gid*/, const Cmid& cmid, const Error& why) {
    const auto held = std::ranges::find(pending_, cmid, &Pending::cmid);
    switch (why.code) {
        case Code::storm:
            if (held != pending_.end()) held->refused_by_storm = true;
            return world_.count(Seen::refused_storm);
        case Code::slow_mode: return world_.count(Seen::refused_slow_mode);
        case Code::rate_limited: return world_.count(Seen::refused_rate);
        case Code::predecessor_missing: return world_.count(Seen::refused_predecessor);
        default: return world_.count(Seen::refused_other);
    }
}

void Member::on_gave_up(GroupId gid, const Cmid& cmid, Code code) {
    // An earlier try of it may have been stored: that one is out says nothing of it.
    deps_.checks.ledger().unknown(cmid);
    attendances_[gid].silent = true;
    world_.tell([&] { return name() + " gives up a send: " + std::string{name_of(code)}; });
    std::erase_if(pending_, [&](const Pending& pending) { return pending.cmid == cmid; });
    const bool outside = code == Code::not_found || code == Code::not_a_member;
    if (!outside && kind_ != Kind::hostile) {
        deps_.checks.violation(name() + " cannot send in group " + std::to_string(gid.value) +
                               ": " + std::string{name_of(code)});
    }
}

// ---- The log

void Member::on_restarted(GroupId gid, Epoch epoch, Seq after) {
    Attendance& attendance = attendances_[gid];
    if (attendance.view && attendance.inside && attendance.view_epoch != epoch) {
        attendance.view_epoch = epoch;
        // Another history: another floor, and perhaps another stay.
        deps_.checks.ledger().excuse(*attendance.view);
        attendance.view = deps_.checks.ledger().add_view(device_.value, gid);
        if (kind_ == Kind::hostile) deps_.checks.ledger().excuse(*attendance.view);
    }
    if (attendance.shown_epoch != epoch) forget_unlogged(attendance);
    attendance.shown_epoch = epoch;
    attendance.shown.clear();
    if (attendance.view) deps_.checks.ledger().restarted(*attendance.view, epoch, after);
}

// What lies at or below the floor is of a former stay, which another device ended, or is no longer
// kept: nobody tells of it any more.
void Member::on_opened(const pb::Opened& opened) {
    Attendance& attendance = attendances_[{opened.gid()}];
    const auto is_below = [&](const auto& it) { return it.first <= Seq{opened.floor()}; };
    std::erase_if(attendance.shown, is_below);
    std::erase_if(attendance.hidden, is_below);
}

void Member::on_applied(GroupId gid, Epoch epoch, const pb::Entry& entry, const Digest& digest) {
    Attendance& attendance = attendances_[gid];
    attendance.shown[{entry.seq()}] = {
        .revision = entry.revision(), .sender = {entry.sender()}, .recalled = entry.recalled()};
    if (attendance.view && attendance.inside) {
        deps_.checks.ledger().delivered(*attendance.view, epoch, entry, digest);
    }
}

void Member::on_digest_mismatch(GroupId gid, Seq at) {
    deps_.checks.violation(name() + " saw a wrong digest in group " + std::to_string(gid.value) +
                           " at " + std::to_string(at.value));
}

void Member::on_order_violation(GroupId gid, Seq expected, Seq got) {
    deps_.checks.violation(name() + " got " + std::to_string(got.value) + " for " +
                           std::to_string(expected.value) + " in group " +
                           std::to_string(gid.value));
}

// ---- The connection

void Member::connect() {
    const std::uint64_t number = ++dial_number_;
    const Millis delay = world_.random.between(Millis{1}, world_.faults.network_delay_max);
    world_.clock.after(delay, [this, number, alive = alive_] {
        if (!*alive || number != dial_number_) return;
        auto link = std::make_shared<Link>(world_, static_cast<ClientEnd*>(this));
        const bool refused =
            world_.strikes(world_.faults.connect_refused, Seen::connection_refused);
        if (refused || !deps_.dial(link)) return client_->on_closed(moment());
        link_ = std::move(link);
        world_.count(Seen::client_reconnected);
        client_->on_connected(moment());
    });
}

void Member::transmit(std::string message) {
    if (link_ == nullptr) return;
    note_opens(message);
    link_->transmit(std::move(message));
}

void Member::disconnect() {
    ++dial_number_;
    opens_.clear();
    if (link_ != nullptr) link_->client_gone();
    link_.reset();
}

void Member::wake_at(Time when) {
    world_.clock.at(when, [this, number = ++wake_number_, alive = alive_] {
        if (*alive && number == wake_number_ && client_ != nullptr) client_->on_wake(moment());
    });
}

void Member::on_closed() {
    link_.reset();
    opens_.clear();
    client_->on_closed(moment());
}

void Member::note_opens(std::string_view message) {
    const auto frame = wire::decode_command(message);
    if (!frame) return;
    world_.tell([&] {
        std::string words = name() + " sends request " + std::to_string(frame->request_id());
        if (frame->has_hello()) words += ", Hello";
        if (frame->has_open()) words += ", Open " + std::to_string(frame->open().gid());
        if (frame->has_close()) words += ", Close " + std::to_string(frame->close().gid());
        if (frame->has_send()) words += ", Send " + std::to_string(frame->send().gid());
        if (frame->has_leave_group())
            words += ", Leave " + std::to_string(frame->leave_group().gid());
        if (frame->has_join_group()) words += ", Join " + std::to_string(frame->join_group().gid());
        if (frame->has_pull()) {
            words += ", Pull " + std::to_string(frame->pull().gid()) + " from " +
                     std::to_string(frame->pull().from()) + " to " +
                     std::to_string(frame->pull().to());
        }
        return words;
    });
    if (frame->has_open()) {
        const GroupId gid{frame->open().gid()};
        Checks::Asked& asked = opens_[{frame->request_id(), gid}] = asked_now(gid);
        asked.held = {frame->open().epoch()};
    } else if (frame->has_hello()) {
        for (const pb::Cursor& cursor : frame->hello().resume()) {
            Checks::Asked& asked = opens_[{0, {cursor.gid()}}] = asked_now({cursor.gid()});
            asked.held = {cursor.epoch()};
        }
    } else if (frame->has_pull()) {
        world_.count(Seen::gap_pulled);
    } else if (frame->has_read()) {
        deps_.checks.on_said_seen(uid_, {frame->read().gid()}, {frame->read().seq()});
    } else if (frame->has_send()) {
        deps_.checks.on_said_seen(uid_, {frame->send().gid()}, {frame->send().seen()});
    }
}

Seq Member::held(GroupId gid) const {
    const client::GroupCursor* cursor = client_->cursor(gid);
    return cursor == nullptr ? Seq{} : cursor->seq();
}

Checks::Asked Member::asked_now(GroupId gid) const {
    store::MemoryStore& truth = deps_.store.truth();
    const auto row = truth.member(gid, uid_);
    const bool quiet = deps_.checks.is_quiet();
    std::uint64_t members = 0;
    std::vector<Seq> hidden;
    if (quiet) {
        members = truth.head(gid)->members;
        hidden = truth.hidden(gid, uid_, Seq{1}, deps_.checks.head(gid)).value();
    }
    return {.read = row && *row ? (*row)->read : Seq{},
            .quiet = quiet,
            .written = deps_.checks.epoch(),
            .members = members,
            .hidden = std::move(hidden)};
}

// ---- What comes down

void Member::on_payload(std::string_view payload) {
    const auto frame = wire::decode_event(payload);
    if (frame) {
        inspect(*frame);
    } else {
        deps_.checks.violation(name() + " got bytes that are no frame");
    }
    client_->on_message(moment(), payload);
    offer_lost();
}

void Member::inspect(const pb::ServerFrame& frame) {
    const auto seen = [&](const auto& page) {
        for (const pb::Entry& entry : page.entries()) {
            deps_.checks.on_seen(uid_, {page.gid()}, {page.epoch()}, entry);
        }
    };
    is_page_ = !frame.has_changed();
    switch (frame.event_case()) {
        case pb::ServerFrame::kOpened:
            seen(frame.opened());
            return inspect_opened(frame.opened(), frame.request_id());
        case pb::ServerFrame::kRange:
            world_.count(Seen::range_applied);
            world_.tell([&] {
                return name() + " gets Range of " + std::to_string(frame.range().gid()) + ": " +
                       std::to_string(frame.range().entries_size()) + " from " +
                       std::to_string(frame.range().first_seq()) + ", head " +
                       std::to_string(frame.range().head());
            });
            return seen(frame.range());
        case pb::ServerFrame::kBatch: seen(frame.batch()); return inspect_batch(frame.batch());
        case pb::ServerFrame::kSent:
            if (frame.sent().gid() != 0) deps_.checks.on_acked(uid_, frame.sent());
            return;
        case pb::ServerFrame::kChanged:
            return deps_.checks.on_seen(uid_, {frame.changed().gid()}, {frame.changed().epoch()},
                                        frame.changed().entry());
        case pb::ServerFrame::kOusted:
            if (frame.ousted().reason() == pb::OUST_REASON_KICKED) {
                world_.count(Seen::kicked);
                attendances_[{frame.ousted().gid()}].kicked = true;
            }
            return;
        case pb::ServerFrame::kHead: return world_.count(Seen::head_heard);
        case pb::ServerFrame::kPulse:
            world_.tell([&] {
                std::string words = name() + " gets Pulse:";
                for (const pb::Head& head : frame.pulse().heads()) {
                    words +=
                        " " + std::to_string(head.gid()) + " at " + std::to_string(head.head());
                }
                return words;
            });
            if (frame.pulse().level() > 0) world_.count(Seen::level_heard);
            return world_.count(Seen::pulse_heard);
        case pb::ServerFrame::kRefused:
            world_.tell([&] {
                return name() + " is refused request " + std::to_string(frame.request_id()) + ": " +
                       std::string{name_of(static_cast<Code>(frame.refused().code()))};
            });
            return;
        default: return;
    }
}

void Member::inspect_opened(const pb::Opened& opened, std::uint32_t request_id) {
    const GroupId gid{opened.gid()};
    world_.tell([&] {
        return name() + " gets Opened of " + std::to_string(gid.value) + ": " +
               (opened.reset() ? "afresh " : "on ") + std::to_string(opened.entries_size()) +
               " from " + std::to_string(opened.first_seq()) + ", head " +
               std::to_string(opened.head()) + ", floor " + std::to_string(opened.floor()) +
               ", read " + std::to_string(opened.read()) + ", holds " +
               std::to_string(held(gid).value);
    });
    if (opened.reset()) {
        const client::GroupCursor* cursor = client_->cursor(gid);
        const bool held = cursor != nullptr && cursor->holds_something();
        world_.count(held ? Seen::opened_reset : Seen::opened_fresh);
    } else {
        world_.count(Seen::opened_resumed);
    }
    const auto asked = opens_.extract({request_id, gid});
    deps_.checks.on_opened(
        uid_, opened, asked.empty() ? Checks::Asked{.held = {opened.epoch()}} : asked.mapped());
}

void Member::inspect_batch(const pb::Batch& batch) {
    world_.count(Seen::batch_applied);
    world_.tell([&] {
        return name() + " gets Batch of " + std::to_string(batch.gid()) + ": " +
               std::to_string(batch.entries_size()) + " from " + std::to_string(batch.first_seq()) +
               ", holds " + std::to_string(held({batch.gid()}).value);
    });
    // Whoever pulls at random, or skips nothing, is not where the server believes them to be.
    if (kind_ == Kind::hostile || deps_.settings->pull_everything) return;
    const client::GroupCursor* cursor = client_->cursor({batch.gid()});
    if (cursor == nullptr || cursor->phase != client::GroupCursor::Phase::open) return;
    if (cursor->epoch() == Epoch{batch.epoch()}) {
        deps_.checks.on_batch(uid_, batch, cursor->seq());
    }
}

}  // namespace stentor::sim
