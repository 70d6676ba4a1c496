#include "node/cache/cache.h"

#include "node/cache/state.h"

namespace stentor::cache {

Cache::Cache(CachePort& port) : state_(std::make_unique<CacheState>(port)) {}
Cache::~Cache() = default;

void Cache::on_hello(const ConnectionToken& connection, UserId uid, Time minted,
                     std::uint64_t user_log_after) {
    state_->users.on_hello(
        {.connection = connection, .uid = uid, .minted = minted, .after = user_log_after});
}
void Cache::on_gone(const ConnectionToken& connection, UserId uid) {
    state_->users.on_gone(connection, uid);
}
void Cache::on_seat(UserId uid, GroupId gid, int seats) { state_->users.on_seat(uid, gid, seats); }
void Cache::on_nudge(const bus::Nudge& nudge, Time /*now*/) { state_->users.on_nudge(nudge); }
bool Cache::is_here(UserId uid) const { return state_->users.is_here(uid); }
void Cache::set_level(storm::Level level) { state_->level = level; }
Cache::Counts Cache::counts() const {
    Counts counts = state_->counts;
    counts.groups = state_->groups.size();
    counts.users = state_->users.size();
    counts.pages = state_->pages.size();
    counts.loads = state_->page_loads.size();
    return counts;
}

}  // namespace stentor::cache
