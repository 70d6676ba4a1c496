#pragma once
// Three processes with the role of an owner, and who of them holds which partition, as the database
// that gives leases has it. Each process renews one lease for all that it holds; who does not renew
// it in time is taken for dead, and others are given what it held, each partition under a new term.
// Partitions are moved by agreement as well.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/ids.h"
#include "group/rules/rules.h"
#include "group/settings.h"
#include "testing/sim/owner_process.h"
#include "testing/sim/sim_bus.h"
#include "testing/sim/world.h"

namespace stentor::sim {

class Owners final : public Holders, private Tenancies {
public:
    struct Deps {
        World& world;
        FaultyStore& store;
        SimBus& bus;
        route::Routes& routes;
        const std::vector<GroupId>& groups;  // Whose partitions are moved.
    };
    Owners(const Deps& deps, const group::Settings& settings);

    void start();
    // Everything has ended, as before start().
    void end();
    // Faults: once a second.
    void strike();
    void heal();
    void set_storm(const rules::StormRule& storm);

    // Holders
    bus::OwnerInbox* holder_of(PartitionId partition) override;
    bus::OwnerInbox* former_of(PartitionId partition) override;

private:
    static constexpr std::size_t kOwners = 3;

    struct Slot {
        std::unique_ptr<OwnerProcess> process;
        Time expires;  // Of its lease; what it holds is given to others then.
        Time unheard_until;
        bool has_lease{};
        bool ready{};  // To be given partitions.
    };
    struct Tenure {
        std::optional<std::size_t> slot;
        Term term;
        std::size_t former{};  // Who had it before.
    };

    // Tenancies
    void retake(PartitionId partition, std::size_t slot) override;
    [[nodiscard]] bool is_holder(PartitionId partition, std::size_t slot) const override;
    [[nodiscard]] bool is_current(PartitionId partition, Term term) const override;
    [[nodiscard]] std::vector<OwnerProcess*> others(const OwnerProcess* owner) override;
    std::optional<Renewal> renew(std::size_t slot, bool gave_up) override;
    void on_renewed(std::size_t slot) override;

    void enter(std::size_t slot);
    void watch(std::size_t slot);
    void lapse(std::size_t slot);
    void take_all_from(std::size_t slot);
    // To some process with a lease; nobody's, where there is none.
    void place(PartitionId partition, std::optional<std::size_t> but = {});
    void give(PartitionId partition, std::size_t slot);
    void place_all();
    void strike_one(Slot& slot, std::size_t index);
    void move_one();
    void on_closed(PartitionId partition, Term term, owner::Handover handover);

    Deps deps_;
    World& world_;
    group::Settings settings_;
    rules::StormRule storm_;
    std::array<Slot, kOwners> slots_;
    std::array<Tenure, kPartitions> tenures_;
    Term newest_;
    std::set<PartitionId> moving_;
    std::uint64_t ends_{};
};

}  // namespace stentor::sim
