#pragma once
// What the server under test counts itself: GET /metrics of its private listener.

#include <string>
#include <string_view>

#include "load/bench/server_process.h"

namespace stentor::bench {

inline constexpr const char* kStoreCacheBytes = "stentor_store_bytes{of=\"cache\"}";

class ServerMetrics {
public:
    // Reads all of them. Throws std::runtime_error when the server does not tell them.
    explicit ServerMetrics(const ServerProcess& server);
    // Throws std::runtime_error for a name that is not there. `name` has its labels, as
    // x_total{way="in"}.
    [[nodiscard]] double operator[](std::string_view name) const;

private:
    std::string page_;
};

}  // namespace stentor::bench
