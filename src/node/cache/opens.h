#pragma once
// Opens: the owner says who asks, this node's own memory says what is there.

#include <optional>

#include "node/cache/state.h"

namespace stentor::cache {

void on_open_reply(CacheState& cache, AskId id, PendingOpen open, Result<bus::OpenAnswer> answer,
                   Time now);

// Asks for the member; with the view, where none is here or on its way.
void ask_open(CacheState& cache, Group& group, PendingOpen open);

// Once the member is known: answers, or waits for what is missing.
void finish_open(CacheState& cache, Group& group, PendingOpen open, Time now);

void refuse_open(CacheState& cache, Group& group, const PendingOpen& open, Error error);

// Whether what was answered of them, what they say, or their floor is beyond what is known here.
[[nodiscard]] bool knows_more(const PendingOpen& open, const Group& group);

// Where a former epoch ended; nothing when `epoch` is the present one.
[[nodiscard]] std::optional<Seq> fork_after(const Group& group, Epoch epoch);

}  // namespace stentor::cache
