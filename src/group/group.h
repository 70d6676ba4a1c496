#pragma once
// One group in its owner's memory: who may send, what number it gets, and when it is answered.
// A command passes these checks, each of which may refuse it: load (loads.h), rate, duplicate,
// membership, rules (admission.h, sending.h, send_rules.h); then it gets its number (it is now
// *ordered*), is committed (it is now *durable*), answered and published (pipeline.h).
//
// Owner: Partition. Thread: the partition's worker. Pure: everything comes in through on_*, and
// leaves through GroupPort.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "bus/bus.h"
#include "group/state.h"

namespace stentor::group {

class Group {
public:
    Group(GroupId gid, const Lease& lease, const Settings& settings, GroupPort& port);

    void on_command(bus::Command command, Time now);
    void on_open(std::uint64_t ask, const bus::AskOpen& question, Time now);
    void on_loaded(const Loaded& loaded, Time now);
    void on_committed(store::Outcome outcome);

    // The server's own note to a member: why their message was refused, for instance.
    void write_note(UserId uid, Code code, std::string_view text, Time now);

    // Makes the next commit, if none is under way and something is staged.
    void flush();
    // Nobody speaks to it, but its retention may drop something.
    void on_wake(Time now);
    void on_tick(Time now, std::size_t members_excess);  // Forgets old ids and quiet members.
    [[nodiscard]] std::size_t members_cached() const { return state_.members.size(); }

    // Known to be its admin or owner; who did nothing lately is not known.
    [[nodiscard]] bool is_staff(UserId uid) const;
    [[nodiscard]] bool holds(UserId uid) const;  // Something of theirs is not settled.
    // It may leave memory: nobody waits for it, and nothing happened since `time`.
    [[nodiscard]] bool idle_since(Time time) const;

private:
    GroupState state_;
};

}  // namespace stentor::group
