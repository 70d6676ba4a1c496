#pragma once
// The rules between a member and the log that an operator may set. Defaults are such that a normal
// chat never meets them.

#include <memory>

#include "base/rate.h"
#include "base/time.h"
#include "group/rules/activity.h"
#include "group/rules/keywords.h"
#include "group/rules/repeats.h"
#include "group/rules/storm.h"

namespace stentor::rules {

// Accounts younger than `younger_than` send at `rate` or, where its period is 0, not at all. Off
// (0) unless set: on the first evening of a server every account is young.
struct NewAccountRule {
    Millis younger_than{0};
    RateLimit rate{.period = Millis{10'000}, .burst = 2};
};

struct Rules {
    ActivityRule activity;
    RepeatRule repeats;
    NewAccountRule new_accounts;
    // Ask an outside service about each post (filter/); whoever sets it gives the owner one.
    bool filter{};
    StormRule storm{};  // Changes while running: Partition::set_storm.
    // Swapped while running: Partition::use_keywords.
    std::shared_ptr<const Keywords> keywords = std::make_shared<const Keywords>();
};

}  // namespace stentor::rules
