#pragma once
// No more shards than cores are in a slice of a large pass at once; small work passes by. Without
// it, dozens of runnable shards on few cores delay a small group by tens of milliseconds.
//
// Thread: any; lock-free, never blocks. A shard that does not get in is noted, sleeps, and is woken
// in rotation with a slot that is already its own: one with much to write cannot keep the others
// out for ever.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace stentor::net {

class Gate {
public:
    // `wake(shard)` is called from within leave() and decline(), on the caller's thread.
    Gate(unsigned slots, std::uint32_t shards, std::function<void(std::uint32_t)> wake);

    // True: inside, until leave(). False: `shard` is noted and will be woken.
    [[nodiscard]] bool try_enter(std::uint32_t shard);
    void leave();

    // A slot waits for `shard`, which must enter or decline it, or the slot is lost to all.
    [[nodiscard]] bool offered(std::uint32_t shard) const;
    void decline(std::uint32_t shard);

private:
    enum Place : std::uint8_t { kAway, kWaiting, kOffered };

    [[nodiscard]] bool take_slot();
    [[nodiscard]] bool offer_next();
    void pass_on();

    std::function<void(std::uint32_t)> wake_;
    std::uint32_t shards_;
    std::unique_ptr<std::atomic<std::uint8_t>[]> places_;
    std::atomic<unsigned> free_;
    std::atomic<std::uint32_t> next_{0};
    std::atomic<std::uint32_t> waiting_{0};
};

}  // namespace stentor::net
