#include "testing/sim/operator.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace stentor::sim {
namespace {

constexpr int kHeals = 15;
constexpr Millis kHealEvery{1'000};

}  // namespace

Token Operator::add(UserId uid) {
    const std::string name = "user " + std::to_string(uid.value);
    static_cast<void>(truth_.add_user({.uid = uid,
                                       .name = name,
                                       .name_key = name,
                                       .password = "first",
                                       .created = world_.now()}));
    uids_.push_back(uid);
    return add_token(uid);
}

// Each a millisecond of its own, as an owner would give it.
Token Operator::add_token(UserId uid) {
    Time minted = world_.now() - Millis{100};
    const auto signed_in = [&](store::UserRow row) -> Result<store::UserRow> {
        if (!row.sign_ins.empty())
            minted = std::max(minted, row.sign_ins.back().minted + Millis{1});
        row.sign_ins.push_back({.minted = minted});
        return row;
    };
    world_.accounts->on_changed(truth_.change_user(uid, signed_in).value());
    return {.uid = uid, .minted = minted};
}

// ---- What the operator does

void Operator::act() {
    if (uids_.empty() || !world_.random.chance(world_.faults.operator_acts)) return;
    const UserId uid = world_.random.pick(uids_);
    const auto row = truth_.user(uid);
    if (!row || !*row || (*row)->erased) return;
    const std::uint64_t chosen = world_.random.below(100);
    bus::AskChangeUser ask{.uid = uid};
    if ((*row)->disabled && chosen < 70) {
        ask.disabled = false;
        return change(ask, "enables", Seen::account_enabled);
    }
    if (chosen < 35) {
        ask.tokens_since = world_.now();
        change(ask, "signs out", Seen::account_signed_out);
    } else if (chosen < 65) {
        ask.disabled = true;
        ask.tokens_since = world_.now();
        change(ask, "disables", Seen::account_disabled);
    } else if (chosen < 82) {
        ask.password_hash = "of " + std::to_string(to_ms(world_.now()));
        ask.tokens_since = world_.now();
        change(ask, "gives another password to", Seen::password_changed);
    } else if (chosen < 97) {
        if ((*row)->sign_ins.empty()) return;
        ask.ended_token = world_.random.pick((*row)->sign_ins).minted;
        change(ask, "ends a token of", Seen::token_ended);
    } else {
        ask.erase = true;
        change(ask, "erases", Seen::account_erased);
    }
}

void Operator::heal() {
    healed_ = true;
    for (const UserId uid : uids_) {
        const auto row = truth_.user(uid);
        if (!row || !*row || (*row)->erased || !(*row)->disabled) continue;
        ask({.uid = uid, .disabled = false}, true);
    }
    // What was asked before may come after.
    if (++heals_ < kHeals) world_.clock.after(kHealEvery, [this] { heal(); });
}

void Operator::change(bus::AskChangeUser change, std::string_view what, Seen seen) {
    world_.count(seen);
    world_.tell([&] {
        return "the operator " + std::string{what} + " user " + std::to_string(change.uid.value);
    });
    ask(std::move(change), true);
}

void Operator::ask(bus::AskChangeUser change, bool repeats) {
    std::vector<Token> tokens;
    const auto row = truth_.user(change.uid);
    if (row && *row) {
        for (const store::SignIn& one : (*row)->sign_ins) {
            tokens.push_back({.uid = change.uid, .minted = one.minted});
        }
    }
    bus_.ask(partition_of(change.uid), change,
             [this, change, repeats, tokens = std::move(tokens)](Result<bus::Reply> reply) {
                 if (!reply) {
                     // Written or not: once more does no harm, unless it came after all and was
                     // undone since. After healing only what opens is asked again.
                     const bool opens = change.disabled == false;
                     if (repeats && (!healed_ || opens)) ask(change, opens);
                     return;
                 }
                 for (const Token& token : tokens) {
                     if (!world_.accounts->is_good(token)) on_void_(token);
                 }
             });
}

// ---- Sign-in

void Operator::sign_in(UserId uid, OnEntry entered) {
    const bus::AskChangeUser ask{.uid = uid,
                                 .signed_in = bus::SignIn{.minted = world_.now(), .client = "sim"}};
    bus_.ask(partition_of(uid), ask, [uid, entered](Result<bus::Reply> reply) {
        if (!reply) return entered({.over = reply.error().code == Code::not_permitted});
        const auto& account = std::get<bus::Account>(*reply);
        if (account.disabled || account.sign_ins.empty()) return entered({.over = account.erased});
        entered({.token = Token{.uid = uid, .minted = account.sign_ins.back().minted}});
    });
}

}  // namespace stentor::sim
