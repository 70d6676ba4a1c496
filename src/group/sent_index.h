#pragma once
// The young client ids of one group: which sends are ordered or stored, and where. It exists so
// that a retry is found before it gets a number: one found later would leave a hole, or renumber
// everything behind it.
//
// Owner: Group. Cost: one hash look-up; 80 bytes an id. It knows *every* id made at or after
// covered_since(); an older one that it does not hold must be looked up in the store.

#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/cmid.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"

namespace stentor::group {

struct SentId {
    UserId uid;
    Cmid cmid;

    friend constexpr auto operator<=>(const SentId&, const SentId&) = default;
};

struct SentIdHash {
    std::size_t operator()(const SentId& id) const noexcept {
        return std::hash<Cmid>{}(id.cmid) ^ std::hash<UserId>{}(id.uid);
    }
};

struct SentAt {
    Seq seq;
    Digest body_hash;
    bool durable{};
};

class SentIndex {
public:
    explicit SentIndex(Time covered_since) : covered_since_{covered_since} {}

    [[nodiscard]] const SentAt* find(const SentId& id) const;
    [[nodiscard]] bool covers(const Cmid& cmid) const { return cmid.time() >= covered_since_; }
    [[nodiscard]] Time covered_since() const { return covered_since_; }

    void add(const SentId& id, const SentAt& at);
    void set_durable(const SentId& id);

    // Forgets durable ids made before `time`, then the oldest durable ones beyond `ids_max`.
    void forget(Time time, std::size_t ids_max);

    [[nodiscard]] std::size_t size() const { return ids_.size(); }

private:
    void forget_before(Time time);

    std::unordered_map<SentId, SentAt, SentIdHash> ids_;
    std::multimap<Time, SentId> by_time_;  // Durable ones: what may be forgotten.
    Time covered_since_;
};

}  // namespace stentor::group
