#pragma once
// Who wants to be told, and where: all of it in memory, each a row of the record.
//
// Thread: any; one lock, held for a look-up. Callbacks come on any thread. Limits:
// kPushSubscriptions of one user. Cost: about 600 bytes for each.

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/code.h"
#include "base/ids.h"
#include "bus/bus.h"
#include "web_push/subscription.h"

namespace stentor::web_push {

class Subscriptions {
public:
    using Held = std::shared_ptr<const Subscription>;
    using Done = std::move_only_function<void(Result<void>)>;

    // `rows`: those of the record under kRows. `bus` outlives it.
    Subscriptions(bus::Bus& bus, const std::vector<bus::Setting>& rows);

    // In the place of that browser's, whoever had it, and of that sign-in's. not_permitted: they
    // have kPushSubscriptions others.
    void add(Subscription subscription, Done done);
    // Of one sign-in. None is as good.
    void remove(UserId uid, Time minted, Done done);
    // It is not there any more; nobody waits for it.
    void forget(const Subscription& subscription);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool has(UserId uid) const;
    [[nodiscard]] std::vector<Held> of(UserId uid) const;
    [[nodiscard]] Held find(UserId uid, std::string_view id) const;  // Null: none.
    // Whoever has set that they want to hear of everything there.
    [[nodiscard]] std::vector<UserId> told_all(GroupId gid) const;
    [[nodiscard]] std::vector<Held> all() const;

private:
    void put_locked(Held subscription);
    void take_locked(const Held& subscription);
    void write(const std::string& name, std::optional<std::string> value, Done done);

    bus::Bus& bus_;
    mutable std::mutex mutex_;
    std::unordered_map<UserId, std::vector<Held>> of_user_;
    std::unordered_map<std::string, Held> by_id_;
    // Those who set level all there, each as often as they have a subscription that says so.
    std::unordered_map<GroupId, std::vector<UserId>> told_all_;
};

}  // namespace stentor::web_push
