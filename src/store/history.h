#pragma once
// The port to the store's own history: its epoch and the terms that it gives out. Rules of all
// ports: store.h.

#include "base/port.h"
#include "store/rows.h"

namespace stentor::store {

class History : public Port {
public:
    // Of this store's history: the epoch of groups made from now on, and the least epoch of all. It
    // may rise while a process runs, where a copy takes over: so it is asked for, not remembered.
    // From then on every head is told in it, and a commit in a former one is a conflict.
    [[nodiscard]] virtual Result<Epoch> epoch() = 0;
    // After a restore: a larger epoch, durable before it is returned; the next one, or `least`
    // where that is larger. Groups take it, and note their fork point, when they are next loaded
    // (load_group); user logs go on above every number that may have been given.
    virtual Result<Epoch> raise_epoch(Epoch least) = 0;
    // A term larger than any that was ever handed out, durable before it is returned.
    [[nodiscard]] virtual Result<Term> next_term() = 0;
};

}  // namespace stentor::store
