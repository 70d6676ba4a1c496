#include "net/shard.h"

#include <utility>

#include "net/loop_accept.h"
#include "net/loop_http.h"
#include "net/loop_lifetime.h"
#include "net/loop_read.h"
#include "net/loop_timers.h"
#include "net/loop_websocket.h"
#include "net/loop_write.h"

namespace stentor::net {

std::uint32_t Shard::id() const { return loop_.id; }
void Shard::post(std::move_only_function<void()> mail) { loop_.mailbox.post(std::move(mail)); }
const Counters& Shard::counters() const { return loop_.counters; }

Written Shard::send(ConnectionToken connection, std::string_view payload) {
    return send_message(loop_, connection, payload);
}
Written Shard::write(ConnectionToken connection, const SharedPush& push) {
    return write_push(loop_, connection, push);
}
Written Shard::write_direct(int descriptor, ConnectionIndex connection, const SharedPush& push) {
    return net::write_direct(loop_, descriptor, connection, push);
}
void Shard::forget_waiting(ConnectionToken connection) { net::forget_waiting(loop_, connection); }
bool Shard::waiting(ConnectionToken connection) const {
    const Connection* found = find_open(loop_, connection);
    return found != nullptr && found->backlog != nullptr;
}

bool Shard::deflates(ConnectionToken connection) const {
    const Connection* found = find_open(loop_, connection);
    return found != nullptr && found->deflates;
}

bool Shard::alive(ConnectionToken connection) const {
    return find_open(loop_, connection) != nullptr;
}
int Shard::descriptor(ConnectionToken connection) const {
    const Connection* found = find_open(loop_, connection);
    return found == nullptr ? -1 : found->descriptor;
}
std::string Shard::address(ConnectionToken connection) const {
    const Connection* found = find_open(loop_, connection);
    return found == nullptr ? std::string{} : access::shown(address_of(*found));
}
void Shard::pause_reading(ConnectionToken connection) { net::pause_reading(loop_, connection); }
void Shard::resume_reading(ConnectionToken connection) { net::resume_reading(loop_, connection); }
void Shard::set_deadline(ConnectionToken connection, Time at) {
    net::set_deadline(loop_, connection, at);
}
void Shard::close(ConnectionToken connection, std::uint16_t code, std::string_view reason) {
    close_connection(loop_, connection, code, reason);
}
void Shard::drop(ConnectionToken connection) { drop_connection(loop_, connection); }

void Shard::greeted(ConnectionToken connection) { on_greeted(loop_, connection); }

void Shard::respond(http::Responder responder, const http::Response& response) {
    net::respond(loop_, responder, response);
}

bool Shard::enter_gate() { return loop_.gate.try_enter(loop_.id); }
void Shard::leave_gate() { loop_.gate.leave(); }

void Shard::stop_accepting() { net::stop_accepting(loop_); }
bool Shard::accepting() const { return is_accepting(loop_); }

}  // namespace stentor::net
