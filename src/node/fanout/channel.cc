#include "node/fanout/channel.h"

#include <algorithm>
#include <utility>

#include "base/planted_bugs.h"
#include "wire/envelope.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::fanout {
namespace {

void fall_behind(Seat& seat) {
    seat.behind = 1;
    seat.owes_head = 1;
}

void miss_change(Seat& seat) {
    fall_behind(seat);
    seat.missed_change = 1;
}

}  // namespace

bool Channel::pending() const {
    return !gathered_.early.empty() || !gathered_.entries.empty() || !gathered_.late.empty() ||
           !gathered_.tick.empty() || gathered_.heads || gathered_.all_behind;
}

Seq Channel::told() const {
    if (pass_.entries) return pass_.entries->first() - 1;
    if (!gathered_.entries.empty()) return gathered_.entries.front().first - 1;
    return audience_.head();
}

// False: of a former epoch, which concerns nobody any more.
bool Channel::adopt(Epoch epoch, Seq head) {
    if (epoch < audience_.epoch()) return false;
    if (epoch == audience_.epoch()) return true;
    audience_.restart(epoch, head);
    gathered_ = {.heads = true};
    pass_ = {};
    pulse = nullptr;
    return true;
}

bool Channel::move_head(Epoch epoch, Seq head) {
    if (!adopt(epoch, head)) return false;
    if (head > audience_.head()) {
        give_up_entries();
        audience_.advance(head);
        gathered_.heads = true;
    }
    return pending();
}

// What is about entries given up still concerns those who have them from an Opened.
void Channel::give_up_entries() {
    for (const Push& push : gathered_.entries) gathered_.bytes -= push.encoded->bytes().size();
    gathered_.entries.clear();
    std::ranges::move(gathered_.late, std::back_inserter(gathered_.early));
    gathered_.late.clear();
    gathered_.heads = true;
}

bool Channel::add(Push push) {
    if (!adopt(push.epoch, push.lane == Lane::entries ? push.first - 1 : push.last)) return false;
    if (push.lane == Lane::ticks) {
        gathered_.tick = {std::move(push.encoded), std::move(push.tallies)};
        return true;
    }
    const std::size_t size = push.encoded->bytes().size();
    if (push.lane == Lane::control) {
        const bool about_pending =
            !gathered_.entries.empty() && push.last >= gathered_.entries.front().first;
        (about_pending ? gathered_.late : gathered_.early)
            .push_back({push.last, std::move(push.encoded)});
    } else {
        if (push.last <= audience_.head()) return pending();
        if (!gathered_.entries.empty() && push.first != gathered_.entries.back().last + 1) {
            give_up_entries();
        }
        audience_.advance(push.last);
        gathered_.entries.push_back(std::move(push));
    }
    gathered_.bytes += size;
    if (gathered_.bytes > limits::kPassBytes) {
        give_up_entries();
        if (gathered_.bytes > limits::kPassBytes) {
            gathered_.early.clear();
            gathered_.bytes = 0;
            gathered_.all_behind = true;
        }
    }
    return true;
}

Lane Channel::lane() const {
    const bool changes = !gathered_.early.empty() || !gathered_.late.empty() ||
                         gathered_.all_behind || !pass_.early.empty() || !pass_.late.empty() ||
                         pass_.all_behind;
    if (changes) return Lane::control;
    const bool passing = pass_.running && (pass_.entries || pass_.tick.empty());
    const bool contents = !gathered_.entries.empty() || gathered_.heads || passing;
    return contents ? Lane::entries : Lane::ticks;
}

void Channel::begin_pass() {
    const bool storm = workshop_.level >= storm::kSlowing;
    if (storm && !gathered_.entries.empty() && audience_.size() > limits::kLargeAudience) {
        std::size_t bytes = 0;
        for (const Push& push : gathered_.entries) bytes += push.encoded->bytes().size();
        if (heads_are_cheaper(bytes, heads_answered_.per_mille())) give_up_entries();
    }
    Gathered from = std::exchange(gathered_, {});
    pass_ = {.early = std::move(from.early),
             .late = std::move(from.late),
             .tick = std::move(from.tick),
             .since = from.since,
             .head = audience_.head(),
             .next = static_cast<SeatIndex>(audience_.size()),
             .all_behind = from.all_behind,
             .running = true};
    if (!from.entries.empty()) pass_.entries.emplace(std::move(from.entries));
}

std::size_t Channel::slice(std::size_t seats_max) {
    if (!pass_.running) {
        if (!pending()) return 0;
        begin_pass();
    }
    std::size_t visited = 0;
    while (pass_.next > 0 && visited < seats_max) {
        --pass_.next;
        ++visited;
        visit(audience_.seats()[pass_.next]);
    }
    if (pass_.next == 0) pass_ = {};
    return visited;
}

void Channel::visit(Seat& seat) {
    const bool changes = !pass_.early.empty() || !pass_.late.empty();
    if (pass_.all_behind || (changes && (seat.waiting || seat.behind))) miss_change(seat);
    if (seat.waiting) {
        if (audience_.pushed(seat) < pass_.head) fall_behind(seat);
        return;
    }
    if (seat.behind && !planted(Bug::push_while_behind)) {
        // A Head that was told stays told: heads that follow ride on the pulse.
        if (seat.owes_head) write_head(seat);
        return;
    }
    write_controls(seat, pass_.early);
    write_entries(seat);
    write_controls(seat, pass_.late);
    write_tick(seat);
    if (seat.owes_head && !seat.waiting) write_head(seat);
}

void Channel::write_entries(Seat& seat) {
    const Seq pushed = audience_.pushed(seat);
    if (pushed >= pass_.head) return;
    if (seat.waiting) return fall_behind(seat);
    if (!pass_.entries) return fall_behind(seat);
    const Batches::Slice piece = pass_.entries->after(pushed, seat.deflates != 0, workshop_);
    if (piece.push == nullptr) return fall_behind(seat);
    if (!write(seat, *piece.push)) return;
    workshop_.bytes_saved += piece.saved;
    audience_.set_pushed(seat, pass_.entries->last());
}

// A change missed leaves no gap in the numbers, so a seat that misses one has to be told of a Head:
// that makes its client look again.
void Channel::write_controls(Seat& seat, const std::vector<Control>& controls) {
    for (const Control& control : controls) {
        if (!workshop_.viewers.sees(seat, gid_, control.seq)) continue;
        if (seat.behind || seat.waiting || !write(seat, control.push)) {
            return miss_change(seat);
        }
    }
}

void Channel::write_tick(Seat& seat) {
    if (pass_.tick.empty() || seat.waiting || seat.behind) return;
    const SharedPush& push =
        pass_.tick.for_whom([&](Seq seq) { return workshop_.viewers.sees(seat, gid_, seq); });
    if (push) write(seat, push);
}

// Whether all of it will reach the client.
bool Channel::write(Seat& seat, const SharedPush& push) {
    const Written written = workshop_.sockets.write_direct(seat.descriptor, seat.connection, push);
    if (written != Written::whole) seat.waiting = 1;
    if (planted(Bug::refused_frame_counts_as_pushed)) return true;
    if (written == Written::refused) fall_behind(seat);
    return written != Written::refused;
}

void Channel::write_head(Seat& seat) {
    if (!write(seat, head_push(seat.missed_change != 0))) return;
    heads_answered_.on_head();
    seat.owes_head = 0;
    seat.missed_change = 0;
}

const SharedPush& Channel::head_push(bool changes_missed) {
    if (head_push_seq_ != audience_.head() || head_push_epoch_ != audience_.epoch()) {
        head_pushes_ = {};
        head_push_seq_ = audience_.head();
        head_push_epoch_ = audience_.epoch();
    }
    SharedPush& push = head_pushes_[changes_missed ? 1 : 0];
    if (!push) {
        pb::ServerFrame frame;
        pb::Head& head = *frame.mutable_head();
        head.set_gid(gid_.value);
        head.set_epoch(audience_.epoch().value);
        head.set_head(audience_.head().value);
        head.set_changes_missed(changes_missed);
        push = wire::shared_push(wire::encode(frame));
    }
    return push;
}

std::optional<ConnectionIndex> Channel::leave(SeatIndex index) {
    const auto moved = audience_.leave(index);
    pass_.next = std::min(pass_.next, static_cast<SeatIndex>(audience_.size()));
    return moved;
}

void Channel::caught_up(SeatIndex index, Epoch epoch, Seq reached) {
    if (!adopt(epoch, reached)) return;
    if (reached < audience_.head()) return;
    audience_.advance(reached);
    Seat& seat = audience_.seats()[index];
    if (seat.behind) heads_answered_.on_caught_up();
    seat.behind = 0;
    // An answer made before the change, or one that does not reach down to it, makes up for
    // nothing.
    seat.owes_head = seat.missed_change;
    audience_.set_pushed(seat, reached);
}

void Channel::on_drained(SeatIndex index) {
    Seat& seat = audience_.seats()[index];
    seat.waiting = 0;
    if (seat.owes_head) write_head(seat);
}

}  // namespace stentor::fanout
