#include "server/wiring/address_watch.h"

#include <pthread.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "api/operator/address_bans.h"
#include "base/log.h"
#include "net/access/bans.h"

namespace stentor::server {
namespace {

bool same(const std::vector<bus::Setting>& a, const std::vector<bus::Setting>& b) {
    return std::ranges::equal(a, b, [](const bus::Setting& x, const bus::Setting& y) {
        return x.name == y.name && x.value == y.value;
    });
}

std::shared_ptr<const net::access::Bans> bans_of(const std::vector<bus::Setting>& settings) {
    std::vector<net::access::Ban> bans;
    for (const api::AddressBan& ban : api::address_bans_in(settings)) {
        bans.push_back({.network = ban.network, .ends = ban.ends});
    }
    return std::make_shared<const net::access::Bans>(std::move(bans));
}

}  // namespace

void AddressWatch::start() {
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    std::unique_lock lock{mutex_};
    if (changed_.wait_for(lock, kFirstLook, [this] { return looked_; })) return;
    log::error("bans of addresses are not known yet");
}

void AddressWatch::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void AddressWatch::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "addresses");
    while (!stop.stop_requested()) {
        look();
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, stop, kLookEvery, [] { return false; });
    }
}

// One after the other: an answer that is late must not undo a newer one.
void AddressWatch::look() {
    {
        const std::lock_guard lock{mutex_};
        if (std::exchange(asked_, true)) return;
    }
    bus_.ask(PartitionId{}, bus::AskSettings{.prefix = std::string{api::kAddressBanSettings}},
             [this](Result<bus::Reply> answer) { on_settings(std::move(answer)); });
}

void AddressWatch::on_settings(Result<bus::Reply> answer) {
    const std::lock_guard lock{mutex_};
    asked_ = false;
    auto* settings = answer ? std::get_if<std::vector<bus::Setting>>(&*answer) : nullptr;
    if (settings == nullptr) {
        // The former ones stay. Told once, not with every look.
        if (!std::exchange(failing_, true)) log::warn("bans of addresses cannot be read");
        return;
    }
    failing_ = false;
    looked_ = true;
    if (!same(*settings, settings_)) {
        settings_ = std::move(*settings);
        shards_.set_bans(bans_of(settings_));
    }
    changed_.notify_all();
}

}  // namespace stentor::server
