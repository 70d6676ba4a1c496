#pragma once
// What a session asks for, carried out in the simulated node. Made for one event of one session;
// what fails is told to it by settle(), after the event.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/shard_process.h"

namespace stentor::sim {

class ShardProcess::Conversation final : public session::Effects {
public:
    Conversation(ShardProcess& shard, ConnectionToken connection, Place& place)
        : shard_{shard}, connection_{connection}, place_{place} {}

    void settle();

    void reply(std::string payload) override;
    void post(GroupId gid, pb::ClientFrame&& command) override;
    void ask(std::uint32_t request_id, PartitionId partition, bus::Question question) override;
    void open(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq seq) override;
    void pull(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq from, Seq to,
              const session::Sight& sight) override;
    void near(std::uint32_t request_id, GroupId gid, Time time,
              const session::Sight& sight) override;
    session::SeatIndex take_seat(GroupId gid, Epoch epoch, Seq reached) override;
    void leave_seat(GroupId gid, session::SeatIndex seat) override;
    void caught_up(GroupId gid, session::SeatIndex seat, Epoch epoch, Seq reached) override;
    void registered(const session::Identity& identity, DeviceId device,
                    std::uint64_t user_log_after) override;
    void seat_changed(GroupId gid, int seats);
    void pause_reading() override { place_.link->pause_reading(); }
    void resume_reading() override { place_.link->resume_reading(); }
    void set_deadline(Time time) override;
    void close(std::uint16_t close_code, Code reason) override;

private:
    struct Unposted {
        std::uint32_t request_id{};
        Error error;
    };

    ShardProcess& shard_;
    ConnectionToken connection_;
    Place& place_;
    std::vector<Unposted> unposted_;
    bool overflow_{};
};

template <class Event>
void ShardProcess::with_session(ConnectionToken connection, Event&& event) {
    Place* place = find(connection);
    if (place == nullptr) return;
    Conversation fx{*this, connection, *place};
    std::forward<Event>(event)(place->session, fx);
    fx.settle();
    plan_turn();
}

}  // namespace stentor::sim
