#pragma once
// The partitions that one worker holds, each under a term of its own: what comes for their groups,
// what the groups ask for, and in which order that leaves. A turn feeds the groups some of the
// commands that wait, by lane, then hands on items, loads, commits and answers, in this order.
//
// Nothing is made for a partition that is not held: whoever asks there is told owner_moved. A
// partition is given up in one of two ways. Closed, it refuses nothing: the commits under way are
// awaited, read positions are written, and what is not ordered yet goes to the next owner with the
// questions that wait. Lost, because its lease is over, nobody may be answered from its memory:
// what was in a commit has an unknown outcome, and everybody else is told to ask again.
//
// Pure: no lock, no thread, no clock but the time that is given. Owner: a Worker; in the simulator
// a process. Limits: those of its shell's queue and of the groups.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/port.h"
#include "bus/bus.h"
#include "bus/route/routes.h"
#include "group/intake.h"
#include "group/item_stream.h"
#include "group/partition.h"
#include "owner/barriers.h"
#include "owner/door.h"
#include "owner/question_deadline.h"
#include "store/store.h"

namespace stentor::owner {

// What a desk asks of the shell around it. None may call back into it.
class DeskPort : public Port {
public:
    using Positions = std::vector<store::Members::ReadPosition>;

    // Answered by one on_loaded.
    virtual void load(group::Load load) = 0;
    // Answered by one on_committed.
    virtual void commit(store::Commit commit) = 0;
    // All loads and commits of this turn have been asked for.
    virtual void hand_on() = 0;
    // Answered by one on_positions_written. False: too much waits there, nothing was taken.
    [[nodiscard]] virtual bool advance_read(Positions& positions) = 0;

    // What passes, told to whoever watches it.
    virtual void on_taken(const bus::Command& command) = 0;
    virtual void on_answer(const bus::ReplyTo& to, const pb::ServerFrame& frame) = 0;
};

// What a partition's next owner is to be given, in this order, before anything else that comes for
// it.
struct Handover {
    struct Question {
        bus::AskOpen question;
        bus::ReplyHandler reply;
    };

    std::vector<bus::Command> commands;
    std::vector<Question> questions;
};

class Desk final : private group::GroupPort {
public:
    static constexpr Millis kTickEvery{1'000};
    using Closed = std::move_only_function<void(Handover)>;

    struct Deps {
        DeskPort& port;
        bus::Bus& bus;
        route::Routes& routes;
        Door& door;
        QuestionDeadline& patience;
        std::size_t turn_commands;  // At most so many in one turn; then urgent ones are looked for.
    };
    Desk(const Deps& deps, const group::Settings& settings);

    // ---- Which partitions it holds
    // Under a term that no other tenure had.
    void gain(PartitionId partition, const group::Lease& lease);
    // At once: its lease is over.
    void lose(PartitionId partition);
    // By agreement. `closed` is called at the end of a turn; never, when the partition is lost
    // before. Whatever comes for it after that is refused, so by then the bus must have held it
    // back.
    void close(PartitionId partition, Closed closed);

    // ---- What comes
    void on_command(bus::Command command);
    void on_open(const bus::AskOpen& question, bus::ReplyHandler reply, Time due, Time now);
    void on_loaded(const group::Loaded& loaded, Time now);
    void on_committed(const group::Committed& committed);
    void on_positions_written() { ++positions_written_; }
    // A group's retention has something to drop.
    void on_wake(GroupId gid, Time now);
    void use_keywords(const std::shared_ptr<const rules::Keywords>& keywords);
    void set_storm(const rules::StormRule& storm);
    // The store goes on in this one; see group::Partition.
    void set_epoch(Epoch epoch) {
        for (auto& [partition, owned] : partitions_) owned.partition.set_epoch(epoch);
    }
    // `done` is called once nothing of this user is under way any more. The gate must have closed
    // before.
    void settle(UserId uid, Barriers::Done done) { barriers_.add(uid, std::move(done)); }

    // ---- Turns
    void turn(Time now);
    // Once a second or so, before a turn.
    void tick(Time now);
    // Until the next turn, if nothing comes.
    [[nodiscard]] Millis rest() const;
    // False: read positions are left that were not taken.
    bool flush_positions();

    [[nodiscard]] std::size_t commands_waiting() const { return intake_.size(); }
    [[nodiscard]] std::optional<Time> take_earliest() { return intake_.take_earliest(); }
    [[nodiscard]] std::size_t groups_in_memory() const;

private:
    struct Closing {
        Closed closed;
        std::vector<bus::Command> rest;        // What came for it and was not taken by a group.
        std::optional<std::uint64_t> flushed;  // So many hand-overs of read positions are awaited.
    };
    struct Owned {
        group::Partition partition;
        group::ItemStream stream;
        bool touched{};  // In this turn.
        std::optional<Closing> closing;
    };

    // Nothing, where it is not held or may not be answered for any more.
    Owned* held(PartitionId partition);
    void touch(PartitionId partition, Owned& owned);
    void take_commands(Time now);
    void gather_positions(Time now);
    void publish_items();
    void answer_all();
    void end_closings();
    void refuse(const bus::ReplyTo& to, const Error& error);
    std::vector<Handover::Question> take_questions(PartitionId partition);

    // group::GroupPort
    void load(group::Load load) override { deps_.port.load(std::move(load)); }
    void commit(store::Commit commit) override;
    void advance_read(store::Members::ReadPosition position) override {
        positions_.push_back(position);
    }
    void answer(const bus::ReplyTo& to, pb::ServerFrame frame) override;
    void answer_open(std::uint64_t ask, Result<bus::OpenAnswer> answer) override;
    void publish(bus::GroupItem item) override;
    void nudge(bus::Nudge nudge) override;

    Deps deps_;
    group::Settings settings_;
    std::map<PartitionId, Owned> partitions_;
    std::size_t closings_{};  // Of these.
    group::Intake intake_;
    std::unordered_map<std::uint64_t, Handover::Question> opening_;
    std::uint64_t last_ask_{};
    Barriers barriers_;

    // Gathered during a turn.
    std::vector<PartitionId> touched_;
    std::vector<std::pair<bus::ReplyHandler, Result<bus::Reply>>> opened_;
    std::map<NodeId, std::vector<bus::Answer>> answers_;
    std::map<NodeId, std::vector<bus::Nudge>> nudges_;
    std::vector<NodeId> nodes_;

    DeskPort::Positions positions_;        // Over several turns,
    std::optional<Time> positions_since_;  // since then.
    std::uint64_t positions_handed_{};
    std::uint64_t positions_written_{};
};

}  // namespace stentor::owner
