#pragma once
// Pulls: from memory, from a page, or from the owner; one load for all who miss the same page.

#include <optional>

#include "base/shared_bytes.h"
#include "node/cache/state.h"

namespace stentor::cache {

struct RangeKey {  // Of one group.
    Seq first;
    Seq last;
    Seq floor;

    friend bool operator==(const RangeKey&, const RangeKey&) = default;
};
// The Range told last while nothing changed: whoever wants the same shares its bytes.
struct SharedRange {
    RangeKey key;
    SharedBytes bytes;
};

void on_page(CacheState& cache, PageLoad load, Result<bus::Reply> reply, Time now);

void on_near_reply(CacheState& cache, const NearAsk& near, const Result<bus::Reply>& reply,
                   Time now);

// Answers it, or waits for what is missing.
void serve_pull(CacheState& cache, PendingPull pull, Time now, SharedRange* shared = nullptr);

void refuse_pull(CacheState& cache, const PendingPull& pull, const Error& error);

// After `seq`, as far as it is known here.
[[nodiscard]] std::optional<Digest> digest_at(CacheState& cache, const Memory& memory, Seq seq);

}  // namespace stentor::cache
