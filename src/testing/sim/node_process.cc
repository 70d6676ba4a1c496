#include "testing/sim/node_process.h"

#include <algorithm>
#include <utility>

namespace stentor::sim {
NodeProcess::NodeProcess(const Deps& deps)
    : deps_{deps},
      world_{deps.world},
      rules_{.verifier = deps.rules.verifier,
             .gate = gate_,
             .sends_per_s = deps.rules.sends_per_s,
             .sends_burst = deps.rules.sends_burst},
      shard_lines_(deps.shards),
      life_{deps.world.clock},
      cache_{*this},
      accounts_{gate_, *this} {
    for (std::uint32_t index = 0; index < deps.shards; ++index) {
        shards_.push_back(std::make_unique<ShardProcess>(ShardProcess::Deps{
            .world = world_,
            .bus = deps_.bus,
            .hub = *this,
            .life = life_,
            .rules = rules_,
            .node = deps_.node,
            .first_generation = static_cast<std::uint32_t>(deps_.instance) << 16U,
            .index = index}));
    }
    deps_.bus.attach(deps_.node, this);
    deps_.routes.report_node(deps_.node, deps_.instance);
    put([this](cache::Cache& /*cache*/, Time now) { accounts_.on_tick(now); });
    life_.after(kTickEvery, [this] { tick(); });
}

// The parts outlive no task: nothing runs between here and the end of the life.
NodeProcess::~NodeProcess() { deps_.bus.detach(deps_.node); }

void NodeProcess::accept(const std::shared_ptr<Link>& link) {
    life_.guarded([this, link] { world_.random.pick(shards_)->accept(link); })();
}

bool NodeProcess::leaves_waiting(GroupId gid) const {
    return std::ranges::any_of(shards_,
                               [&](const auto& shard) { return shard->leaves_waiting(gid); });
}

std::optional<Token> NodeProcess::void_since(Time since) const {
    for (const auto& shard : shards_) {
        if (auto token = shard->void_since(since)) return token;
    }
    return std::nullopt;
}

void NodeProcess::set_level(storm::Level level) {
    life_.guarded([this, level] {
        put([level](cache::Cache& cache, Time /*now*/) { cache.set_level(level); });
        for (node::ShardIndex shard = 0; shard < shards_.size(); ++shard) {
            post(shard, [level](node::NodeShard& side) { side.set_level(level); });
        }
    })();
}

void NodeProcess::tick() {
    put([this](cache::Cache& cache, Time now) {
        cache.on_tick(now);
        accounts_.on_tick(now);
    });
    life_.after(kTickEvery, [this] { tick(); });
}

// ---- Mailboxes

void NodeProcess::put(HubMail::Task task) {
    const Time when = hub_line_.arrival(world_.now(), world_.random.between(Millis{0}, Millis{3}));
    life_.at(when, [this, task = std::move(task)]() mutable {
        task(cache_, world_.now());
        wake_cache();
    });
}

// What a hub does by waiting no longer than that.
void NodeProcess::wake_cache() {
    cache_.on_wake(world_.now());
    const auto at = cache_.wake_at();
    if (!at || (waking_ && *waking_ <= *at)) return;
    waking_ = at;
    life_.at(*at, [this] {
        waking_.reset();
        wake_cache();
    });
}

void NodeProcess::post(node::ShardIndex shard, ShardTask task) {
    const Time when =
        shard_lines_[shard].arrival(world_.now(), world_.random.between(Millis{0}, Millis{3}));
    life_.at(when, [this, shard, task = std::move(task)]() mutable { shards_[shard]->run(task); });
}

void NodeProcess::on_items(std::shared_ptr<const bus::Items> items) {
    put([items = std::move(items)](cache::Cache& cache, Time now) { cache.on_items(*items, now); });
}

void NodeProcess::on_nudges(std::vector<bus::Nudge> nudges) {
    put([this, nudges = std::move(nudges)](cache::Cache& cache, Time now) {
        for (const bus::Nudge& nudge : nudges) {
            if (std::holds_alternative<bus::AccountMoved>(nudge)) {
                world_.count(Seen::account_nudge_heard);
                accounts_.on_moved();
            } else {
                cache.on_nudge(nudge, now);
            }
        }
    });
}

void NodeProcess::on_answers(std::vector<bus::Answer> answers) {
    for (bus::Answer& answer : answers) {
        const std::uint32_t shard = answer.reply_to.connection.shard;
        post(shard, [answer = std::move(answer)](node::NodeShard& side) mutable {
            side.on_answer(answer);
        });
    }
}

// ---- What the cache asks for

void NodeProcess::ask(cache::AskId id, PartitionId partition, bus::Question question) {
    auto answered = std::make_shared<Result<bus::Reply>>();
    auto task = std::make_shared<sim::Task>(life_.guarded([this, id, answered] {
        put([id, answered](cache::Cache& cache, Time now) {
            cache.on_reply(id, std::move(*answered), now);
        });
    }));
    deps_.bus.ask_from(deps_.node, partition, std::move(question),
                       [answered, task](Result<bus::Reply> reply) {
                           *answered = std::move(reply);
                           (*task)();
                       });
}

void NodeProcess::report_route(GroupId gid, std::uint32_t online) {
    deps_.routes.report({.node = deps_.node,
                         .instance = deps_.instance,
                         .version = ++report_version_,
                         .gid = gid,
                         .online = online});
}

// ---- What the gate's follower asks for

void NodeProcess::ask(const bus::AskAccountChanges& question) {
    auto answered = std::make_shared<Result<bus::Reply>>();
    auto task = std::make_shared<sim::Task>(life_.guarded([this, answered, asked = world_.now()] {
        put([this, answered, asked](cache::Cache& /*cache*/, Time now) {
            accounts_.on_reply(*answered, now);
            on_account_changes(*answered, asked);
        });
    }));
    deps_.bus.ask_from(deps_.node, PartitionId{}, question,
                       [answered, task](Result<bus::Reply> reply) {
                           *answered = std::move(reply);
                           (*task)();
                       });
}

// Told to the shards behind what the follower told them.
void NodeProcess::on_account_changes(const Result<bus::Reply>& reply, Time asked) {
    const auto* page = reply ? std::get_if<bus::AccountChangesAnswer>(&*reply) : nullptr;
    if (page == nullptr || page->last != page->head) return;
    for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
        const Time when =
            shard_lines_[shard].arrival(world_.now(), world_.random.between(Millis{0}, Millis{3}));
        life_.at(when, [this, shard, asked] { shards_[shard]->on_accounts_known(asked); });
    }
}

void NodeProcess::accounts_moved(std::span<const bus::AccountState> states) {
    for (const bus::AccountState& state : states) {
        for (node::ShardIndex shard = 0; shard < shards_.size(); ++shard) {
            post(shard, [uid = state.uid](node::NodeShard& side) { side.on_account_moved(uid); });
        }
    }
}

void NodeProcess::accounts_known() {
    for (node::ShardIndex shard = 0; shard < shards_.size(); ++shard) {
        post(shard, [this](node::NodeShard& side) { side.on_accounts_known(world_.now()); });
    }
}

}  // namespace stentor::sim
