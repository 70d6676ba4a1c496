#pragma once
// One chat server in the comparison of servers: how it is started, what a watcher says to it and
// what its frames mean. Everything else (sockets, clocks, checks) is the same for all of them.

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/bench/loop.h"
#include "load/bench/testbed.h"

namespace stentor::bench {

// The messages, the same ones in the same order for each server. Each begins with its number, from
// 1 on, so that every watcher can check all of it.
class Script {
public:
    explicit Script(std::uint64_t seed);

    [[nodiscard]] std::string text(std::uint64_t number) const;
    // 0: this is none of them.
    [[nodiscard]] std::uint64_t number(std::string_view text) const;
    [[nodiscard]] double bytes_mean() const;

private:
    std::vector<std::string> words_;
};

// What one frame means. Pure: the same bytes, the same meaning.
struct Heard {
    enum class Kind : std::uint8_t { nothing, ready, messages, behind, wrong };
    Kind kind{Kind::nothing};
    std::uint64_t first{};  // Messages: their numbers are dense from here. Behind: the newest one.
    std::uint64_t count{};
    std::string answer{};  // To be said in return.
};

struct Description {
    std::string name;
    std::string promises;  // And what it does not do, in words.
};

class PeerServer {
public:
    PeerServer() = default;
    PeerServer(const PeerServer&) = delete;
    PeerServer& operator=(const PeerServer&) = delete;
    virtual ~PeerServer() = default;  // Stops the server.

    [[nodiscard]] virtual Description description() const = 0;
    // Throws std::runtime_error. Afterwards the loop's connections go to where watchers belong.
    virtual void start(std::size_t watchers) = 0;
    [[nodiscard]] virtual Loop& loop() = 0;
    // The process that has all of its processes below it.
    [[nodiscard]] virtual pid_t server() const = 0;

    [[nodiscard]] virtual bool speaks_text() const { return true; }
    // Else a frame says when.
    [[nodiscard]] virtual bool ready_when_open() const { return true; }
    // Of the n-th watcher, once it is connected; may be empty.
    [[nodiscard]] virtual std::string greeting(std::size_t /*n*/) const { return {}; }
    [[nodiscard]] virtual Heard hear(std::string_view frame) const = 0;
    // What a watcher says that was told of newer messages, and not the messages.
    [[nodiscard]] virtual std::string fetch(std::uint64_t first, std::uint64_t last) const;

    // False: it takes no more for the moment.
    [[nodiscard]] virtual bool publish(std::string_view text) = 0;
    virtual void conclude() {}
};

struct RivalSetting {
    const Context& context;
    const Script& script;
    std::filesystem::path folder;  // Of the peers' programs, with what they need.
};

// All of them, not started.
[[nodiscard]] std::vector<std::unique_ptr<PeerServer>> all_rivals(const RivalSetting& setting);

[[nodiscard]] std::unique_ptr<PeerServer> stentor_rival(const RivalSetting& setting);
[[nodiscard]] std::unique_ptr<PeerServer> nchan_rival(const RivalSetting& setting);
[[nodiscard]] std::unique_ptr<PeerServer> ws_rival(const RivalSetting& setting,
                                                   std::size_t processes);
[[nodiscard]] std::unique_ptr<PeerServer> socket_io_rival(const RivalSetting& setting);

}  // namespace stentor::bench
