#pragma once
// What a node's cache owns. The functions over it stand in headers by subject: opens, pulls,
// overlay, items, catch_up, resets, holds, watchers, housekeeping and asks.
//
// Owner: Cache. Thread: the hub's.

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/storm.h"
#include "base/time.h"
#include "node/cache/asked.h"
#include "node/cache/cache.h"
#include "node/cache/group.h"
#include "node/cache/pages.h"
#include "node/cache/user_sessions.h"

namespace stentor::cache {

// Asks and tells on behalf of the users: through the same table of questions, and the same port.
class UserSessionsPort final : public UserSessions::Port {
public:
    explicit UserSessionsPort(CacheState& cache) : cache_(cache) {}

    void ask(HelloAsk asked, bus::Question question) override;
    void ask(UserLogAsk asked, bus::Question question) override;
    void ask(BadgeAsk asked, bus::Question question) override;
    void tell(const ConnectionToken& connection, std::string payload) override;
    void badges(const ConnectionToken& connection, const pb::Pulse& pulse) override;
    void expel(const ConnectionToken& connection, const Error& error) override;

private:
    CacheState& cache_;
};

struct CacheState {
    explicit CacheState(CachePort& outside) : port(outside) {}
    CacheState(const CacheState&) = delete;
    CacheState& operator=(const CacheState&) = delete;

    CachePort& port;
    storm::Level level = storm::kCalm;
    UserSessionsPort users_port{*this};
    UserSessions users{users_port};

    std::unordered_map<GroupId, Group> groups;
    Pages pages;
    std::unordered_map<AskId, Asked> asked;
    std::unordered_map<PageKey, AskId, PageKeyHash> page_loads;
    // The newest owner heard of, by partition. In another history terms may begin anew.
    std::unordered_map<std::uint32_t, std::pair<Epoch, Term>> owners;
    std::vector<AskedStays> unanswered;           // To be asked again at the next tick.
    std::set<std::pair<Time, GroupId>> releases;  // When which hold window ends.
    AskId next_ask = 1;
    std::uint64_t tickets = 0;
    Cache::Counts counts;
};

// Whether who says something of a group has been replaced; else all before them have.
inline bool is_former_owner(CacheState& cache, GroupId gid, Epoch epoch, Term term) {
    auto& newest = cache.owners[partition_of(gid).value];
    newest = std::max(newest, std::pair{epoch, term});
    return newest != std::pair{epoch, term};
}

inline Group* find_group(CacheState& cache, GroupId gid) {
    const auto it = cache.groups.find(gid);
    return it == cache.groups.end() ? nullptr : &it->second;
}

}  // namespace stentor::cache
