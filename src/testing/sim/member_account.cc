// A member whose token was ended: signs in again, as soon as the account lets them, and goes on
// from what the disk holds.

#include "testing/sim/member.h"

namespace stentor::sim {

void Member::plan_sign_in() {
    signed_out_ = true;
    world_.clock.after(world_.random.between(Millis{200}, Millis{3'000}), [this, alive = alive_] {
        if (!*alive) return;
        deps_.auth.sign_in(uid_, [this, alive](const Operator::Entry& entry) {
            if (*alive) on_entry(entry);
        });
    });
}

void Member::on_entry(const Operator::Entry& entry) {
    if (entry.token) {
        world_.count(Seen::signed_in_again);
        world_.tell([&] { return name() + " signs in again"; });
        token_ = *entry.token;
        signed_out_ = false;
        return restart();
    }
    if (!entry.over) return plan_sign_in();
    world_.tell([&] { return name() + " is erased"; });
    stopped_ = true;
    for (const Pending& pending : pending_) deps_.checks.ledger().unknown(pending.cmid);
    for (auto& [gid, attendance] : attendances_) {
        if (attendance.view) deps_.checks.ledger().excuse(*attendance.view);
    }
}

}  // namespace stentor::sim
