#pragma once
// One group on one shard: its audience, what gathers for its next pass, and the pass under way.
//
// A pass walks the seats from the last to the first. So a seat that moves into the hole of one that
// left is either still ahead of the walk or is met twice, and meeting a seat twice changes nothing;
// a seat that joins is behind the walk, and has everything already that the pass carries.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/time.h"
#include "node/fanout/audience.h"
#include "node/fanout/batches.h"
#include "node/fanout/cost.h"
#include "node/fanout/router.h"
#include "node/fanout/tick.h"
#include "node/fanout/turns.h"

namespace stentor::fanout {

class Channel {
public:
    Channel(GroupId gid, Epoch epoch, Seq head, std::size_t seats_max, PassContext& workshop)
        : gid_(gid), workshop_(workshop), audience_(epoch, head, seats_max) {}

    // Whether there is now something for a pass.
    bool add(Push push);
    // What was just added came at this time.
    void note_push(Time at) {
        if (gathered_.since == Time{}) gathered_.since = at;
    }
    bool move_head(Epoch epoch, Seq head);
    // The next pass tells those who are owed a Head, even if nothing else comes.
    void want_heads() { gathered_.heads = true; }

    // Visits at most `seats_max` seats; begins a pass when none is under way. Returns how many.
    std::size_t slice(std::size_t seats_max);
    [[nodiscard]] bool has_work() const { return pass_.running || pending(); }
    // Of the most urgent that is under way or gathered.
    [[nodiscard]] Lane lane() const;
    [[nodiscard]] bool in_pass() const { return pass_.running; }
    // When the first push came of the pass under way, or else of the next one. Time{}: none did.
    [[nodiscard]] Time pass_since() const { return pass_.running ? pass_.since : gathered_.since; }

    std::optional<ConnectionIndex> leave(SeatIndex index);
    void caught_up(SeatIndex index, Epoch epoch, Seq reached);
    void on_drained(SeatIndex index);

    // What everybody who keeps up has been pushed: the head, less what gathers or is under way. A
    // pulse that told more would make them all pull what is on its way to them.
    [[nodiscard]] Seq told() const;

    [[nodiscard]] GroupId gid() const { return gid_; }
    [[nodiscard]] Audience& audience() { return audience_; }
    [[nodiscard]] const Audience& audience() const { return audience_; }

    std::optional<Lane> queued;  // As what it stands in the router's queues.
    std::uint64_t ticket = 0;    // Router::on_ticket.
    SharedPush pulse;            // Of those who watch only this group, made for pulse_key.
    std::uint64_t pulse_key = 0;
    Seq pulse_head;
    std::uint64_t online = 0;  // On all shards; 0: not told yet.
    std::uint32_t away = 0;    // WatcherCount::away.

private:
    struct Control {
        Seq seq;
        SharedPush push;
    };
    // Frames of lane entries are contiguous and end at the head: what would leave a gap before it
    // drops those that came earlier, and their readers get a Head.
    struct Gathered {
        std::vector<Control> early;
        std::vector<Push> entries;
        std::vector<Control> late;  // About entries that are pending themselves.
        Tick tick;
        Time since{};  // Of the first push.
        std::size_t bytes{};
        bool heads{};       // The head moved without contents.
        bool all_behind{};  // Changes were given up: whoever missed them must learn of it.
    };
    struct Pass {
        std::vector<Control> early;
        std::optional<Batches> entries;
        std::vector<Control> late;
        Tick tick;
        Time since{};
        Seq head;
        SeatIndex next{};  // Seats below are still to be visited.
        bool all_behind{};
        bool running{};
    };

    [[nodiscard]] bool pending() const;
    void give_up_entries();
    bool adopt(Epoch epoch, Seq head);
    void begin_pass();
    void visit(Seat& seat);
    void write_entries(Seat& seat);
    void write_tick(Seat& seat);
    void write_controls(Seat& seat, const std::vector<Control>& controls);
    bool write(Seat& seat, const SharedPush& push);
    void write_head(Seat& seat);
    // Of the present head; `changes_missed`: for who missed a change as well.
    const SharedPush& head_push(bool changes_missed);

    GroupId gid_;
    PassContext& workshop_;
    Audience audience_;
    Gathered gathered_;
    Pass pass_;
    HeadsAnswered heads_answered_;
    std::array<SharedPush, 2> head_pushes_;  // By changes_missed.
    Seq head_push_seq_;
    Epoch head_push_epoch_;
};

}  // namespace stentor::fanout
