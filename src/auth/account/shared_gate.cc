#include "auth/account/shared_gate.h"

namespace stentor::account {

void SharedGate::apply(std::span<const bus::AccountState> states, Time now) {
    const std::lock_guard lock{mutex_};
    for (const bus::AccountState& state : states) gate_.apply(state, now);
    size_ = gate_.size();
    rates_ = gate_.rates();
}

void SharedGate::forget(Time now) {
    if (size_ == 0) return;
    const std::lock_guard lock{mutex_};
    gate_.forget(now);
    size_ = gate_.size();
}

bool SharedGate::passes(UserId uid, Time minted) const {
    if (size_ == 0) return true;
    const std::shared_lock lock{mutex_};
    return gate_.passes(uid, minted);
}

bool SharedGate::is_closed(UserId uid) const {
    if (size_ == 0) return false;
    const std::shared_lock lock{mutex_};
    return gate_.is_closed(uid);
}

UserRate SharedGate::rate_of(UserId uid) const {
    if (rates_ == 0) return {};
    const std::shared_lock lock{mutex_};
    return gate_.rate_of(uid);
}

// The operator takes somebody out of a group also after their account was closed.
std::optional<Error> SharedGate::objection_to(const bus::Command& command) const {
    if (!command.uid || passes(command.uid, command.token_minted)) return std::nullopt;
    // The operator takes them, and what they added, out of groups.
    const bool takes_out = command.frame.has_leave_group() || command.frame.has_clear_reactions();
    if (command.operator_rights && takes_out) return std::nullopt;
    if (command.token_minted == Time{})
        return Error{.code = Code::not_permitted, .where = "account"};
    return Error{.code = Code::token_invalid, .where = "hello.token"};
}

}  // namespace stentor::account
