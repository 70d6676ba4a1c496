#include "node/gateway/hub.h"

#include <pthread.h>

#include <algorithm>
#include <map>
#include <utility>

namespace stentor::gateway {
namespace {

constexpr Millis kTickEvery{1'000};

}  // namespace

Hub::Hub(const NodeIdentity& identity, account::SharedGate& gate, account::Budgets& budgets,
         bus::Bus& bus, route::Routes& routes, net::ShardGroup& shards, std::size_t mail_max)
    : identity_{identity},
      bus_{bus},
      routes_{routes},
      shards_{shards},
      outbox_(shards.size()),
      cache_{*this},
      accounts_{gate, *this},
      budgets_{budgets},
      mailbox_{std::make_shared<Mailbox<Task>>(mail_max)},
      thread_{[this] { run(); }} {
    routes_.report_node(identity_.node, identity_.instance);
}

void Hub::attach(std::vector<node::NodeShard*> node_shards) {
    node_shards_ = std::move(node_shards);
    put([this](cache::Cache& /*cache*/, Time now) {
        following_ = true;
        accounts_.on_tick(now);
    });
}

Hub::~Hub() {
    mailbox_->close();
    if (thread_.joinable()) thread_.join();
}

void Hub::run() {
    pthread_setname_np(pthread_self(), "hub");
    std::vector<Task> tasks;
    Time next_tick = now() + kTickEvery;
    for (;;) {
        const Time wake = std::min(next_tick, cache_.wake_at().value_or(next_tick));
        mailbox_->take(tasks, std::max(wake - now(), Millis{0}));
        time_ = now();
        if (tasks.empty() && mailbox_->closed()) return;
        for (Task& task : tasks) task(cache_, time_);
        cache_.on_wake(time_);
        if (time_ >= next_tick) {
            next_tick = time_ + kTickEvery;
            cache_.on_tick(time_);
            if (following_) accounts_.on_tick(time_);
            budgets_.forget_whole(time_);
            const std::lock_guard lock{counts_mutex_};
            counts_ = cache_.counts();
        }
        flush();
    }
}

cache::Cache::Counts Hub::counts() const {
    const std::lock_guard lock{counts_mutex_};
    return counts_;
}

void Hub::post(node::ShardIndex shard, ShardTask task) {
    if (shard < outbox_.size()) outbox_[shard].push_back(std::move(task));
}

void Hub::flush() {
    for (std::size_t shard = 0; shard < outbox_.size(); ++shard) {
        if (outbox_[shard].empty()) continue;
        shards_.shard(static_cast<std::uint32_t>(shard))
            .post([node_shard = node_shards_[shard],
                   tasks = std::exchange(outbox_[shard], {})]() mutable {
                for (ShardTask& task : tasks) task(*node_shard);
            });
    }
}

// ---- From owners

void Hub::on_items(std::shared_ptr<const bus::Items> items) {
    offer(
        [items = std::move(items)](cache::Cache& cache, Time now) { cache.on_items(*items, now); });
}

// A stream that lacks something is seen to, and what it lacks is asked for; a nudge may be lost.
void Hub::offer(Task task) {
    if (!mailbox_->try_put(std::move(task))) dropped_.fetch_add(1, std::memory_order_relaxed);
}

void Hub::on_nudges(std::vector<bus::Nudge> nudges) {
    offer([this, nudges = std::move(nudges)](cache::Cache& cache, Time now) {
        for (const bus::Nudge& nudge : nudges) {
            if (std::holds_alternative<bus::AccountMoved>(nudge)) {
                accounts_.on_moved();
            } else if (const auto* person = std::get_if<bus::PersonMoved>(&nudge)) {
                for (std::size_t shard = 0; shard < outbox_.size(); ++shard) {
                    post(static_cast<node::ShardIndex>(shard),
                         [user = person->user, now](node::NodeShard& node_shard) {
                             node_shard.on_person_moved(user, now);
                         });
                }
            } else {
                cache.on_nudge(nudge, now);
            }
        }
    });
}

void Hub::on_answers(std::vector<bus::Answer> answers) {
    std::map<std::uint32_t, std::vector<bus::Answer>> by_shard;
    for (bus::Answer& answer : answers) {
        const std::uint32_t shard = answer.reply_to.connection.shard;
        if (shard < shards_.size()) by_shard[shard].push_back(std::move(answer));
    }
    for (auto& [shard, batch] : by_shard) {
        shards_.shard(shard).post(
            [node_shard = node_shards_[shard], mine = std::move(batch)]() mutable {
                for (bus::Answer& answer : mine) node_shard->on_answer(answer);
            });
    }
}

// ---- What the cache asks for

void Hub::ask(cache::AskId id, PartitionId partition, bus::Question question) {
    bus_.ask(partition, std::move(question), [id, mailbox = mailbox_](Result<bus::Reply> reply) {
        mailbox->put([id, reply = std::move(reply)](cache::Cache& cache, Time now) mutable {
            cache.on_reply(id, std::move(reply), now);
        });
    });
}

void Hub::report_route(GroupId gid, std::uint32_t online) {
    routes_.report({.node = identity_.node,
                    .instance = identity_.instance,
                    .version = ++report_version_,
                    .gid = gid,
                    .online = online});
}

// ---- What the gate's follower asks for

void Hub::ask(const bus::AskAccountChanges& question) {
    bus_.ask(PartitionId{}, question, [this, mailbox = mailbox_](Result<bus::Reply> reply) {
        mailbox->put([this, reply = std::move(reply)](cache::Cache& /*cache*/, Time now) {
            accounts_.on_reply(reply, now);
        });
    });
}

void Hub::accounts_moved(std::span<const bus::AccountState> states) {
    for (const bus::AccountState& state : states) {
        for (std::size_t shard = 0; shard < outbox_.size(); ++shard) {
            post(static_cast<node::ShardIndex>(shard),
                 [uid = state.uid](node::NodeShard& node_shard) {
                     node_shard.on_account_moved(uid);
                 });
        }
    }
}

void Hub::accounts_known() {
    for (std::size_t shard = 0; shard < outbox_.size(); ++shard) {
        post(static_cast<node::ShardIndex>(shard),
             [now = time_](node::NodeShard& node_shard) { node_shard.on_accounts_known(now); });
    }
}

}  // namespace stentor::gateway
