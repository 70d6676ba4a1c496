#pragma once
// What is told of entries as sums, once in a while: reactions, and by how many each was read.
//
// Owner: GroupState. Cost: that of tallies.h and readers.h.

#include "base/time.h"
#include "group/effects.h"
#include "group/readers.h"
#include "group/tallies.h"
#include "wire/log_entry.h"

namespace stentor::group {

struct GroupState;

struct Sums {
    Tallies tallies;
    Readers readers;
    bool readers_loading{};
    bool recount{};  // They were counted before memory was dropped.
    bool moved{};    // Since nodes were told.
    Time told{};
};

// Begins with the first node that looks at the group: nobody else would see it.
void count_readers(GroupState& group);
void on_readers_loaded(GroupState& group, const Result<Found>& found);
void append_to_sums(GroupState& group, const LogEntry& entry);
void publish_sums(GroupState& group, Time now);

}  // namespace stentor::group
