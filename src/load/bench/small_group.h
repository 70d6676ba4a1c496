#pragma once
// A group of ten whose clients are a process of their own: how long a message takes to all of them,
// whatever else the server has to do.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/time.h"
#include "load/bench/server_process.h"

namespace stentor::bench {

class SmallGroup {
public:
    static constexpr std::size_t kMembers = 10;

    struct Waits {
        std::uint64_t count{};
        std::uint64_t median{};  // Nanoseconds from when a message was due to one of the ten ...
        std::uint64_t p99{};
        std::uint64_t last{};
        bool clean{true};  // Nothing lost, late beyond measure, doubled or misplaced.
    };

    // Throws std::runtime_error, as the others do. Before the first thread of this process.
    explicit SmallGroup(std::uint64_t seed);
    SmallGroup(const SmallGroup&) = delete;
    SmallGroup& operator=(const SmallGroup&) = delete;
    ~SmallGroup();

    // Connects, makes the group, and joins it.
    void enter(const Endpoint& server, const std::filesystem::path& secrets);
    // A message each 50 ms for that time, by one after the other. end() waits for it to be over.
    void begin(Millis span) const;
    [[nodiscard]] Waits end() const;

private:
    pid_t clients_{-1};
    int to_{-1};
    int from_{-1};
};

}  // namespace stentor::bench
