#include "auth/account/gate.h"

#include <iterator>
#include <utility>

namespace stentor::account {

bool Gate::trim(State& state, Time now) const {
    std::erase_if(state.ended_tokens, [&](Time minted) {
        return minted < state.tokens_since || minted + lives_ <= now;
    });
    if (state.tokens_since + lives_ <= now) state.tokens_since = {};
    return state.closed || state.tokens_since != Time{} || !state.ended_tokens.empty() ||
           state.rate;
}

void Gate::apply(const bus::AccountState& state, Time now) {
    State fresh{.closed = state.closed,
                .tokens_since = state.tokens_since,
                .ended_tokens = state.ended_tokens,
                .rate = state.rate};
    if (rate_of(state.uid)) --rates_;
    if (fresh.rate) ++rates_;
    if (trim(fresh, now)) {
        accounts_.insert_or_assign(state.uid, std::move(fresh));
    } else {
        accounts_.erase(state.uid);
    }
}

void Gate::forget(Time now) {
    for (auto at = accounts_.begin(); at != accounts_.end();) {
        at = trim(at->second, now) ? std::next(at) : accounts_.erase(at);
    }
}

bool Gate::passes(UserId uid, Time minted) const {
    const auto found = accounts_.find(uid);
    if (found == accounts_.end()) return true;
    const State& state = found->second;
    if (state.closed) return false;
    if (minted == Time{}) return true;
    return minted >= state.tokens_since &&
           std::ranges::find(state.ended_tokens, minted) == state.ended_tokens.end();
}

bool Gate::is_closed(UserId uid) const {
    const auto found = accounts_.find(uid);
    return found != accounts_.end() && found->second.closed;
}

UserRate Gate::rate_of(UserId uid) const {
    const auto found = accounts_.find(uid);
    return found == accounts_.end() ? UserRate{} : found->second.rate;
}

}  // namespace stentor::account
