#include "load/bench/server_metrics.h"

#include <fstream>
#include <stdexcept>

#include "load/bench/http_client.h"

namespace stentor::bench {

ServerMetrics::ServerMetrics(const ServerProcess& server) {
    std::ifstream file{server.folder() / "admin-address"};
    std::string address;
    std::getline(file, address);
    auto page = http_get(endpoint_of(address), "/metrics");
    if (!page) throw std::runtime_error{"the server tells no metrics"};
    page_ = std::move(page->body);
}

double ServerMetrics::operator[](std::string_view name) const {
    const std::string line = "\n" + std::string{name} + ' ';
    const std::size_t at = page_.find(line);
    if (at == std::string::npos) throw std::runtime_error{"no metric " + std::string{name}};
    return std::stod(page_.substr(at + line.size(), 40));
}

}  // namespace stentor::bench
