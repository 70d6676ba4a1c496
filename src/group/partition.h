#pragma once
// All groups of one partition, under one term. A command passes these checks, each of which may
// refuse it: load (loads.h), rate, duplicate, membership, rules (admission.h, sending.h,
// send_rules.h); then it gets its number (it is now *ordered*), is committed (it is now *durable*),
// answered and published (pipeline.h).
//
// Owner: owner::Worker. Thread: the worker's. Pure. Groups come into memory when somebody speaks
// to them and leave it after kGroupIdle. Of their members it keeps kMembersCached in all: each tick
// those beyond are forgotten, by each group in proportion to what it holds (members.h).

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "group/effects.h"
#include "group/intake.h"
#include "group/settings.h"
#include "group/state.h"

namespace stentor::group {

class Partition {
public:
    Partition(const Lease& lease, const Settings& settings, GroupPort& port);

    // Where it waits before on_command (Intake): an admin is known once they have done something.
    [[nodiscard]] Lane lane_of(const bus::Command& command) const;
    void on_command(bus::Command command, Time now);
    void on_open(std::uint64_t ask, const bus::AskOpen& question, Time now);
    // Nobody speaks to it, but its retention may drop something.
    void on_wake(GroupId gid, Time now);
    void on_loaded(const Loaded& loaded, Time now);
    // Whether that is the commit that its group has under way.
    [[nodiscard]] bool awaits(const Committed& committed) const;
    void on_committed(GroupId gid, store::Outcome outcome);

    // ---- The end of the tenure
    // By agreement: nothing more is loaded or committed. Once what is in flight is settled, the
    // commands that are left are taken out in their order.
    void close() { closing_ = true; }
    [[nodiscard]] bool is_settled() const;
    [[nodiscard]] std::vector<bus::Command> take_commands();
    // At once: everybody who waits is told to ask again.
    void lose();

    // Hands what was staged since the last call to the store: called at a natural pause, so that
    // what came in together is committed together.
    void flush();
    // Something of theirs is not settled there.
    [[nodiscard]] bool holds(GroupId gid, UserId uid) const;
    // Once a second or so.
    void on_tick(Time now);
    // From the next command on.
    void use_keywords(std::shared_ptr<const rules::Keywords> keywords);
    void set_storm(const rules::StormRule& storm) { settings_.rules.storm = storm; }
    // The store goes on in a later epoch: what is in memory may be lost there, and is loaded again
    // by the next on_tick().
    void set_epoch(Epoch epoch) { lease_.epoch = std::max(lease_.epoch, epoch); }

    [[nodiscard]] std::size_t groups_in_memory() const { return groups_.size(); }
    // Of all groups together; kMembersCached of them at rest.
    [[nodiscard]] std::size_t members_in_memory() const;

private:
    GroupState& group(GroupId gid);

    Lease lease_;
    Settings settings_;
    GroupPort& port_;
    std::unordered_map<GroupId, GroupState> groups_;
    std::vector<GroupId> touched_;  // Those that may have something staged.
    std::uint64_t came_in_{};       // Groups, ever.
    bool closing_{};
};

}  // namespace stentor::group
