#include "auth/account/follower.h"

#include <variant>

#include "base/limits.h"

namespace stentor::account {
namespace {

constexpr Millis kForgetEvery{60'000};

}  // namespace

void Follower::ask() {
    fx_.ask({.after = after_, .count = static_cast<std::uint32_t>(limits::kAccountChanges)});
}

void Follower::on_moved() { ask(); }

// Whether or not an earlier question is under way: its answer may be lost.
void Follower::on_tick(Time now) {
    ask();
    if (now < forget_at_) return;
    forget_at_ = now + kForgetEvery;
    gate_.forget(now);
}

// A page that ends later was made later, so one that ends before what is known already is old.
void Follower::on_reply(const Result<bus::Reply>& reply, Time now) {
    const auto* page = reply ? std::get_if<bus::AccountChangesAnswer>(&*reply) : nullptr;
    if (page == nullptr || page->last < after_) return;
    const bool news = page->last > after_;
    after_ = page->last;
    if (news) gate_.apply(page->states, now);
    const bool more = page->last < page->head;
    if (!gate_.known() && !more) {
        gate_.become_known();
        fx_.accounts_known();
    }
    if (news && gate_.known()) fx_.accounts_moved(page->states);
    if (more) ask();
}

}  // namespace stentor::account
