// What a member does of their own will: speaks, reads, comes and goes, and, if hostile, asks for
// what is not theirs.

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "testing/sim/member.h"
#include "wire/frames.h"

namespace stentor::sim {
namespace {

// Beyond that a user waits; at one a second they must all be gone soon after healing.
constexpr std::size_t kPendingMax = 10;

}  // namespace

void Member::plan_act() {
    const Millis pause =
        healed_ ? Millis{1'000} : world_.random.between(Millis{100}, Millis{3'000});
    world_.clock.after(pause, [this, alive = alive_] {
        if (!*alive) return;
        act();
        plan_act();
    });
}

void Member::act() {
    if (stopped_ || signed_out_) return;
    act_on_wishes();
    try_former_epoch();
    for (const auto& [gid, attendance] : attendances_) {
        if (attendance.inside && attendance.unscrolled) scroll_up(gid);
    }
    if (healed_) return;
    const std::uint64_t chosen = world_.random.below(100);
    if (kind_ == Kind::hostile && chosen < 40) return be_hostile();
    if (chosen < 40) {
        speak();
    } else if (chosen < 56) {
        move_read();
    } else if (chosen < 76) {
        change_something();
    } else if (chosen < 88) {
        come_or_go();
    } else {
        look_around();
    }
}

std::optional<GroupId> Member::some_group_inside() {
    std::vector<GroupId> inside;
    for (const auto& [gid, attendance] : attendances_) {
        if (attendance.inside) inside.push_back(gid);
    }
    if (inside.empty()) return std::nullopt;
    return world_.random.pick(inside);
}

// ---- Wishes: asked for again until they are answered

void Member::act_on_wishes() {
    if (creation_ && creation_request_ == 0) {
        pb::ClientFrame frame;
        *frame.mutable_create_group() = *creation_;
        creation_request_ = client_->ask(moment(), std::move(frame));
    }
    for (auto& [gid, attendance] : attendances_) {
        // Another device of the same user, or a late repeat, may have changed it.
        if (kind_ == Kind::viewer && !attendance.inside && deps_.checks.is_member(gid, uid_)) {
            entered(gid, {});
        }
        if (attendance.request == 0 && (attendance.wants_in || attendance.wants_out)) {
            wish(attendance, gid);
        }
        const client::GroupCursor* cursor = client_->cursor(gid);
        const bool refused =
            cursor != nullptr && cursor->phase == client::GroupCursor::Phase::refused;
        if (cursor != nullptr && (attendance.fresh || refused || !attendance.inside)) {
            client_->unwatch(moment(), gid);
            cursor = nullptr;
        }
        if (attendance.inside && cursor == nullptr) watch(gid);
    }
}

void Member::wish(Attendance& attendance, GroupId gid) {
    pb::ClientFrame frame;
    if (attendance.wants_in) {
        frame.mutable_join_group()->set_gid(gid.value);
    } else {
        frame.mutable_leave_group()->set_gid(gid.value);
    }
    attendance.request = client_->ask(moment(), std::move(frame));
}

void Member::come_or_go() {
    if (deps_.groups.empty()) return;
    const GroupId gid = world_.random.pick(deps_.groups);
    Attendance& attendance = attendances_[gid];
    if (attendance.wants_in || attendance.wants_out || kind_ == Kind::viewer) return;
    if (!attendance.inside) {
        attendance.wants_in = !has_pending(gid);
    } else if (world_.random.chance(120)) {
        attendance.wants_out = true;
    }
}

bool Member::has_pending(GroupId gid) const {
    return std::ranges::any_of(pending_,
                               [&](const Pending& pending) { return pending.gid == gid; });
}

// ---- Speaking and reading

void Member::speak() {
    const auto gid = some_group_inside();
    if (!gid || kind_ == Kind::viewer || pending_.size() > kPendingMax) return;
    if (attendances_[*gid].silent) return;
    // Who has not opened a group does not hear of a fork before they send, and so in another order.
    if (world_.faults.restores && client_->cursor(*gid) == nullptr) return;
    const std::uint64_t count = world_.random.chance(250) ? world_.random.between(3, 8) : 1;
    for (std::uint64_t i = 0; i < count; ++i) say(*gid);
}

void Member::say(GroupId gid) {
    const client::GroupCursor* cursor = client_->cursor(gid);
    pb::Body body;
    body.set_text(name() + " says " + std::to_string(++said_));
    Pending pending{
        .gid = gid,
        .cmid = Cmid::made_at(client_->server_time(world_.now()), world_.random.bytes10()),
        .body = body.SerializeAsString(),
        .number = said_};
    if (cursor != nullptr && world_.random.chance(300)) pending.seen = cursor->seq();
    deps_.checks.ledger().invoke(uid_, gid, pending.cmid, hash_of(pending.body));
    pending_.push_back(pending);
    client_->post(moment(), gid, pending.cmid, pending.body, pending.seen);
}

void Member::say_last_words() {
    if (client_ == nullptr || stopped_ || kind_ != Kind::speaker) return;
    for (const auto& [gid, attendance] : attendances_) {
        if (attendance.inside && !attendance.silent && !attendance.wants_out) say(gid);
    }
}

void Member::move_read() {
    const auto gid = some_group_inside();
    if (!gid) return;
    const client::GroupCursor* cursor = client_->cursor(*gid);
    if (cursor == nullptr || !cursor->holds_something()) return;
    Seq seq = cursor->seq();
    if (seq.value > 2 && world_.random.chance(300)) {
        // As another device would that is behind.
        seq = {world_.random.between(1, seq.value - 1)};
        world_.count(Seen::read_backwards_tried);
    }
    pb::ClientFrame frame;
    frame.mutable_read()->set_gid(gid->value);
    frame.mutable_read()->set_epoch(cursor->epoch().value);
    frame.mutable_read()->set_seq(seq.value);
    if (client_->ask(moment(), std::move(frame)) != 0) world_.count(Seen::read_moved);
}

// Closes and opens a group, as somebody who goes from one to another, or connects anew.
void Member::look_around() {
    const std::uint64_t chosen = world_.random.below(10);
    if (chosen == 0)
        return client_->reconnect(moment(), world_.random.between(Millis{0}, Millis{4'000}));
    const auto gid = some_group_inside();
    if (!gid || chosen > 6) return;
    if (chosen > 4) return scroll_up(*gid);
    if (client_->cursor(*gid) == nullptr) return;
    if (world_.faults.restores && has_pending(*gid)) return;
    unwatch(*gid);
    if (world_.random.chance(500)) watch(*gid);  // Otherwise with the next act.
}

// Older pages come from elsewhere than the newest one; the client applies nothing of them.
void Member::scroll_up(GroupId gid) {
    const client::GroupCursor* cursor = client_->cursor(gid);
    if (cursor == nullptr || cursor->phase != client::GroupCursor::Phase::open) return;
    const auto row = deps_.store.truth().member(gid, uid_);
    const Seq from = (row && *row ? (*row)->floor : Seq{}) + 1;
    // Only of what it holds: by a page that reaches the head the server takes it for caught up.
    const Seq to = std::min(from + (limits::kRangeEntries - 1), cursor->seq());
    attendances_[gid].unscrolled = from <= to;
    if (from > to) return;
    pb::ClientFrame frame;
    pb::Pull& pull = *frame.mutable_pull();
    pull.set_gid(gid.value);
    pull.set_epoch(cursor->epoch().value);
    pull.set_from(from.value);
    pull.set_to(to.value);
    if (client_->ask(moment(), std::move(frame)) == 0) return;
    world_.count(Seen::scrolled_up);
    attendances_[gid].unscrolled = false;
}

// ---- What is not theirs

void Member::be_hostile() {
    if (deps_.groups.empty()) return;
    const GroupId gid = world_.random.pick(deps_.groups);
    const Seq head = deps_.checks.head(gid);
    pb::ClientFrame frame;
    const std::uint64_t chosen = world_.random.below(20);
    if (chosen < 12) {
        pb::Pull& pull = *frame.mutable_pull();
        pull.set_gid(gid.value);
        pull.set_epoch(1);
        const Seq from{world_.random.below(head.value + 3)};
        pull.set_from(from.value);
        pull.set_to(from.value + world_.random.below(12));
        const auto row = deps_.store.truth().member(gid, uid_);
        const Seq floor = row && *row ? (*row)->floor : Seq{};
        const std::uint32_t request = client_->ask(moment(), std::move(frame));
        if (request == 0) return;
        if (from <= floor) world_.count(Seen::hostile_pull_below_floor);
        hostile_pulls_[request] = floor;
    } else if (chosen < 15) {
        frame.mutable_near()->set_gid(gid.value);
        frame.mutable_near()->set_time_ms(to_ms(world_.now()) - world_.random.below(60'000));
        static_cast<void>(client_->ask(moment(), std::move(frame)));
    } else if (chosen < 19) {
        if (attendances_[gid].inside || attendances_[gid].wants_in) return;
        frame.mutable_open()->set_gid(gid.value);
        if (client_->ask(moment(), std::move(frame)) != 0) world_.count(Seen::hostile_open_refused);
    } else if (link_ != nullptr && world_.random.chance(200)) {
        world_.count(Seen::hostile_garbage);
        std::string garbage(world_.random.between(1, 60), '\0');
        for (char& byte : garbage) byte = static_cast<char>(world_.random.next());
        link_->transmit(std::move(garbage));
    }
}

}  // namespace stentor::sim
