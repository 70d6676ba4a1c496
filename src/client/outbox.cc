#include "client/outbox.h"

#include <algorithm>
#include <iterator>

#include "base/limits.h"

namespace stentor::client {
namespace {

constexpr auto kWindow = static_cast<std::uint32_t>(limits::kCommandsInFlight);

}  // namespace

Outbox::Chain& Outbox::chain(GroupId gid) {
    const auto found = std::ranges::find(chains_, gid, &Chain::gid);
    if (found != chains_.end()) return *found;
    return chains_.emplace_back(Chain{.gid = gid, .not_before = {}, .window = kWindow});
}

void Outbox::add(Item item) {
    item.request = 0;
    ++chain(item.gid).waiting;
    items_.push_back(std::move(item));
}

void Outbox::add_first(GroupId gid, std::vector<Item> items) {
    for (Item& item : items) {
        item.request = 0;
        const auto waits = std::ranges::find(items_, item.cmid, &Item::cmid);
        if (waits == items_.end()) {
            ++chain(gid).waiting;
        } else {
            item = std::move(*waits);
            items_.erase(waits);
        }
    }
    const auto first = std::ranges::find(items_, gid, &Item::gid);
    items_.insert(first, std::make_move_iterator(items.begin()),
                  std::make_move_iterator(items.end()));
}

void Outbox::forked(GroupId gid, Seq fork) {
    for (Item& item : items_) {
        if (item.gid == gid) item.seen = std::min(item.seen, fork);
    }
}

std::optional<Outbox::Next> Outbox::next(const Chain& chain, Time now) {
    if (chain.waiting == 0 || chain.in_flight >= chain.window || now < chain.not_before) return {};
    Cmid after;
    for (Item& item : items_) {
        if (item.gid != chain.gid) continue;
        if (item.request == 0) return Next{.item = &item, .after = after};
        after = item.cmid;
    }
    return {};
}

void Outbox::departed(Item& item, std::uint32_t request) {
    item.request = request;
    Chain& its = chain(item.gid);
    --its.waiting;
    ++its.in_flight;
}

Outbox::Item* Outbox::by_request(std::uint32_t request) {
    const auto found = std::ranges::find(items_, request, &Item::request);
    return found == items_.end() ? nullptr : &*found;
}

bool Outbox::remove(GroupId gid, const Cmid& cmid) {
    const auto found = std::ranges::find_if(
        items_, [&](const Item& item) { return item.cmid == cmid && item.gid == gid; });
    if (found == items_.end()) return false;
    Chain& its = chain(gid);
    --(found->request == 0 ? its.waiting : its.in_flight);
    items_.erase(found);
    return true;
}

bool Outbox::answered(GroupId gid, const Cmid& cmid) {
    if (!remove(gid, cmid)) return false;
    Chain& its = chain(gid);
    its.tries = 0;
    its.window = std::min(its.window * 2, kWindow);
    return true;
}

void Outbox::drop(GroupId gid, const Cmid& cmid) { remove(gid, cmid); }

void Outbox::again(GroupId gid, Time when) {
    for (Item& item : items_) {
        if (item.gid == gid) item.request = 0;
    }
    Chain& its = chain(gid);
    its.waiting += its.in_flight;
    its.in_flight = 0;
    its.not_before = std::max(its.not_before, when);
}

void Outbox::hold(GroupId gid, Time when) {
    again(gid, when);
    chain(gid).window = 1;
}

void Outbox::disconnected() {
    for (const Chain& its : chains_) again(its.gid, {});
}

bool Outbox::is_oldest(const Item& item) const {
    const auto first = std::ranges::find(items_, item.gid, &Item::gid);
    return first != items_.end() && first->cmid == item.cmid;
}

}  // namespace stentor::client
