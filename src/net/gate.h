#pragma once
// No more shards than cores are in a slice of a large pass at once; small work passes by. Without
// it, dozens of runnable shards on few cores delay a small group by tens of milliseconds.
//
// Thread: any; lock-free, never blocks. A shard that does not get in is noted and woken when its
// turn comes, in rotation; meanwhile it sleeps. A slot that is handed over belongs to the shard
// that is woken, so that one with much to write cannot keep the others out for ever.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace stentor::net {

class Gate {
public:
    // `wake(shard)` is called from leave() and settle(), on the caller's thread.
    Gate(unsigned slots, std::uint32_t shards, std::function<void(std::uint32_t)> wake);

    // True: inside, until leave(). False: `shard` is noted and will be woken.
    [[nodiscard]] bool try_enter(std::uint32_t shard);
    void leave();
    // A shard that was woken and did not enter (its pass is over) gives the slot on; it does not
    // want it any more either. The shard's loop calls this before it sleeps without large work.
    void settle(std::uint32_t shard);

private:
    enum State : std::uint8_t { idle, waiting, granted };

    [[nodiscard]] bool take();
    void pass_on();
    [[nodiscard]] bool grant_next();

    std::function<void(std::uint32_t)> wake_;
    std::uint32_t shards_;
    std::unique_ptr<std::atomic<std::uint8_t>[]> states_;
    std::atomic<int> free_;
    std::atomic<std::uint32_t> next_{0};
};

}  // namespace stentor::net
