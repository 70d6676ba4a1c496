#include "testing/sim/thief.h"

#include <utility>

#include "wire/frames.h"

namespace stentor::sim {

Thief::~Thief() {
    *alive_ = false;
    if (link_ != nullptr) link_->client_gone();
}

void Thief::plan() {
    deps_.world.clock.after(deps_.world.random.between(Millis{100}, Millis{1'500}),
                            [this, alive = alive_] {
                                if (!*alive) return;
                                come();
                                plan();
                            });
}

void Thief::come() {
    World& world = deps_.world;
    // After a restore it may be good again, and then it is no thief's.
    if (deps_.groups.empty() || world.accounts->is_good(token_)) return;
    if (link_ != nullptr) link_->client_gone();
    link_ = std::make_shared<Link>(world, static_cast<ClientEnd*>(this));
    if (!deps_.dial(link_)) return link_.reset();
    const GroupId gid = world.random.pick(deps_.groups);
    pb::ClientFrame hello;
    hello.set_request_id(1);
    hello.mutable_hello()->set_token(token_.text());
    hello.mutable_hello()->set_device(kThiefsDevice);
    hello.mutable_hello()->set_client("thief");
    hello.mutable_hello()->set_version(1);
    link_->transmit(wire::encode(hello));
    pb::ClientFrame open;
    open.set_request_id(2);
    open.mutable_open()->set_gid(gid.value);
    link_->transmit(wire::encode(open));
    pb::ClientFrame send;
    send.set_request_id(3);
    const Cmid cmid = Cmid::made_at(world.now(), world.random.bytes10());
    send.mutable_send()->set_gid(gid.value);
    send.mutable_send()->set_cmid(std::string{cmid.view()});
    pb::Body body;
    body.set_text("stolen " + std::to_string(++said_));
    send.mutable_send()->set_body(body.SerializeAsString());
    world.accounts->on_void_send(cmid, token_);
    deps_.invoke(token_.uid, gid, cmid, send.send().body());
    link_->transmit(wire::encode(send));
}

void Thief::on_payload(std::string_view payload) {
    const auto frame = wire::decode_event(payload);
    if (frame && frame->has_refused()) deps_.world.count(Seen::void_token_refused);
}

}  // namespace stentor::sim
