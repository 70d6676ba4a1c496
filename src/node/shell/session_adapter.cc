#include "node/shell/session_adapter.h"

#include <utility>

#include "bus/moderation.h"

namespace stentor::node {

void NodeShard::SessionAdapter::settle() {
    // What could not be carried out is told to the session now that it is not in a call any more.
    for (const Unsubmitted& unsubmitted : std::exchange(unsubmitted_, {})) {
        session_.on_refused(unsubmitted.request_id, {}, unsubmitted.error, *this);
    }
    if (std::exchange(kept_, false)) session_.on_kept(*this);
    if (!std::exchange(overflow_, false)) return;
    // Room for why: on TCP there is no close code that could tell it.
    connections().forget_waiting(connection_);
    session_.on_fault(Code::slow_consumer, "replies", *this);
}

void NodeShard::SessionAdapter::reply(std::string payload) {
    shard_.refusals_.look_at(payload);
    switch (connections().send(connection_, payload)) {
        case Written::whole: return;
        case Written::kept: kept_ = true; return;
        case Written::refused: overflow_ = true; return;
    }
}

void NodeShard::SessionAdapter::submit(GroupId gid, pb::ClientFrame&& frame) {
    const std::uint32_t request_id = frame.request_id();
    bus::Command command{.reply_to = {.node = shard_.deps_.node,
                                      .connection = connection_,
                                      .request_id = request_id},
                         .gid = gid,
                         .uid = session_.uid(),
                         .token_minted = session_.token_minted(),
                         .limits_lifted = session_.bench(),
                         .frame = std::move(frame)};
    // Only an invite is made of it; drawing costs a send more than its checks do.
    if (command.frame.has_create_invite()) shard_.deps_.host.draw(command.random);
    if (bus::is_moderation(command.frame)) command.address = connections().address(connection_);
    const auto submitted = shard_.deps_.bus.submit(partition_of(gid), std::move(command));
    if (!submitted) unsubmitted_.push_back({.request_id = request_id, .error = submitted.error()});
}

void NodeShard::SessionAdapter::ask(std::uint32_t request_id, PartitionId partition,
                                    bus::Question question) {
    shard_.deps_.host.ask(
        partition, std::move(question),
        [&shard = shard_, connection = connection_, request_id](Result<bus::Reply> reply) {
            shard.with_session(connection, [&](session::Session& session, auto& fx) {
                session.on_reply(request_id, std::move(reply), fx);
            });
        });
}

void NodeShard::SessionAdapter::open(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq seq) {
    hub().put(
        [=, uid = session_.uid(), waiter = waiter(request_id)](cache::Cache& cache, Time now) {
            cache.on_open(waiter, gid, uid, epoch, seq, now);
        });
}

void NodeShard::SessionAdapter::pull(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq from,
                                     Seq to, const ReadRights& reader) {
    hub().put([=, waiter = waiter(request_id)](cache::Cache& cache, Time now) {
        cache.on_pull(waiter, gid, epoch, from, to, reader, now);
    });
}

void NodeShard::SessionAdapter::near(std::uint32_t request_id, GroupId gid, Time time,
                                     const ReadRights& reader) {
    hub().put([=, waiter = waiter(request_id)](cache::Cache& cache, Time now) {
        cache.on_near(waiter, gid, time, reader, now);
    });
}

SeatIndex NodeShard::SessionAdapter::take_seat(GroupId gid, Epoch epoch, Seq reached) {
    const auto seat = shard_.router_.join(gid, epoch, reached, socket());
    if (!seat) return kNoSeat;
    seat_changed(gid, 1);
    return *seat;
}

void NodeShard::SessionAdapter::leave_seat(GroupId gid, SeatIndex seat) {
    seat_changed(gid, -1);
    const auto moved = shard_.router_.leave(gid, seat);
    if (moved) shard_.places_[*moved].session.on_seat_moved(gid, seat);
}

void NodeShard::SessionAdapter::caught_up(GroupId gid, SeatIndex seat, Epoch epoch, Seq reached) {
    shard_.router_.caught_up(gid, seat, epoch, reached);
}

void NodeShard::SessionAdapter::registered(const session::Identity& identity, DeviceId /*device*/,
                                           std::uint64_t user_log_after) {
    connections().greeted(connection_);
    shard_.remember_user(connection_.index);
    hub().put([=, connection = connection_](cache::Cache& cache, Time /*now*/) {
        cache.on_hello(connection, identity.uid, identity.minted, user_log_after);
    });
}

void NodeShard::SessionAdapter::seat_changed(GroupId gid, int seats) {
    hub().put([gid, seats, uid = session_.uid()](cache::Cache& cache, Time /*now*/) {
        cache.on_seat(uid, gid, seats);
    });
}

void NodeShard::SessionAdapter::pause_reading() { connections().pause_reading(connection_); }
void NodeShard::SessionAdapter::resume_reading() { connections().resume_reading(connection_); }
void NodeShard::SessionAdapter::set_deadline(Time time) {
    connections().set_deadline(connection_, time);
}
void NodeShard::SessionAdapter::close(std::uint16_t close_code, Code reason) {
    connections().close(connection_, close_code, name_of(reason));
}

fanout::Seat NodeShard::SessionAdapter::socket() {
    return {.descriptor = connections().descriptor(connection_),
            .connection = connection_.index,
            .waiting = connections().waiting(connection_),
            .deflates = connections().deflates(connection_)};
}

cache::Waiter NodeShard::SessionAdapter::waiter(std::uint32_t request_id) const {
    return {.connection = connection_, .request_id = request_id};
}

}  // namespace stentor::node
