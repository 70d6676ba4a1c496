#include "server/telemetry/stats.h"

#include <string_view>

#include "base/room.h"
#include "net/counters.h"
#include "server/record/replicas.h"
#include "store/damage.h"

namespace stentor::server {
namespace {

struct Named {
    std::string_view name;
    net::Counter net::Counters::* counter;
};

constexpr Named kShardCounters[] = {
    {"connections", &net::Counters::connections},
    {"sockets", &net::Counters::sockets},
    {"backlogs", &net::Counters::backlogs},
    {"pinned_bytes", &net::Counters::pinned_bytes},
    {"accepted", &net::Counters::accepted},
    {"tls_handshakes", &net::Counters::tls_handshakes},
    {"messages_in", &net::Counters::messages_in},
    {"http_requests", &net::Counters::http_requests},
    {"bytes_in", &net::Counters::bytes_in},
    {"bytes_out", &net::Counters::bytes_out},
    {"frames_out", &net::Counters::frames_out},
    {"refused_full", &net::Counters::refused_full},
    {"refused_handshake", &net::Counters::refused_handshake},
    {"refused_banned", &net::Counters::refused_banned},
    {"refused_proxy", &net::Counters::refused_proxy},
    {"refused_tls", &net::Counters::refused_tls},
    {"refused_slow", &net::Counters::refused_slow},
    {"refused_large", &net::Counters::refused_large},
    {"refused_malformed", &net::Counters::refused_malformed},
    {"refused_frames", &net::Counters::refused_frames},
    {"refused_flood", &net::Counters::refused_flood},
    {"refused_backlog", &net::Counters::refused_backlog},
    {"dropped_stuck", &net::Counters::dropped_stuck},
    {"dropped_budget", &net::Counters::dropped_budget},
    {"dropped_error", &net::Counters::dropped_error},
};

}  // namespace

std::vector<std::string> Stats::unready_reasons() {
    std::vector<std::string> reasons;
    if (draining_) reasons.emplace_back("draining");
    if (!has_room()) {
        reasons.emplace_back("the disk is full");
    } else if (owner_.counters().store_lost) {
        reasons.emplace_back("the store has stopped");
    }
    if (std::string flaw = flaw_of(leader_); !flaw.empty()) reasons.push_back(std::move(flaw));
    return reasons;
}

std::vector<std::string> Stats::warnings() {
    std::vector<std::string> warnings;
    if (std::string worry = worry_of(leader_); !worry.empty()) warnings.push_back(std::move(worry));
    if (const std::uint64_t places = store::damage().places(); places > 0) {
        warnings.push_back("the record is damaged in " + std::to_string(places) +
                           " places that were read: run stentor verify");
    }
    return warnings;
}

std::vector<std::pair<std::string, std::uint64_t>> Stats::counters() {
    std::vector<std::pair<std::string, std::uint64_t>> all;
    all.emplace_back("shards", shards_.size());
    for (const Named& named : kShardCounters) {
        std::uint64_t sum = 0;
        for (std::uint32_t i = 0; i < shards_.size(); ++i) {
            sum += (shards_.counters(i).*named.counter).value();
        }
        all.emplace_back(named.name, sum);
    }

    const owner::CommitterCounters& committer = owner_.counters();
    all.emplace_back("syncs", committer.syncs.load());
    all.emplace_back("commits", committer.commits.load());
    all.emplace_back("entries", committer.entries.load());
    all.emplace_back("commits_failed", committer.failed.load());
    all.emplace_back("commit_busy_us", committer.busy_us.load());
    all.emplace_back("commit_longest_us", committer.longest_us.load());

    for (auto& counter : counters_of(leader_)) all.push_back(std::move(counter));

    const cache::Cache::Counts cache = hub_.counts();
    all.emplace_back("groups_watched", cache.groups);
    all.emplace_back("cache_pages", cache.pages);
    all.emplace_back("cache_loads", cache.loads);
    all.emplace_back("cache_page_hits", cache.page_hits);
    all.emplace_back("cache_page_misses", cache.page_misses);
    all.emplace_back("cache_page_joins", cache.page_joins);
    all.emplace_back("stream_holes", cache.holes);
    all.emplace_back("view_reloads", cache.reloads);
    if (filter_ != nullptr) {
        all.emplace_back("filter_asked", filter_->counters().asked.load());
        all.emplace_back("filter_refused", filter_->counters().refused.load());
        all.emplace_back("filter_failed", filter_->counters().failed.load());
    }
    return all;
}

}  // namespace stentor::server
