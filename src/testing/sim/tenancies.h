#pragma once
// What an owner's process is told of leases and tenures by whoever gives them, and how long it may
// go by that.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "owner/lease_check.h"
#include "testing/sim/clock.h"

namespace stentor::sim {

inline constexpr Millis kLease{6'000};
inline constexpr Millis kLeaseMargin{1'000};
inline constexpr Millis kRenewEvery{1'500};

class OwnerProcess;

struct Renewal {
    bool kept{};  // Else it had ended, and so has every tenure up to this term.
    Term newest;
};

class Tenancies {
public:
    Tenancies() = default;
    Tenancies(const Tenancies&) = delete;
    Tenancies& operator=(const Tenancies&) = delete;
    virtual ~Tenancies() = default;

    // Of a process in this place; nothing: it was not heard. `gave_up`: by its own clock the lease
    // was over, and it holds nothing any more.
    virtual std::optional<Renewal> renew(std::size_t slot, bool gave_up) = 0;
    // It has taken in that its lease is a new one, and may be given partitions.
    virtual void on_renewed(std::size_t slot) = 0;
    // It is given a new term in the same place, as by somebody who mends the table of tenures.
    virtual void retake(PartitionId partition, std::size_t slot) = 0;

    // ---- For the checks
    [[nodiscard]] virtual bool is_holder(PartitionId partition, std::size_t slot) const = 0;
    // Nobody was given the partition since.
    [[nodiscard]] virtual bool is_current(PartitionId partition, Term term) const = 0;
    // Those that may still answer for something.
    [[nodiscard]] virtual std::vector<OwnerProcess*> others(const OwnerProcess* owner) = 0;
};

// One process's view of its lease, on a clock of its own that goes a little too fast or too slow.
class SkewedLease final : public owner::LeaseCheck {
public:
    // `rate`: its milliseconds in 1,000 true ones.
    SkewedLease(const Clock& clock, std::uint64_t rate) : clock_{clock}, rate_{rate} {}

    [[nodiscard]] bool is_good(PartitionId /*partition*/) const override { return good(); }
    [[nodiscard]] bool good() const { return now() < good_until_; }
    // From before the renewal was asked for.
    void renewed(Millis asked) { good_until_ = asked + kLease - kLeaseMargin; }
    [[nodiscard]] Millis now() const {
        const auto since = static_cast<std::uint64_t>((clock_.now() - began_).count());
        return Millis{static_cast<std::int64_t>(since * rate_ / 1'000)};
    }

private:
    const Clock& clock_;
    std::uint64_t rate_;
    Time began_{clock_.now()};
    Millis good_until_{kLease - kLeaseMargin};
};

}  // namespace stentor::sim
