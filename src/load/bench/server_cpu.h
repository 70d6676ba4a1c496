#pragma once
// CPU time of the server's threads since a moment: what a figure costs, however busy the machine is
// with other work.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "load/bench/server_process.h"

namespace stentor::bench {

// "shard-3" is one of the threads "shard".
[[nodiscard]] std::string_view kind_of_thread(std::string_view name);

class ServerCpu {
public:
    // From now on. The process must outlive it.
    explicit ServerCpu(const ServerProcess& server);

    // Seconds used since, of the threads of these kinds; of all threads when none is named.
    [[nodiscard]] double seconds(std::initializer_list<std::string_view> kinds = {}) const;

private:
    [[nodiscard]] std::map<std::string, std::uint64_t, std::less<>> by_kind() const;

    const ServerProcess& server_;
    std::map<std::string, std::uint64_t, std::less<>> before_;
};

}  // namespace stentor::bench
