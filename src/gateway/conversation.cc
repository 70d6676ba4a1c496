#include "gateway/conversation.h"

#include <sodium/randombytes.h>

#include <utility>

namespace stentor::gateway {

ShardSide::Conversation::Conversation(ShardSide& side, ConnectionToken connection,
                                      session::Session& session)
    : side_{side}, connection_{connection}, session_{session} {}

void ShardSide::Conversation::settle() {
    // What could not be carried out is told to the session now that it is not in a call any more.
    for (const Unposted& unposted : std::exchange(unposted_, {})) {
        session_.on_refused(unposted.request_id, {}, unposted.error, *this);
    }
    if (std::exchange(overflow_, false)) session_.on_fault(Code::slow_consumer, "replies", *this);
}

void ShardSide::Conversation::reply(std::string payload) {
    if (side_.shard_->send(connection_, payload) == net::Written::refused) overflow_ = true;
}

void ShardSide::Conversation::post(GroupId gid, pb::ClientFrame&& command) {
    const std::uint32_t request_id = command.request_id();
    bus::Post post{
        .reply_to = {.node = side_.node_, .connection = connection_, .request_id = request_id},
        .gid = gid,
        .uid = session_.uid(),
        .limits_lifted = session_.bench(),
        .command = std::move(command)};
    // Only an invite is made of it; drawing costs a send more than its checks do.
    if (post.command.has_create_invite()) randombytes_buf(post.random.data(), post.random.size());
    const auto posted = side_.bus_.post(partition_of(gid), std::move(post));
    if (!posted) unposted_.push_back({.request_id = request_id, .error = posted.error()});
}

void ShardSide::Conversation::ask(std::uint32_t request_id, PartitionId partition,
                                  bus::Question question) {
    side_.bus_.ask(
        partition, std::move(question),
        [side = &side_, shard = side_.shard_, connection = connection_,
         request_id](Result<bus::Reply> reply) {
            shard->post([side, connection, request_id, reply = std::move(reply)]() mutable {
                side->with_session(connection, [&](session::Session& session, auto& fx) {
                    session.on_reply(request_id, std::move(reply), fx);
                });
            });
        });
}

void ShardSide::Conversation::open(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq seq) {
    side_.hub_.put(
        [=, uid = session_.uid(), waiter = waiter(request_id)](cache::Cache& cache, Time now) {
            cache.on_open(waiter, gid, uid, epoch, seq, now);
        });
}

void ShardSide::Conversation::pull(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq from,
                                   Seq to, const session::Sight& sight) {
    side_.hub_.put(
        [=, waiter = waiter(request_id), reader = reader(sight)](cache::Cache& cache, Time now) {
            cache.on_pull(waiter, gid, epoch, from, to, reader, now);
        });
}

void ShardSide::Conversation::near(std::uint32_t request_id, GroupId gid, Time time,
                                   const session::Sight& sight) {
    side_.hub_.put(
        [=, waiter = waiter(request_id), reader = reader(sight)](cache::Cache& cache, Time now) {
            cache.on_near(waiter, gid, time, reader, now);
        });
}

session::SeatIndex ShardSide::Conversation::take_seat(GroupId gid, Epoch epoch, Seq reached) {
    const auto seat = side_.router_.join(gid, epoch, reached, side_.shard_->descriptor(connection_),
                                         connection_.index, side_.shard_->waiting(connection_));
    if (!seat) return session::kNoSeat;
    seat_changed(gid, 1);
    return *seat;
}

void ShardSide::Conversation::leave_seat(GroupId gid, session::SeatIndex seat) {
    seat_changed(gid, -1);
    const auto moved = side_.router_.leave(gid, seat);
    if (moved) side_.places_[*moved].session.on_seat_moved(gid, seat);
}

void ShardSide::Conversation::caught_up(GroupId gid, session::SeatIndex seat, Epoch epoch,
                                        Seq reached) {
    side_.router_.caught_up(gid, seat, epoch, reached);
}

void ShardSide::Conversation::registered(const session::Identity& identity, DeviceId /*device*/,
                                         std::uint64_t user_log_after) {
    side_.by_user_.emplace(identity.uid, connection_.index);
    side_.hub_.put([=, connection = connection_](cache::Cache& cache, Time /*now*/) {
        cache.on_hello(connection, identity.uid, identity.minted, user_log_after);
    });
}

void ShardSide::Conversation::seat_changed(GroupId gid, int seats) {
    side_.hub_.put([gid, seats, uid = session_.uid()](cache::Cache& cache, Time /*now*/) {
        cache.on_seat(uid, gid, seats);
    });
}

void ShardSide::Conversation::pause_reading() { side_.shard_->pause_reading(connection_); }
void ShardSide::Conversation::resume_reading() { side_.shard_->resume_reading(connection_); }
void ShardSide::Conversation::set_deadline(Time time) {
    side_.shard_->set_deadline(connection_, time);
}
void ShardSide::Conversation::close(std::uint16_t close_code, Code reason) {
    side_.shard_->close(connection_, close_code, name_of(reason));
}

cache::Waiter ShardSide::Conversation::waiter(std::uint32_t request_id) const {
    return {.connection = connection_, .request_id = request_id};
}

cache::Reader ShardSide::Conversation::reader(const session::Sight& sight) const {
    return {.floor = sight.floor, .mine_of = sight.overlay ? session_.uid() : UserId{}};
}

}  // namespace stentor::gateway
