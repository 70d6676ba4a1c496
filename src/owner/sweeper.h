#pragma once
// Finds groups that nobody speaks to and whose retention drops something, and wakes them: a group
// keeps its retention by itself while it is in memory.
//
// Thread: its own. Cost: kSweepGroups heads a second, one more read for each group that keeps its
// entries by age, at most kSweepWakes groups woken in a second; a round over a million groups takes
// an hour and a half.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/ids.h"
#include "base/time.h"
#include "store/group_log.h"

namespace stentor::owner {

class Sweep {
public:
    using Wake = std::function<void(GroupId)>;

    Sweep(store::GroupLog& store, Wake wake) : store_{store}, wake_{std::move(wake)} {}

    // Looks at the next groups. Returns when to look on.
    Millis step(Time now);

private:
    [[nodiscard]] bool is_due(const store::GroupLog::GroupHead& group, Time now);

    store::GroupLog& store_;
    Wake wake_;
    GroupId after_;
};

class Sweeper {
public:
    // `each_second` is called beside it.
    Sweeper(store::GroupLog& store, Sweep::Wake wake, std::function<void()> each_second);

private:
    void run(const std::stop_token& stop);

    Sweep sweep_;
    const std::function<void()> each_second_;
    std::mutex mutex_;
    std::condition_variable_any stopped_;
    std::jthread thread_;
};

}  // namespace stentor::owner
