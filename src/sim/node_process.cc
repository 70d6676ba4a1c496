#include "sim/node_process.h"

#include <algorithm>
#include <utility>

namespace stentor::sim {
namespace {

constexpr Millis kTickEvery{1'000};

}  // namespace

NodeProcess::NodeProcess(const Around& around)
    : around_{around},
      world_{around.world},
      shard_lines_(around.shards),
      life_{around.world.clock},
      cache_{*this} {
    for (std::uint32_t index = 0; index < around.shards; ++index) {
        shards_.push_back(std::make_unique<ShardProcess>(ShardProcess::Around{
            .world = world_,
            .bus = around_.bus,
            .hub = *this,
            .life = life_,
            .rules = around_.rules,
            .node = around_.node,
            .first_generation = static_cast<std::uint32_t>(around_.instance) << 16U,
            .index = index}));
    }
    around_.bus.attach(around_.node, this);
    around_.routes.report_node(around_.node, around_.instance);
    life_.after(kTickEvery, [this] { tick(); });
}

// The parts outlive no task: nothing runs between here and the end of the life.
NodeProcess::~NodeProcess() { around_.bus.detach(around_.node); }

void NodeProcess::accept(const std::shared_ptr<Link>& link) {
    life_.guarded([this, link] { world_.random.pick(shards_)->accept(link); })();
}

bool NodeProcess::leaves_waiting(GroupId gid) const {
    return std::ranges::any_of(shards_,
                               [&](const auto& shard) { return shard->leaves_waiting(gid); });
}

void NodeProcess::set_level(storm::Level level) {
    life_.guarded([this, level] {
        put([level](cache::Cache& cache, Time /*now*/) { cache.set_level(level); });
        for (cache::ShardIndex shard = 0; shard < shards_.size(); ++shard) {
            post(shard, [level](node::Side& side) { side.set_level(level); });
        }
    })();
}

void NodeProcess::tick() {
    put([](cache::Cache& cache, Time now) { cache.on_tick(now); });
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

void NodeProcess::post(cache::ShardIndex shard, SideTask task) {
    const Time when =
        shard_lines_[shard].arrival(world_.now(), world_.random.between(Millis{0}, Millis{3}));
    life_.at(when, [this, shard, task = std::move(task)]() mutable { shards_[shard]->run(task); });
}

void NodeProcess::on_items(std::shared_ptr<const bus::Items> items) {
    put([items = std::move(items)](cache::Cache& cache, Time now) { cache.on_items(*items, now); });
}

void NodeProcess::on_nudges(std::vector<bus::Nudge> nudges) {
    put([nudges = std::move(nudges)](cache::Cache& cache, Time now) {
        for (const bus::Nudge& nudge : nudges) cache.on_nudge(nudge, now);
    });
}

void NodeProcess::on_answers(std::vector<bus::Answer> answers) {
    for (bus::Answer& answer : answers) {
        const std::uint32_t shard = answer.reply_to.connection.shard;
        post(shard,
             [answer = std::move(answer)](node::Side& side) mutable { side.on_answer(answer); });
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
    around_.bus.ask_from(around_.node, partition, std::move(question),
                         [answered, task](Result<bus::Reply> reply) {
                             *answered = std::move(reply);
                             (*task)();
                         });
}

void NodeProcess::report_route(GroupId gid, std::uint32_t online) {
    around_.routes.report({.node = around_.node,
                           .instance = around_.instance,
                           .version = ++report_version_,
                           .gid = gid,
                           .online = online});
}

}  // namespace stentor::sim
