#include "web_push/subscriptions.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/push_limits.h"

namespace stentor::web_push {

Subscriptions::Subscriptions(bus::Bus& bus, const std::vector<bus::Setting>& rows) : bus_{bus} {
    for (const bus::Setting& row : rows) {
        auto subscription = subscription_of_row(row.name, row.value);
        if (!subscription) {
            log::warn("a row of web push cannot be read", {{"name", row.name}});
            continue;
        }
        put_locked(std::make_shared<const Subscription>(*std::move(subscription)));
    }
}

void Subscriptions::put_locked(Held subscription) {
    for (const auto& [gid, set] : subscription->levels) {
        if (set.level == Level::all) told_all_[gid].push_back(subscription->uid);
    }
    by_id_[subscription->id] = subscription;
    of_user_[subscription->uid].push_back(std::move(subscription));
}

void Subscriptions::take_locked(const Held& subscription) {
    for (const auto& [gid, set] : subscription->levels) {
        if (set.level != Level::all) continue;
        auto& told = told_all_[gid];
        const auto one = std::ranges::find(told, subscription->uid);
        if (one != told.end()) told.erase(one);
        if (told.empty()) told_all_.erase(gid);
    }
    auto& theirs = of_user_[subscription->uid];
    std::erase(theirs, subscription);
    if (theirs.empty()) of_user_.erase(subscription->uid);
    by_id_.erase(subscription->id);
}

void Subscriptions::write(const std::string& name, std::optional<std::string> value, Done done) {
    bus_.ask(PartitionId{}, bus::AskSetSetting{.name = name, .value = std::move(value)},
             [done = std::move(done)](Result<bus::Reply> reply) mutable {
                 if (!reply) return done(std::unexpected(reply.error()));
                 done({});
             });
}

void Subscriptions::add(Subscription subscription, Done done) {
    auto added = std::make_shared<const Subscription>(std::move(subscription));
    std::vector<Held> replaced;
    {
        const std::lock_guard lock{mutex_};
        const auto theirs = of_user_.find(added->uid);
        if (theirs != of_user_.end()) {
            std::ranges::copy_if(theirs->second, std::back_inserter(replaced),
                                 [&](const Held& one) {
                                     return one->minted == added->minted || one->id == added->id;
                                 });
            if (theirs->second.size() - replaced.size() >= limits::kPushSubscriptions) {
                return done(std::unexpected(Error{.code = Code::not_permitted,
                                                  .where = "subscriptions",
                                                  .limit = limits::kPushSubscriptions}));
            }
        }
        const auto browser = by_id_.find(added->id);
        if (browser != by_id_.end() && browser->second->uid != added->uid) {
            replaced.push_back(browser->second);
        }
        for (const Held& one : replaced) take_locked(one);
        put_locked(added);
    }
    for (const Held& one : replaced) {
        if (row_name(*one) != row_name(*added)) write(row_name(*one), {}, [](auto) {});
    }
    write(row_name(*added), row_of(*added),
          [this, added, done = std::move(done)](Result<void> written) mutable {
              if (!written) {
                  const std::lock_guard lock{mutex_};
                  if (by_id_.contains(added->id) && by_id_[added->id] == added) take_locked(added);
              }
              done(std::move(written));
          });
}

void Subscriptions::remove(UserId uid, Time minted, Done done) {
    Held found;
    {
        const std::lock_guard lock{mutex_};
        for (const Held& one : of_user_.contains(uid) ? of_user_[uid] : std::vector<Held>{}) {
            if (one->minted == minted) found = one;
        }
        if (found) take_locked(found);
    }
    if (!found) return done({});
    write(row_name(*found), {}, std::move(done));
}

void Subscriptions::forget(const Subscription& subscription) {
    {
        const std::lock_guard lock{mutex_};
        const auto held = by_id_.find(subscription.id);
        // Another one has its place meanwhile.
        if (held == by_id_.end() || held->second.get() != &subscription) return;
        take_locked(Held{held->second});
    }
    write(row_name(subscription), {}, [](auto) {});
}

std::size_t Subscriptions::size() const {
    const std::lock_guard lock{mutex_};
    return by_id_.size();
}

bool Subscriptions::has(UserId uid) const {
    const std::lock_guard lock{mutex_};
    return of_user_.contains(uid);
}

std::vector<Subscriptions::Held> Subscriptions::of(UserId uid) const {
    const std::lock_guard lock{mutex_};
    const auto theirs = of_user_.find(uid);
    return theirs == of_user_.end() ? std::vector<Held>{} : theirs->second;
}

Subscriptions::Held Subscriptions::find(UserId uid, std::string_view id) const {
    for (Held& one : of(uid)) {
        if (one->id == id) return std::move(one);
    }
    return nullptr;
}

std::vector<UserId> Subscriptions::told_all(GroupId gid) const {
    const std::lock_guard lock{mutex_};
    const auto told = told_all_.find(gid);
    return told == told_all_.end() ? std::vector<UserId>{} : told->second;
}

std::vector<Subscriptions::Held> Subscriptions::all() const {
    const std::lock_guard lock{mutex_};
    std::vector<Held> all;
    all.reserve(by_id_.size());
    for (const auto& [id, one] : by_id_) all.push_back(one);
    return all;
}

}  // namespace stentor::web_push
