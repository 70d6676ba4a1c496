#pragma once
// Brings the bans of addresses from the record to the shards.
//
// Owner: the wiring; bus and shards outlive what is under way. Thread: its own, which looks every
// kLookEvery, so that it does not matter who has changed them, or where. Cost: a read of the
// settings a look; the shards are told only of a change.

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/time.h"
#include "bus/bus.h"
#include "net/shard_group.h"

namespace stentor::server {

class AddressWatch {
public:
    static constexpr Millis kLookEvery{500};
    static constexpr Millis kFirstLook{10'000};

    AddressWatch(bus::Bus& bus, net::ShardGroup& shards) : bus_{bus}, shards_{shards} {}
    AddressWatch(const AddressWatch&) = delete;
    AddressWatch& operator=(const AddressWatch&) = delete;
    ~AddressWatch() { stop(); }

    // Before the shards serve: waits for the first look, kFirstLook at most, so that nobody who is
    // banned comes in before it.
    void start();
    void stop();

private:
    void run(const std::stop_token& stop);
    void look();
    void on_settings(Result<bus::Reply> answer);

    bus::Bus& bus_;
    net::ShardGroup& shards_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool asked_{};   // A look is under way; under mutex_, as the next.
    bool looked_{};  // One has succeeded.
    bool failing_{};
    std::vector<bus::Setting> settings_;  // As the shards know them.
    std::jthread thread_;
};

}  // namespace stentor::server
