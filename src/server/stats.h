#pragma once
// The server's counters as flat names and numbers, for GET /api/v1/stats.
//
// Thread: any.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gateway/hub.h"
#include "net/shard_group.h"
#include "owner/owner.h"

namespace stentor::server {

class Stats {
public:
    Stats(net::ShardGroup& shards, const owner::Owner& owner, const gateway::Hub& hub)
        : shards_{shards}, owner_{owner}, hub_{hub} {}

    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> read() const;

private:
    net::ShardGroup& shards_;
    const owner::Owner& owner_;
    const gateway::Hub& hub_;
};

}  // namespace stentor::server
