#pragma once
// What the stream told of entries, put into those that come from elsewhere, perhaps from before it.
// A function apart, for both kinds of answer. Pure; cost: a look along the entries for each change.

#include <algorithm>
#include <span>
#include <utility>

#include "base/ids.h"
#include "wire/log_entry.h"

namespace stentor::cache {

template <class Entries>
void put_change(Entries& entries, const LogEntry& changed) {
    for (LogEntry& held : entries) {
        if (held.seq == changed.seq && held.revision < changed.revision) held = changed;
    }
}

template <class Entries>
void put_changes(Entries& entries, Epoch epoch,
                 std::span<const std::pair<Epoch, LogEntry>> changes) {
    for (const auto& [told_in, changed] : changes) {
        if (told_in == epoch) put_change(entries, changed);
    }
}

}  // namespace stentor::cache
