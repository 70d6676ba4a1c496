#include "net/shard.h"

#include <utility>

#include "net/loop_accept.h"
#include "net/loop_lifetime.h"

namespace stentor::net {

std::uint32_t Shard::id() const { return loop_.id; }
void Shard::post(std::move_only_function<void()> mail) { loop_.mailbox.post(std::move(mail)); }
const Counters& Shard::counters() const { return loop_.counters; }

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
void Shard::drop(ConnectionToken connection) {
    if (find_open(loop_, connection) != nullptr) doom(loop_, connection.index);
}

bool Shard::enter_gate() { return loop_.gate.try_enter(loop_.id); }
void Shard::leave_gate() { loop_.gate.leave(); }

void Shard::stop_accepting() { net::stop_accepting(loop_); }
bool Shard::accepting() const { return is_accepting(loop_); }

}  // namespace stentor::net
