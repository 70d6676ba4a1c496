#include "node/conversation.h"

#include <utility>

#include "bus/moderation.h"

namespace stentor::node {

void Side::Conversation::settle() {
    // What could not be carried out is told to the session now that it is not in a call any more.
    for (const Unposted& unposted : std::exchange(unposted_, {})) {
        session_.on_refused(unposted.request_id, {}, unposted.error, *this);
    }
    if (std::exchange(kept_, false)) session_.on_kept(*this);
    if (!std::exchange(overflow_, false)) return;
    // Room for why: on TCP there is no close code that could tell it.
    shell().forget_waiting(connection_);
    session_.on_fault(Code::slow_consumer, "replies", *this);
}

void Side::Conversation::reply(std::string payload) {
    side_.refusals_.look_at(payload);
    switch (shell().reply(connection_, payload)) {
        case fanout::Written::whole: return;
        case fanout::Written::kept: kept_ = true; return;
        case fanout::Written::refused: overflow_ = true; return;
    }
}

void Side::Conversation::post(GroupId gid, pb::ClientFrame&& command) {
    const std::uint32_t request_id = command.request_id();
    bus::Post post{.reply_to = {.node = side_.around_.node,
                                .connection = connection_,
                                .request_id = request_id},
                   .gid = gid,
                   .uid = session_.uid(),
                   .token_minted = session_.token_minted(),
                   .limits_lifted = session_.bench(),
                   .command = std::move(command)};
    // Only an invite is made of it; drawing costs a send more than its checks do.
    if (post.command.has_create_invite()) shell().draw(post.random);
    if (bus::is_moderation(post.command)) post.address = shell().address(connection_);
    const auto posted = side_.around_.bus.post(partition_of(gid), std::move(post));
    if (!posted) unposted_.push_back({.request_id = request_id, .error = posted.error()});
}

void Side::Conversation::ask(std::uint32_t request_id, PartitionId partition,
                             bus::Question question) {
    shell().ask(partition, std::move(question),
                [&side = side_, connection = connection_, request_id](Result<bus::Reply> reply) {
                    side.with_session(connection, [&](session::Session& session, auto& fx) {
                        session.on_reply(request_id, std::move(reply), fx);
                    });
                });
}

void Side::Conversation::open(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq seq) {
    hub().put(
        [=, uid = session_.uid(), waiter = waiter(request_id)](cache::Cache& cache, Time now) {
            cache.on_open(waiter, gid, uid, epoch, seq, now);
        });
}

void Side::Conversation::pull(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq from, Seq to,
                              const session::Sight& sight) {
    hub().put(
        [=, waiter = waiter(request_id), reader = reader(sight)](cache::Cache& cache, Time now) {
            cache.on_pull(waiter, gid, epoch, from, to, reader, now);
        });
}

void Side::Conversation::near(std::uint32_t request_id, GroupId gid, Time time,
                              const session::Sight& sight) {
    hub().put(
        [=, waiter = waiter(request_id), reader = reader(sight)](cache::Cache& cache, Time now) {
            cache.on_near(waiter, gid, time, reader, now);
        });
}

session::SeatIndex Side::Conversation::take_seat(GroupId gid, Epoch epoch, Seq reached) {
    const auto seat = side_.router_.join(gid, epoch, reached, shell().seat(connection_));
    if (!seat) return session::kNoSeat;
    seat_changed(gid, 1);
    return *seat;
}

void Side::Conversation::leave_seat(GroupId gid, session::SeatIndex seat) {
    seat_changed(gid, -1);
    const auto moved = side_.router_.leave(gid, seat);
    if (moved) side_.places_[*moved].session.on_seat_moved(gid, seat);
}

void Side::Conversation::caught_up(GroupId gid, session::SeatIndex seat, Epoch epoch, Seq reached) {
    side_.router_.caught_up(gid, seat, epoch, reached);
}

void Side::Conversation::registered(const session::Identity& identity, DeviceId /*device*/,
                                    std::uint64_t user_log_after) {
    shell().greeted(connection_);
    side_.remember_user(connection_.index);
    hub().put([=, connection = connection_](cache::Cache& cache, Time /*now*/) {
        cache.on_hello(connection, identity.uid, identity.minted, user_log_after);
    });
}

void Side::Conversation::seat_changed(GroupId gid, int seats) {
    hub().put([gid, seats, uid = session_.uid()](cache::Cache& cache, Time /*now*/) {
        cache.on_seat(uid, gid, seats);
    });
}

void Side::Conversation::pause_reading() { shell().pause_reading(connection_); }
void Side::Conversation::resume_reading() { shell().resume_reading(connection_); }
void Side::Conversation::set_deadline(Time time) { shell().set_deadline(connection_, time); }
void Side::Conversation::close(std::uint16_t close_code, Code reason) {
    shell().close(connection_, close_code, reason);
}

cache::Waiter Side::Conversation::waiter(std::uint32_t request_id) const {
    return {.connection = connection_, .request_id = request_id};
}

cache::Reader Side::Conversation::reader(const session::Sight& sight) const {
    return {.floor = sight.floor, .mine_of = sight.overlay ? session_.uid() : UserId{}};
}

}  // namespace stentor::node
