#include "net/shard.h"

#include <utility>

#include "net/loop.h"

namespace stentor::net {

std::uint32_t Shard::id() const { return loop_.id(); }
void Shard::post(std::move_only_function<void()> mail) { loop_.mailbox().post(std::move(mail)); }
const Counters& Shard::counters() const { return loop_.counters(); }

Written Shard::send(ConnectionToken connection, std::string_view payload) {
    return loop_.send(connection, payload);
}
Written Shard::write(ConnectionToken connection, const SharedBytes& frame) {
    return loop_.write(connection, frame);
}
Written Shard::write_direct(int descriptor, ConnectionIndex connection, const SharedBytes& frame) {
    return loop_.write_direct(descriptor, connection, frame);
}
void Shard::forget_waiting(ConnectionToken connection) { loop_.forget_waiting(connection); }
bool Shard::waiting(ConnectionToken connection) const {
    const Connection* found = loop_.find_open(connection);
    return found != nullptr && found->backlog != nullptr;
}

bool Shard::deflates(ConnectionToken connection) const {
    const Connection* found = loop_.find_open(connection);
    return found != nullptr && found->deflates;
}

bool Shard::alive(ConnectionToken connection) const {
    return loop_.find_open(connection) != nullptr;
}
int Shard::descriptor(ConnectionToken connection) const {
    const Connection* found = loop_.find_open(connection);
    return found == nullptr ? -1 : found->descriptor;
}
std::string Shard::address(ConnectionToken connection) const {
    const Connection* found = loop_.find_open(connection);
    return found == nullptr ? std::string{} : access::shown(loop_.address_of(*found));
}
void Shard::pause_reading(ConnectionToken connection) { loop_.pause_reading(connection); }
void Shard::resume_reading(ConnectionToken connection) { loop_.resume_reading(connection); }
void Shard::set_deadline(ConnectionToken connection, Time at) {
    loop_.set_deadline(connection, at);
}
void Shard::close(ConnectionToken connection, std::uint16_t code, std::string_view reason) {
    loop_.close(connection, code, reason);
}
void Shard::drop(ConnectionToken connection) { loop_.drop(connection); }

void Shard::greeted(ConnectionToken connection) { loop_.greeted(connection); }

void Shard::respond(http::Responder responder, const http::Response& response) {
    loop_.respond(responder, response);
}

bool Shard::enter_gate() { return loop_.enter_gate(); }
void Shard::leave_gate() { loop_.leave_gate(); }

void Shard::stop_accepting() { loop_.stop_accepting(); }
bool Shard::accepting() const { return loop_.accepting(); }

}  // namespace stentor::net
