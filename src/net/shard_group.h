#pragma once
// All shards of a process, in two steps: threads with descriptor tables of their own first, before
// anything else opens files; handlers and listeners when the rest of the server stands.
//
// Thread: the one that made it, but for shard().post() and the counters.

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "net/counters.h"
#include "net/handler.h"
#include "net/options.h"
#include "net/shard.h"

namespace stentor::net {

namespace access {
class Bans;
}

// Throws what the constructor below would refuse, without starting anything.
void check(const Options& options);

class ShardGroup {
public:
    // Starts the threads; nothing listens yet. Throws std::runtime_error that names the option.
    explicit ShardGroup(Options options);
    ShardGroup(const ShardGroup&) = delete;
    ShardGroup& operator=(const ShardGroup&) = delete;
    ~ShardGroup();  // stop()

    // One handler for each shard, in their order; they must outlive stop(). on_start has been
    // called on all, and all listen, when this returns. Throws std::runtime_error that names the
    // address, for instance when it is taken.
    void serve(std::span<Handler* const> handlers);

    // Of a listener, in the order of Options::listeners.
    [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const;
    [[nodiscard]] std::uint32_t size() const;
    [[nodiscard]] Shard& shard(std::uint32_t index);
    [[nodiscard]] const Counters& counters(std::uint32_t index) const;

    // Reads Options::tls again, for those who connect from now on. Otherwise why not, and nothing
    // changes.
    [[nodiscard]] std::expected<void, std::string> reload_certificates();

    // When the certificate in use ends; nothing: no listener is encrypted. Thread: any.
    [[nodiscard]] std::optional<Time> certificate_ends() const;

    // From now on at most so many new connections a second on all shards; the rest are told a time.
    void set_handshakes(std::uint32_t per_s);

    // Replaces the former ones: nobody comes in from there, and who is in is told and closed.
    void set_bans(std::shared_ptr<const access::Bans> bans);

    // Drain: no shard listens any more when this returns.
    void stop_accepting();
    // Drops what is left (on_closed is called for each), ends the threads and joins them.
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stentor::net
