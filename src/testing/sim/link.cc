#include "testing/sim/link.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "wire/envelope.h"

namespace stentor::sim {
namespace {

// What a peer that fell silent had announced as its window; little, so that it fills in a run.
constexpr std::size_t kSilentBytes = 600;

// An unmasked frame (RFC 6455 section 5.2) at the front of `bytes`; empty when it is not whole.
struct Frame {
    std::size_t header{};
    std::size_t payload{};
    bool compressed{};
};
Frame frame_at(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    if (bytes.size() < 2) return {};
    Frame frame{.header = 2, .payload = byte(1)};
    const std::size_t more = frame.payload == 126 ? 2 : frame.payload == 127 ? 8 : 0;
    if (bytes.size() < 2 + more) return {};
    if (more > 0) {
        frame = {.header = 2 + more};
        for (std::size_t i = 0; i < more; ++i) frame.payload = (frame.payload << 8U) | byte(2 + i);
    }
    if (bytes.size() < frame.header + frame.payload) return {};
    frame.compressed = (byte(0) & 0x40U) != 0;
    return frame;
}

}  // namespace

void Link::draw() {
    capacity_ = 32'768;
    deflates_ = world_.random.chance(500);
    takes_whole_ = world_.random.chance(500);
    if (!world_.random.chance(world_.faults.slow_socket)) return;
    capacity_ = static_cast<std::size_t>(world_.random.between(200, 4'000));
    drained_bytes_ = static_cast<std::size_t>(world_.random.between(10, 300));
    drained_every_ = world_.random.between(Millis{1}, Millis{2'000});
}

Millis Link::latency() { return world_.random.between(Millis{1}, world_.faults.network_delay_max); }

// ---- Down

Written Link::write(std::string_view frame) {
    if (over_ || closing_ || waiting()) {
        world_.count(Seen::write_refused);
        return Written::refused;
    }
    const std::size_t taken = accept_bytes(frame);
    if (taken == frame.size()) return Written::whole;
    return keep_rest(std::string{frame.substr(taken)}, taken > 0);
}

// As net::Loop::enqueue().
Written Link::keep_rest(std::string rest, bool begun) {
    if (!may_wait(rest.size())) {
        if (begun) {
            // The member has half a frame and can make nothing of another one.
            world_.count(Seen::half_frame_over_budget);
            closing_ = true;
            finish_close();
        } else {
            world_.count(Seen::write_refused_over_budget);
            owes_drained_ = !planted(Bug::refused_frame_without_drained);
        }
        return Written::refused;
    }
    world_.count(Seen::write_kept);
    backlog_.push_back(std::move(rest));
    recount_waiting();
    owes_drained_ = true;
    front_begun_ = begun;
    taken_ = 0;
    ++backlogs_;
    watch_for_stuck();
    return Written::kept;
}

bool Link::may_wait(std::size_t bytes) const {
    const std::size_t now = of_shard_ == nullptr ? 0 : of_shard_->now;
    return bytes <=
           world_.faults.waiting_bytes_max - std::min(now, world_.faults.waiting_bytes_max);
}

void Link::recount_waiting() {
    std::size_t bytes = 0;
    for (const std::string& frame : backlog_) bytes += frame.size();
    count_waiting(bytes);
}

void Link::count_waiting(std::size_t bytes) {
    if (of_shard_ == nullptr) return;
    of_shard_->now += bytes;
    of_shard_->now -= std::exchange(counted_, bytes);
}

void Link::server_gone() {
    server_ = nullptr;
    count_waiting(0);
    of_shard_ = nullptr;
}

// As net::Backlog::forget_rest(): a half frame has to be finished.
void Link::forget_rest() {
    backlog_.resize(front_begun_ ? 1 : 0);
    recount_waiting();
}

bool Link::send(std::string_view payload) {
    if (over_ || closing_) return true;
    std::string frame = wire::websocket_frame(payload);
    if (!waiting()) {
        if (write(frame) != Written::refused) return true;
        world_.count(Seen::reply_over_budget);
        return false;
    }
    if (backlog_.size() > limits::kRepliesWaiting) return false;
    if (!may_wait(frame.size())) {
        world_.count(Seen::reply_over_budget);
        return false;
    }
    backlog_.push_back(std::move(frame));
    recount_waiting();
    return true;
}

std::size_t Link::accept_bytes(std::string_view bytes) {
    if (drained_bytes_ == 0 && !silent_ && !stopped_ && kernel_.empty()) {
        deliver(std::string{bytes});
        return bytes.size();
    }
    const std::size_t room = capacity_ - std::min(capacity_, kernel_.size());
    const std::size_t taken =
        takes_whole_ && room > 0 ? bytes.size() : std::min(bytes.size(), room);
    kernel_.append(bytes.substr(0, taken));
    if (!std::exchange(draining_, true)) {
        world_.clock.after(drained_every_, [self = shared_from_this()] { self->drain(); });
    }
    return taken;
}

void Link::drain() {
    draining_ = false;
    if (over_ || silent_ || stopped_ || kernel_.empty()) return;
    const std::size_t count =
        drained_bytes_ == 0 ? kernel_.size() : std::min(drained_bytes_, kernel_.size());
    deliver(kernel_.substr(0, count));
    kernel_.erase(0, count);
    refill();
    if (kernel_.empty() || std::exchange(draining_, true)) return;
    world_.clock.after(drained_every_, [self = shared_from_this()] { self->drain(); });
}

void Link::refill() {
    const bool waited = waiting();
    while (!backlog_.empty()) {
        std::string& first = backlog_.front();
        const std::size_t taken = accept_bytes(first);
        taken_ += taken;
        if (taken < first.size()) {
            front_begun_ = front_begun_ || taken > 0;
            first.erase(0, taken);
            return recount_waiting();
        }
        backlog_.pop_front();
        front_begun_ = false;
    }
    recount_waiting();
    if (closing_) {
        if (waited) finish_close();
        return;
    }
    if (!std::exchange(owes_drained_, false) || server_ == nullptr) return;
    if (!waited) world_.count(Seen::drained_after_refusal);
    server_->on_drained(token_);
}

void Link::watch_for_stuck() {
    world_.clock.after(limits::kStuckWithin, [self = shared_from_this(), number = backlogs_] {
        if (self->over_ || self->closing_ || !self->waiting() || self->backlogs_ != number) return;
        if (std::exchange(self->taken_, 0) >= limits::kSlowBytes) return self->watch_for_stuck();
        self->world_.count(self->stopped_ || self->silent_ ? Seen::stuck_socket_closed
                                                           : Seen::slow_socket_closed);
        self->forget_rest();
        if (self->server_ != nullptr) self->server_->on_stuck(self->token_);
    });
}

void Link::deliver(std::string bytes) {
    const Time arrival = down_.arrival(world_.now(), latency());
    world_.clock.at(arrival, [self = shared_from_this(), bytes = std::move(bytes)] {
        if (self->over_ || self->silent_) return;
        self->received_ += bytes;
        self->parse();
    });
}

void Link::parse() {
    std::size_t offset = 0;
    while (client_ != nullptr && !over_) {
        const std::string_view rest = std::string_view{received_}.substr(offset);
        const Frame frame = frame_at(rest);
        if (frame.header == 0) break;
        std::string_view payload = rest.substr(frame.header, frame.payload);
        if (frame.compressed) {
            world_.count(Seen::batch_compressed);
            payload = inflater_.inflate(payload, limits::kPassBytes).value();
        }
        // The member may let go of this link from within.
        client_->on_payload(payload);
        offset += frame.header + frame.payload;
    }
    received_.erase(0, std::min(offset, received_.size()));
    if (!received_.empty()) world_.count(Seen::frame_split);
}

// ---- Up

void Link::transmit(std::string message) {
    if (over_) return;
    const Time arrival = up_.arrival(world_.now(), latency());
    world_.clock.at(arrival, [self = shared_from_this(), message = std::move(message)]() mutable {
        if (!self->silent_) self->receive(std::move(message));
    });
}

void Link::receive(std::string message) {
    if (over_ || closing_) return;
    held_.push_back(std::move(message));
    hand_up_held();
}

void Link::hand_up_held() {
    while (!held_.empty() && accepted_ && !reading_paused_ && !over_ && !closing_ &&
           server_ != nullptr) {
        std::string message = std::move(held_.front());
        held_.pop_front();
        server_->on_message(token_, std::move(message));
    }
}

void Link::accept(ServerEnd* server, ConnectionToken token,
                  std::shared_ptr<WaitingBytes> of_shard) {
    server_ = server;
    of_shard_ = std::move(of_shard);
    token_ = token;
    accepted_ = true;
    world_.clock.after(Millis{0}, [self = shared_from_this()] { self->hand_up_held(); });
}

void Link::pause_reading() {
    world_.count(Seen::reading_paused);
    reading_paused_ = true;
}

void Link::resume_reading() {
    if (!std::exchange(reading_paused_, false)) return;
    world_.clock.after(Millis{0}, [self = shared_from_this()] { self->hand_up_held(); });
}

// ---- Ends

void Link::close() {
    if (over_ || std::exchange(closing_, true)) return;
    if (!waiting()) return finish_close();
    world_.clock.after(limits::kCloseWithin, [self = shared_from_this()] {
        if (!self->over_) self->finish_close();
    });
}

void Link::finish_close() {
    world_.count(Seen::connection_closed_by_server);
    tell_server_closed(Millis{0});
    if (stopped_) {
        // What it did not take is thrown away with the socket.
        reset_ = true;
        kernel_.clear();
        return;
    }
    if (drained_bytes_ != 0 && !kernel_.empty() && !silent_) deliver(std::exchange(kernel_, {}));
    tell_client_closed(Millis{0});
}

void Link::tell_server_closed(Millis after) {
    world_.clock.after(after, [self = shared_from_this()] {
        ServerEnd* server = self->server_;
        self->server_gone();
        if (server != nullptr) server->on_closed(self->token_);
    });
}

void Link::tell_client_closed(Millis after) {
    if (silent_) return;
    const Time arrival = down_.arrival(world_.now(), after);
    world_.clock.at(arrival, [self = shared_from_this()] {
        self->over_ = true;
        ClientEnd* client = std::exchange(self->client_, nullptr);
        if (client != nullptr) client->on_closed();
    });
}

void Link::client_gone() {
    client_ = nullptr;
    if (silent_) return;
    // What it sent before arrives before.
    world_.clock.at(up_.arrival(world_.now(), latency()), [self = shared_from_this()] {
        self->over_ = true;
        self->tell_server_closed(Millis{0});
    });
}

void Link::cut() {
    if (std::exchange(over_, true)) return;
    tell_server_closed(world_.random.between(Millis{0}, Millis{200}));
    world_.clock.after(world_.random.between(Millis{0}, Millis{200}), [self = shared_from_this()] {
        ClientEnd* client = std::exchange(self->client_, nullptr);
        if (client != nullptr) client->on_closed();
    });
}

void Link::heal() {
    drained_bytes_ = 0;
    read_again();
    if (silent_) cut();
}

void Link::go_silent() {
    if (over_ || std::exchange(silent_, true)) return;
    capacity_ = std::min(capacity_, kSilentBytes);
    // The kernel gives up what is never acknowledged; until then nobody is told.
    world_.clock.after(limits::kUserTimeout, [self = shared_from_this()] {
        if (self->server_ == nullptr || self->over_) return;
        self->world_.count(Seen::vanished_client_found);
        self->tell_server_closed(Millis{0});
    });
}

void Link::stop_reading() {
    if (over_ || silent_ || std::exchange(stopped_, true)) return;
    world_.count(Seen::reader_stopped);
    capacity_ = std::min(capacity_, kSilentBytes);
}

void Link::read_again() {
    if (!std::exchange(stopped_, false) || over_) return;
    if (reset_) {
        world_.count(Seen::reader_woke_up_closed);
        return tell_client_closed(Millis{0});
    }
    world_.count(Seen::reader_woke_up);
    if (kernel_.empty() || std::exchange(draining_, true)) return;
    world_.clock.after(drained_every_, [self = shared_from_this()] { self->drain(); });
}

}  // namespace stentor::sim
