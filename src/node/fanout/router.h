#pragma once
// Brings each push to everybody on this shard who watches its group.
//
// Owner: the shard. Thread: its own. It is told of pushes in the order in which the node's hub
// posted them, and of each Opened and Range at its place in that same order: that is what makes
// `pushed` right.
//
// The seat's rule. A pass writes a frame to a seat only if frame.first == pushed + 1; frames with
// last <= pushed are passed over. Any other seat is behind: it gets one Head, and no content until
// caught_up() says that an Opened or Range up to the current head was written. So nobody is pushed
// what they cannot apply, and nobody is behind for ever. A change to an entry leaves no gap in the
// numbers: who misses one is told with their Head that they did.
//
// A pass carries everything that came for a group since its last pass. While it runs, in slices of
// kSliceSeats, newer frames gather for the next one. Frames pending beyond kPassBytes are given
// up: everybody gets a Head instead.
//
// Cost: a seat that keeps up costs one write a pass; a behind one nothing; a waiting one a bit.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/code.h"
#include "base/connections.h"
#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/port.h"
#include "base/storm.h"
#include "base/time.h"
#include "node/fanout/audience.h"
#include "node/fanout/turns.h"
#include "node/types.h"
#include "wire/deflate/deflater.h"
#include "wire/pb.h"

namespace stentor::fanout {

inline constexpr std::size_t kSeatsMax = std::size_t{1} << 24U;  // As many as connections

using node::Push;

// The members in the seats of a shard, as a pass sees them.
class Viewers : public Port {
public:
    // Whether the member in this seat may see the entry (Session::sees). Asked of changes and
    // tallies, not of entries: it touches the session. May not call back into the router.
    virtual bool sees(const Seat& seat, GroupId gid, Seq seq) = 0;
};

// What the channels of a shard have in common.
struct PassContext {
    PushWriter& sockets;
    Viewers& viewers;
    storm::Level level{};
    deflate::Deflater deflater{};
    std::uint64_t compressions{};
    std::uint64_t bytes_saved{};  // That compressed batches had less than plain ones.
};

// No more shards than cores are in a slice of a large pass at once.
class Gate : public Port {
public:
    virtual bool try_enter() = 0;
    virtual void leave() = 0;
};

// What a group's route is made of. `ticket`: of the newest Opened this shard has taken in, see
// on_ticket().
struct WatcherCount {
    GroupId gid;
    std::uint32_t count{};
    std::uint32_t away{};  // Of these nobody has been heard for a while (Session::on_pulse).
    std::uint64_t ticket{};
};

class Channel;  // A group's audience with its pending frames and its pass; channel.h.

class Router {
public:
    Router(PushWriter& sockets, Viewers& viewers, Gate& gate, std::size_t seats_max = kSeatsMax);
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;
    ~Router();

    // ---- Seats
    // For every Opened that arrives, before its session sees it, and also when that session is
    // gone: the hub keeps pushing to this shard until it is told count 0 with the newest ticket.
    void on_ticket(GroupId gid, std::uint64_t ticket);
    // Of `seat`, the socket's part: a `waiting` one has bytes left over, so it starts out not
    // written to.
    [[nodiscard]] Result<SeatIndex> join(GroupId gid, Epoch epoch, Seq reached, Seat seat);
    // Whose seat moved to `seat`: tell that connection's session (on_seat_moved).
    std::optional<ConnectionIndex> leave(GroupId gid, SeatIndex seat);
    // Nobody has been heard in one of its seats for a while, or somebody is again; also before such
    // a seat is left.
    void seat_away(GroupId gid, bool away);
    // An Opened or Range up to `reached` was written, or kept. A seat below the head stays behind.
    void caught_up(GroupId gid, SeatIndex seat, Epoch epoch, Seq reached);
    // The connection can be written to again. For each of its seats.
    void on_drained(GroupId gid, SeatIndex seat);

    // ---- From the hub
    void on_push(Push push);
    // The head moved without contents that could be pushed: everybody below gets a Head.
    void on_head(GroupId gid, Epoch epoch, Seq head);
    // How many watch the group on all shards: rides on the pulse.
    void on_online(GroupId gid, std::uint64_t count);

    // ---- Work
    enum class Turn : std::uint8_t {
        idle,   // Nothing is left.
        more,   // Call again at the end of the next loop turn.
        gated,  // Only large passes are left and the gate was shut: call again a little later.
    };
    // A slice of each small group in turn, up to kTurnSeats seats, then one slice of one large
    // group. Of both, those with changes come before those with entries, and ticks are last; but
    // every kFairEvery-th time changes come last.
    Turn run(Time now);
    // How long passes took from their first push to their last seat: those that the last run()
    // brought to their end, and the oldest that is not there yet.
    [[nodiscard]] std::span<const Millis> ended_passes() const { return ended_passes_; }
    [[nodiscard]] Millis oldest_pass(Time now) const;
    // A slice of a large group is wanted.
    [[nodiscard]] bool in_large_pass() const { return !large_.empty(); }

    // ---- Pulses: the heads of the groups that one connection watches. Sessions with the
    // same single group, or with none, share them within a second.
    [[nodiscard]] SharedPush pulse(std::span<const GroupId> groups, Time now);
    // Pulses bear them `until` then, but for storms: the newest kPeopleTold.
    void tell_person(const pb::User& user, Time now, Time until);

    // ---- Storms: what the node's level is from now on.
    void set_level(storm::Level level) { workshop_.level = level; }
    [[nodiscard]] storm::Level level() const { return workshop_.level; }

    // ---- Routes: groups whose number of seats, or ticket, changed since the last call.
    void take_counts(std::vector<WatcherCount>& counts);
    [[nodiscard]] std::size_t watchers(GroupId gid) const;
    // For walking who watches a group; nullptr when nobody does.
    [[nodiscard]] const Audience* audience(GroupId gid) const;
    [[nodiscard]] const PassContext& workshop() const { return workshop_; }

private:
    Channel* find(GroupId gid) const;
    void forget(GroupId gid);
    void make_ready(Channel& channel);
    // The next one; nullptr: none is ready.
    Channel* take(Turns& turns);
    void count_changed(const Channel& channel);
    // Whether another slice of it is wanted; `seats` is lowered by those visited.
    void slice_and_requeue(Channel& channel, std::size_t& seats, Time now);

    PassContext workshop_;
    Gate& gate_;
    std::unordered_map<GroupId, std::unique_ptr<Channel>> channels_;
    Turns small_;  // Ready for a slice.
    Turns large_;  // Likewise, above kLargeAudience.
    std::uint32_t turn_{};
    std::unordered_map<GroupId, WatcherCount> changed_;
    std::size_t seats_max_;
    std::vector<Millis> ended_passes_;
    struct PersonNews {
        pb::User user;
        Time until;
    };
    std::deque<PersonNews> people_;  // Oldest first, each once.
    std::uint64_t people_told_{};    // Counts what the pulses that are held do not bear.
    SharedPush no_heads_;  // The pulse of those who watch nothing, and its second and level.
    std::uint64_t no_heads_key_{};
};

}  // namespace stentor::fanout
