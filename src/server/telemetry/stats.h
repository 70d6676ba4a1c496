#pragma once
// What the server knows of itself: every counter by name, and whether it can take work.
//
// Thread: any.

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "api/public/api.h"
#include "net/shard_group.h"
#include "node/gateway/hub.h"
#include "owner/filter/filter.h"
#include "owner/owner.h"
#include "store/replica/leader.h"

namespace stentor::server {

class Stats final : public api::Status {
public:
    // `filter` and `leader` may be none.
    Stats(net::ShardGroup& shards, const owner::Owner& owner, const gateway::Hub& hub,
          const filter::Filter* filter, const replica::Leader* leader)
        : shards_{shards}, owner_{owner}, hub_{hub}, filter_{filter}, leader_{leader} {}

    [[nodiscard]] std::vector<std::string> unready_reasons() override;
    [[nodiscard]] std::vector<std::string> warnings() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters() override;

    void set_draining() { draining_ = true; }

private:
    net::ShardGroup& shards_;
    const owner::Owner& owner_;
    const gateway::Hub& hub_;
    const filter::Filter* filter_;
    const replica::Leader* leader_;
    std::atomic<bool> draining_{};
};

}  // namespace stentor::server
