#include "server/telemetry/storm_watch.h"

#include <pthread.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/log.h"

namespace stentor::server {
namespace {

// New connections at kRefusing, of those let in otherwise: one bucket for all who come
// to the public listeners; operators and probes have the admin listener, which admits as ever.
constexpr std::uint32_t kHandshakesPart = 100;

void raise(storm::Load& worst, const storm::Load& load) {
    worst.pass = std::max(worst.pass, load.pass);
    worst.commit = std::max(worst.commit, load.commit);
    worst.memory_permille = std::max(worst.memory_permille, load.memory_permille);
}

}  // namespace

StormWatch::StormWatch(const StormOptions& options, gateway::Gateway& gateway, owner::Owner& owner,
                       net::ShardGroup& shards)
    : options_{options},
      gateway_{gateway},
      owner_{owner},
      shards_{shards},
      memory_{options.memory_max},
      pinned_{options.pinned},
      looked_{now()},
      thread_{[this] { run(); }} {}

StormWatch::~StormWatch() { stop(); }

void StormWatch::stop() {
    mailbox_.close();
    if (thread_.joinable()) thread_.join();
}

void StormWatch::pin(std::optional<storm::Level> level) {
    mailbox_.put([this, level] { pinned_ = level; });
}

StormStatus StormWatch::status() const {
    const std::lock_guard lock{mutex_};
    return status_;
}

void StormWatch::run() {
    pthread_setname_np(pthread_self(), "storm");
    std::vector<Task> tasks;
    for (;;) {
        mailbox_.take(tasks, limits::kStormLookEvery);
        if (tasks.empty() && mailbox_.closed()) return;
        for (Task& task : tasks) task();
        const Time time = now();
        look(time);
        apply(time);
        looked_ = time;
    }
}

void StormWatch::look(Time now) {
    const storm::Load load{.pass = gateway_.take_longest_pass(),
                           .commit = owner_.take_longest_commit(),
                           .memory_permille = memory_.read().permille()};
    looks_[next_look_++ % kLooksKept] = load;
    levels_.on_load(options_.rule, load, now);
}

void StormWatch::apply(Time now) {
    const rules::StormRule rule{.all = pinned_.value_or(levels_.of_all()),
                                .large = pinned_.value_or(levels_.of_large()),
                                .entries_per_s = levels_.entries_per_s(options_.rule)};
    const storm::Level before = std::exchange(level_, std::max(rule.all, rule.large));
    // How many entries make sense concerns nobody in calm times, and changes with each pass.
    const bool moved = rule.all != told_.all || rule.large != told_.large;
    if (moved || (level_ >= storm::kSlowing && rule != told_)) {
        told_ = rule;
        owner_.set_storm(rule);
    }
    {
        const std::lock_guard lock{mutex_};
        status_.level = level_;
        status_.pinned = pinned_;
        status_.pass = levels_.pass();
        status_.commit = levels_.commit();
        status_.memory = levels_.memory();
        status_.load = {};
        for (const storm::Load& load : looks_) raise(status_.load, load);
        status_.entries_per_s = rule.entries_per_s;
        status_.changes += level_ == before ? 0 : 1;
        status_.spent[before] += now - looked_;
    }
    if (level_ == before) return;
    gateway_.set_level(level_);
    if ((level_ == storm::kRefusing) != (before == storm::kRefusing)) {
        const std::uint32_t calm = options_.handshakes_per_s;
        shards_.set_handshakes(level_ == storm::kRefusing ? std::max(calm / kHandshakesPart, 1U)
                                                          : calm);
    }
    tell(before);
}

void StormWatch::tell(storm::Level before) const {
    storm::Load worst;
    for (const storm::Load& load : looks_) raise(worst, load);
    log::warn("storm level", {{"from", before},
                              {"to", level_},
                              {"pinned", pinned_ ? 1 : 0},
                              {"pass_ms", worst.pass.count()},
                              {"commit_ms", worst.commit.count()},
                              {"memory_permille", worst.memory_permille}});
}

}  // namespace stentor::server
