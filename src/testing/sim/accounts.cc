#include "testing/sim/accounts.h"

#include <algorithm>

#include "base/number_text.h"

namespace stentor::sim {

std::string Token::text() const {
    return std::to_string(uid.value) + "." + std::to_string(to_ms(minted));
}

std::optional<Token> token_in(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto uid = number_in(text.substr(0, dot));
    const auto minted = number_in(text.substr(dot + 1));
    if (!uid || !minted) return std::nullopt;
    return Token{.uid = {*uid}, .minted = from_ms(*minted)};
}

bool Accounts::State::passes(Time minted) const {
    return !closed && minted >= tokens_since && std::ranges::find(ended, minted) == ended.end();
}

// ---- What happens

void Accounts::add(const store::UserRow& row, Time answered) {
    for (const store::SignIn& one : row.sign_ins) minted_[row.uid].insert(one.minted);
    State state{.at = world_.now(),
                .answered = answered,
                .closed = row.disabled || row.erased,
                .tokens_since = row.tokens_since,
                .ended = row.ended_tokens};
    std::vector<State>& states = states_[row.uid];
    const State last = states.empty() ? State{} : states.back();
    const bool same = last.closed == state.closed && last.tokens_since == state.tokens_since &&
                      last.ended == state.ended;
    if (!same || answered != Time::max()) states.push_back(std::move(state));
}

void Accounts::on_changed(const store::UserRow& row) {
    world_.tell([&] {
        return "store: account " + std::to_string(row.uid.value) +
               (row.erased     ? " erased"
                : row.disabled ? " disabled"
                               : " good") +
               ", tokens since " + std::to_string(to_ms(row.tokens_since));
    });
    add(row, Time::max());
}

// Every process starts again with what the store holds.
void Accounts::on_restored(store::MemoryStore& truth) {
    for (const auto& [uid, minted] : std::map{minted_}) {
        const auto row = truth.user(uid);
        if (row && *row) add(**row, world_.now());
    }
}

void Accounts::on_answered(UserId uid, Time at) {
    for (State& state : states_[uid]) {
        if (state.at <= at) state.answered = std::min(state.answered, world_.now());
    }
}

// ---- What holds

bool Accounts::is_good(const Token& token) const {
    const auto states = states_.find(token.uid);
    return states == states_.end() || states->second.empty() ||
           states->second.back().passes(token.minted);
}

bool Accounts::was_all_along(const Token& token, Time since, bool good) const {
    const auto states = states_.find(token.uid);
    bool holds = good;
    if (states == states_.end()) return holds;
    for (const State& state : states->second) {
        const bool as_asked = state.passes(token.minted) == good;
        if (state.at <= since) {
            holds = as_asked;
        } else if (!as_asked) {
            return false;
        }
    }
    return holds;
}

bool Accounts::was_void_for_owner(const Token& token, Time at) const {
    const auto states = states_.find(token.uid);
    if (states == states_.end()) return false;
    bool known = false;
    for (const State& state : states->second) {
        known = !state.passes(token.minted) && (known || state.answered <= at);
    }
    return known;
}

bool Accounts::is_barred(UserId uid) const {
    const auto states = states_.find(uid);
    if (states == states_.end() || states->second.empty()) return false;
    const State& last = states->second.back();
    if (last.answered > world_.now()) return false;
    const auto minted = minted_.find(uid);
    return last.closed || minted == minted_.end() ||
           std::ranges::none_of(minted->second, [&](Time one) { return last.passes(one); });
}

}  // namespace stentor::sim
