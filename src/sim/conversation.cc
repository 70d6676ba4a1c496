#include "sim/conversation.h"

#include "cache/cache.h"

namespace stentor::sim {

void ShardProcess::Conversation::settle() {
    for (const Unposted& unposted : std::exchange(unposted_, {})) {
        place_.session.on_refused(unposted.request_id, {}, unposted.error, *this);
    }
    if (std::exchange(overflow_, false)) {
        place_.session.on_fault(Code::slow_consumer, "replies", *this);
    }
}

void ShardProcess::Conversation::reply(std::string payload) {
    if (!place_.link->send(payload)) overflow_ = true;
}

void ShardProcess::Conversation::post(GroupId gid, pb::ClientFrame&& command) {
    const std::uint32_t request_id = command.request_id();
    bus::Post post{.reply_to = {.node = shard_.around_.node,
                                .connection = connection_,
                                .request_id = request_id},
                   .gid = gid,
                   .uid = place_.session.uid(),
                   .limits_lifted = place_.session.bench(),
                   .command = std::move(command)};
    if (post.command.has_create_invite()) {
        for (auto& byte : post.random) {
            byte = static_cast<std::uint8_t>(shard_.world_.random.next());
        }
    }
    const auto posted = shard_.around_.bus.post(partition_of(gid), std::move(post));
    if (!posted) unposted_.push_back({.request_id = request_id, .error = posted.error()});
}

void ShardProcess::Conversation::ask(std::uint32_t request_id, PartitionId partition,
                                     bus::Question question) {
    const Around& around = shard_.around_;
    // The node may be gone when the answer comes; its life is asked before the shard is touched.
    auto answered = std::make_shared<Result<bus::Reply>>();
    auto task = std::make_shared<Task>(
        around.life.guarded([&shard = shard_, connection = connection_, request_id, answered] {
            shard.with_session(connection, [&](session::Session& session, auto& fx) {
                session.on_reply(request_id, std::move(*answered), fx);
            });
        }));
    around.bus.ask_from(around.node, partition, std::move(question),
                        [answered, task](Result<bus::Reply> reply) {
                            *answered = std::move(reply);
                            (*task)();
                        });
}

void ShardProcess::Conversation::open(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq seq) {
    const cache::Waiter waiter{.connection = connection_, .request_id = request_id};
    shard_.around_.hub.put([=, uid = place_.session.uid()](cache::Cache& cache, Time now) {
        cache.on_open(waiter, gid, uid, epoch, seq, now);
    });
}

void ShardProcess::Conversation::pull(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq from,
                                      Seq to, const session::Sight& sight) {
    const cache::Waiter waiter{.connection = connection_, .request_id = request_id};
    const cache::Reader reader{.floor = sight.floor,
                               .mine_of = sight.overlay ? place_.session.uid() : UserId{}};
    shard_.around_.hub.put([=](cache::Cache& cache, Time now) {
        cache.on_pull(waiter, gid, epoch, from, to, reader, now);
    });
}

void ShardProcess::Conversation::near(std::uint32_t request_id, GroupId gid, Time time,
                                      const session::Sight& sight) {
    const cache::Waiter waiter{.connection = connection_, .request_id = request_id};
    const cache::Reader reader{.floor = sight.floor,
                               .mine_of = sight.overlay ? place_.session.uid() : UserId{}};
    shard_.around_.hub.put(
        [=](cache::Cache& cache, Time now) { cache.on_near(waiter, gid, time, reader, now); });
}

session::SeatIndex ShardProcess::Conversation::take_seat(GroupId gid, Epoch epoch, Seq reached) {
    const auto seat =
        shard_.router_.join(gid, epoch, reached, static_cast<std::int32_t>(connection_.index),
                            connection_.index, place_.link->waiting());
    if (!seat) return session::kNoSeat;
    seat_changed(gid, 1);
    return *seat;
}

void ShardProcess::Conversation::leave_seat(GroupId gid, session::SeatIndex seat) {
    seat_changed(gid, -1);
    const auto moved = shard_.router_.leave(gid, seat);
    if (moved) shard_.places_[*moved]->session.on_seat_moved(gid, seat);
}

void ShardProcess::Conversation::caught_up(GroupId gid, session::SeatIndex seat, Epoch epoch,
                                           Seq reached) {
    shard_.router_.caught_up(gid, seat, epoch, reached);
}

void ShardProcess::Conversation::registered(const session::Identity& identity, DeviceId /*device*/,
                                            std::uint64_t user_log_after) {
    shard_.by_user_.emplace(identity.uid, connection_.index);
    shard_.around_.hub.put([=, connection = connection_](cache::Cache& cache, Time /*now*/) {
        cache.on_hello(connection, identity.uid, identity.minted, user_log_after);
    });
}

void ShardProcess::Conversation::seat_changed(GroupId gid, int seats) {
    shard_.around_.hub.put(
        [gid, seats, uid = place_.session.uid()](cache::Cache& cache, Time /*now*/) {
            cache.on_seat(uid, gid, seats);
        });
}

void ShardProcess::Conversation::set_deadline(Time time) {
    const std::uint64_t number = ++place_.deadline_number;
    if (time == Time::max()) return;
    ShardProcess& shard = shard_;
    shard.around_.life.at(time, [&shard, connection = connection_, number] {
        Place* place = shard.find(connection);
        if (place == nullptr || place->deadline_number != number) return;
        shard.with_session(connection, [&](session::Session& session, auto& fx) {
            session.on_deadline(shard.world_.now(), fx);
        });
    });
}

void ShardProcess::Conversation::close(std::uint16_t /*close_code*/, Code reason) {
    shard_.world_.tell([&] {
        return "node " + std::to_string(shard_.around_.node.value) + " closes user " +
               std::to_string(place_.session.uid().value) + ": " + std::string{name_of(reason)};
    });
    place_.link->close();
}

}  // namespace stentor::sim
