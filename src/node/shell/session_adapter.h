#pragma once
// What a session asks for, carried out: replies to its connection, commands to the bus, opens and
// pulls to the hub, seats in the shard's router.
//
// Made on the stack for one event of one session. What fails is told to the session by settle(),
// after the event: a session is never called back from within its own call.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "node/cache/cache.h"
#include "node/shell/node_shard.h"

namespace stentor::node {

class NodeShard::SessionAdapter final : public session::SessionPort {
public:
    SessionAdapter(NodeShard& shard, ConnectionToken connection, session::Session& session)
        : shard_{shard}, connection_{connection}, session_{session} {}

    void settle();

    void reply(std::string payload) override;
    void submit(GroupId gid, pb::ClientFrame&& command) override;
    void ask(std::uint32_t request_id, PartitionId partition, bus::Question question) override;
    void open(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq seq) override;
    void pull(std::uint32_t request_id, GroupId gid, Epoch epoch, Seq from, Seq to,
              const ReadRights& reader) override;
    void near(std::uint32_t request_id, GroupId gid, Time time, const ReadRights& reader) override;
    void recheck(GroupId gid) override { shard_.recheck(gid, session_.uid()); }
    SeatIndex take_seat(GroupId gid, Epoch epoch, Seq reached) override;
    void leave_seat(GroupId gid, SeatIndex seat) override;
    void caught_up(GroupId gid, SeatIndex seat, Epoch epoch, Seq reached) override;
    void seat_away(GroupId gid, bool away) override { shard_.router_.seat_away(gid, away); }
    void held_back() override { shard_.held_back_.fetch_add(1, std::memory_order_relaxed); }
    session::Misses missed() override {
        return shard_.deps_.rules.misses->charge(session_.uid(), shard_.now_);
    }
    void spent(std::uint32_t units) override {
        if (session_.bench()) return;
        shard_.deps_.rules.budgets->charge(session_.uid(), units, shard_.now_);
    }
    void registered(const session::Identity& identity, DeviceId device,
                    std::uint64_t user_log_after) override;
    void pause_reading() override;
    void resume_reading() override;
    void set_deadline(Time time) override;
    void close(std::uint16_t close_code, Code reason) override;

private:
    struct Unsubmitted {
        std::uint32_t request_id{};
        Error error;
    };

    void seat_changed(GroupId gid, int seats);
    [[nodiscard]] Connections& connections() { return shard_.deps_.connections; }
    [[nodiscard]] HubMail& hub() { return shard_.deps_.hub; }
    // Its part of a seat: where to write, whether something waits there already, and whether its
    // client takes compressed messages.
    [[nodiscard]] fanout::Seat socket();
    [[nodiscard]] cache::Waiter waiter(std::uint32_t request_id) const;

    NodeShard& shard_;
    ConnectionToken connection_;
    session::Session& session_;
    std::vector<Unsubmitted> unsubmitted_;
    bool overflow_{};
    bool kept_{};
};

template <class Event>
void NodeShard::with_session(ConnectionToken connection, Event&& event) {
    Place* place = find(connection);
    if (place == nullptr) return;
    SessionAdapter fx{*this, connection, place->session};
    std::forward<Event>(event)(place->session, fx);
    fx.settle();
}

}  // namespace stentor::node
