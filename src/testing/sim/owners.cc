#include "testing/sim/owners.h"

#include <algorithm>
#include <string>
#include <utility>

namespace stentor::sim {

Owners::Owners(const Deps& deps, const group::Settings& settings)
    : deps_{deps}, world_{deps.world}, settings_{settings} {
    deps_.bus.attach(this);
    world_.tenancies = this;
}

void Owners::start() {
    for (std::uint32_t id = 0; id < kPartitions; ++id) tenures_[id].slot = id % kOwners;
    for (std::size_t slot = 0; slot < kOwners; ++slot) enter(slot);
}

void Owners::end() {
    ++ends_;
    for (Slot& slot : slots_) slot = {};
    tenures_ = {};
    moving_.clear();
}

void Owners::set_storm(const rules::StormRule& storm) {
    storm_ = storm;
    for (Slot& slot : slots_) {
        if (slot.process != nullptr) slot.process->set_storm(storm);
    }
}

// ---- Leases

// A process that starts: the one before it in this place is certainly dead.
void Owners::enter(std::size_t index) {
    Slot& slot = slots_[index];
    slot.has_lease = slot.ready = true;
    slot.expires = world_.now() + kLease;
    watch(index);
    slot.process = std::make_unique<OwnerProcess>(OwnerProcess::Deps{.world = world_,
                                                                     .store = deps_.store,
                                                                     .bus = deps_.bus,
                                                                     .routes = deps_.routes,
                                                                     .tenancies = *this,
                                                                     .slot = index},
                                                  settings_);
    world_.tell([&] { return "owner " + std::to_string(index) + " starts"; });
    slot.process->set_storm(storm_);
    for (std::uint32_t id = 0; id < kPartitions; ++id) {
        if (tenures_[id].slot == index) give({id}, index);
    }
    place_all();
}

std::optional<Renewal> Owners::renew(std::size_t index, bool gave_up) {
    Slot& slot = slots_[index];
    if (world_.now() < slot.unheard_until) return std::nullopt;
    const bool kept = slot.has_lease && slot.ready && !gave_up;
    slot.has_lease = true;
    slot.expires = world_.now() + kLease;
    watch(index);
    if (!kept) {
        slot.ready = false;
        take_all_from(index);
    }
    return Renewal{.kept = kept, .newest = newest_};
}

void Owners::on_renewed(std::size_t index) {
    Slot& slot = slots_[index];
    slot.ready = slot.has_lease;
    place_all();
}

void Owners::watch(std::size_t index) {
    world_.clock.at(slots_[index].expires, [this, index, ends = ends_] {
        const Slot& slot = slots_[index];
        if (ends == ends_ && slot.has_lease && slot.expires <= world_.now()) lapse(index);
    });
}

void Owners::lapse(std::size_t index) {
    world_.count(Seen::lease_lapsed);
    world_.tell([&] { return "the lease of owner " + std::to_string(index) + " is over"; });
    Slot& slot = slots_[index];
    if (slot.process != nullptr && slot.process->paused()) {
        world_.count(Seen::owner_taken_over_while_paused);
    }
    slot.has_lease = slot.ready = false;
    take_all_from(index);
}

void Owners::take_all_from(std::size_t index) {
    for (std::uint32_t id = 0; id < kPartitions; ++id) {
        if (tenures_[id].slot == index) place({id});
    }
}

// ---- Tenures

void Owners::place(PartitionId partition, std::optional<std::size_t> but) {
    std::vector<std::size_t> able;
    for (std::size_t index = 0; index < kOwners; ++index) {
        const Slot& slot = slots_[index];
        if (slot.process != nullptr && slot.ready && index != but) able.push_back(index);
    }
    if (!able.empty()) return give(partition, world_.random.pick(able));
    Tenure& tenure = tenures_[partition.value];
    tenure = {.former = tenure.slot.value_or(tenure.former)};
}

void Owners::place_all() {
    for (std::uint32_t id = 0; id < kPartitions; ++id) {
        if (!tenures_[id].slot) place({id});
    }
}

void Owners::give(PartitionId partition, std::size_t index) {
    const Term term = deps_.store.next_term().value_or(Term{});
    Tenure& tenure = tenures_[partition.value];
    const std::size_t last = tenure.slot.value_or(tenure.former);
    tenure = {.slot = index, .term = term, .former = last != index ? last : tenure.former};
    moving_.erase(partition);
    newest_ = term;
    slots_[index].process->gain(partition,
                                {.term = term, .epoch = deps_.store.truth().epoch().value()});
    deps_.bus.release(partition);
}

void Owners::retake(PartitionId partition, std::size_t slot) {
    if (!slots_[slot].ready || !is_holder(partition, slot)) return;
    world_.count(Seen::tenure_retaken);
    give(partition, slot);
}

bool Owners::is_holder(PartitionId partition, std::size_t slot) const {
    return tenures_[partition.value].slot == slot;
}

bool Owners::is_current(PartitionId partition, Term term) const {
    return tenures_[partition.value].term == term;
}

std::vector<OwnerProcess*> Owners::others(const OwnerProcess* owner) {
    std::vector<OwnerProcess*> others;
    for (const Slot& slot : slots_) {
        if (slot.process != nullptr && slot.has_lease && slot.process.get() != owner) {
            others.push_back(slot.process.get());
        }
    }
    return others;
}

bus::OwnerInbox* Owners::holder_of(PartitionId partition) {
    const auto slot = tenures_[partition.value].slot;
    return slot ? slots_[*slot].process.get() : nullptr;
}

bus::OwnerInbox* Owners::former_of(PartitionId partition) {
    return slots_[tenures_[partition.value].former].process.get();
}

// ---- Faults

void Owners::strike() {
    for (std::size_t index = 0; index < kOwners; ++index) strike_one(slots_[index], index);
    if (world_.random.chance(world_.faults.partition_moves)) move_one();
}

void Owners::strike_one(Slot& slot, std::size_t index) {
    if (slot.process == nullptr || slot.process->paused()) return;
    if (world_.strikes(world_.faults.renewals_lost, Seen::renewals_lost)) {
        slot.unheard_until = world_.now() + world_.random.between(Millis{2'000}, Millis{20'000});
    }
    if (world_.strikes(world_.faults.owner_crash, Seen::owner_crashed)) {
        world_.tell([&] { return "owner " + std::to_string(index) + " crashes"; });
        slot.process.reset();
        const Millis down = world_.random.between(Millis{100}, Millis{9'000});
        world_.clock.after(down, [this, index, ends = ends_] {
            if (ends == ends_ && slots_[index].process == nullptr) enter(index);
        });
    } else if (world_.strikes(world_.faults.owner_pause, Seen::owner_paused)) {
        world_.tell([&] { return "owner " + std::to_string(index) + " pauses"; });
        slot.process->pause();
        // Whoever pauses longer than their lease is taken for dead, and goes on all the same.
        const bool too_long = world_.random.chance(500);
        const Millis pause = too_long ? world_.random.between(Millis{6'000}, Millis{14'000})
                                      : world_.random.between(Millis{50}, Millis{4'000});
        world_.clock.after(pause, [this, index, process = slot.process.get(), ends = ends_] {
            Slot& then = slots_[index];
            if (ends != ends_ || then.process.get() != process) return;
            if (!then.has_lease) world_.count(Seen::stale_owner_resumed);
            world_.tell([&] { return "owner " + std::to_string(index) + " goes on"; });
            process->resume();
        });
    }
}

// ---- Moves by agreement

void Owners::move_one() {
    if (deps_.groups.empty()) return;
    const PartitionId partition = partition_of(world_.random.pick(deps_.groups));
    const Tenure& tenure = tenures_[partition.value];
    if (!tenure.slot || moving_.contains(partition)) return;
    const Slot& slot = slots_[*tenure.slot];
    if (slot.process == nullptr || !slot.ready) return;
    world_.tell([&] { return "partition " + std::to_string(partition.value) + " is to move"; });
    moving_.insert(partition);
    deps_.bus.hold(partition);
    slot.process->close(partition, [this, partition, term = tenure.term](owner::Handover handover) {
        on_closed(partition, term, std::move(handover));
    });
}

void Owners::on_closed(PartitionId partition, Term term, owner::Handover handover) {
    // Its lease had ended before, and others were given it without this.
    if (!is_current(partition, term)) return;
    world_.count(Seen::partition_moved);
    if (!handover.commands.empty()) world_.count(Seen::command_forwarded);
    deps_.bus.forward(partition, std::move(handover.commands));
    place(partition, tenures_[partition.value].slot);
    if (!tenures_[partition.value].slot) place(partition);
    for (owner::Handover::Question& asked : handover.questions) {
        world_.count(Seen::question_forwarded);
        deps_.bus.ask(partition, asked.question, std::move(asked.reply));
    }
}

void Owners::heal() {
    for (std::size_t index = 0; index < kOwners; ++index) {
        Slot& slot = slots_[index];
        slot.unheard_until = {};
        if (slot.process == nullptr) enter(index);
        slot.process->resume();
    }
}

}  // namespace stentor::sim
