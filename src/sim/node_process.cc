#include "sim/node_process.h"

#include <utility>

#include "sim/conversation.h"

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

void NodeProcess::tick() {
    put([](cache::Cache& cache, Time now) { cache.on_tick(now); });
    life_.after(kTickEvery, [this] { tick(); });
}

// ---- Mailboxes

void NodeProcess::put(std::move_only_function<void(cache::Cache&, Time)> task) {
    const Time when = hub_line_.arrival(world_.now(), world_.random.between(Millis{0}, Millis{3}));
    life_.at(when, [this, task = std::move(task)]() mutable { task(cache_, world_.now()); });
}

void NodeProcess::to_shard(cache::ShardIndex shard,
                           std::move_only_function<void(ShardProcess&)> task) {
    const Time when =
        shard_lines_[shard].arrival(world_.now(), world_.random.between(Millis{0}, Millis{3}));
    life_.at(when, [this, shard, task = std::move(task)]() mutable {
        task(*shards_[shard]);
        shards_[shard]->plan_turn();
    });
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
        to_shard(shard, [answer = std::move(answer)](ShardProcess& side) mutable {
            side.on_answer(answer);
        });
    }
}

// ---- What the cache asks for

void NodeProcess::ask(cache::AskId id, PartitionId partition, bus::Question question) {
    auto answered = std::make_shared<Result<bus::Reply>>();
    auto task = std::make_shared<Task>(life_.guarded([this, id, answered] {
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

void NodeProcess::opened(const cache::Waiter& waiter, std::string payload,
                         const cache::Seating& seating) {
    const session::Opening opening{.gid = seating.gid,
                                   .epoch = seating.epoch,
                                   .floor = seating.floor,
                                   .reached = seating.reached,
                                   .version = seating.version,
                                   .overlay = seating.overlay};
    to_shard(waiter.connection.shard, [waiter, opening, ticket = seating.ticket,
                                       payload = std::move(payload)](ShardProcess& side) mutable {
        side.on_opened(waiter.connection, waiter.request_id, opening, ticket, std::move(payload));
    });
}

void NodeProcess::ranged(const cache::Waiter& waiter, std::string payload, GroupId gid, Epoch epoch,
                         Seq last, Seq head) {
    to_shard(waiter.connection.shard, [waiter, gid, epoch, last, head,
                                       payload = std::move(payload)](ShardProcess& side) mutable {
        side.with_session(waiter.connection, [&](session::Session& session, auto& fx) {
            session.on_ranged(waiter.request_id, gid, epoch, last, head, std::move(payload), fx);
        });
    });
}

void NodeProcess::answered(const cache::Waiter& waiter, std::string payload) {
    to_shard(waiter.connection.shard,
             [waiter, payload = std::move(payload)](ShardProcess& side) mutable {
                 side.with_session(waiter.connection, [&](session::Session& session, auto& fx) {
                     session.on_answer(waiter.request_id, std::move(payload), fx);
                 });
             });
}

void NodeProcess::told(const cache::Waiter& waiter, std::string payload) {
    to_shard(waiter.connection.shard,
             [waiter, payload = std::move(payload)](ShardProcess& side) mutable {
                 side.with_session(waiter.connection, [&](session::Session& /*session*/, auto& fx) {
                     fx.reply(std::move(payload));
                 });
             });
}

void NodeProcess::refused(const cache::Waiter& waiter, GroupId gid, const Error& error) {
    to_shard(waiter.connection.shard, [waiter, gid, error](ShardProcess& side) {
        side.with_session(waiter.connection, [&](session::Session& session, auto& fx) {
            session.on_refused(waiter.request_id, gid, error, fx);
        });
    });
}

void NodeProcess::push(const cache::Push& push, std::span<const cache::ShardIndex> shards) {
    const fanout::Push frame{.gid = push.gid,
                             .epoch = push.epoch,
                             .lane = static_cast<fanout::Lane>(push.lane),
                             .first = push.first,
                             .last = push.last,
                             .frame = push.frame};
    for (const cache::ShardIndex shard : shards) {
        to_shard(shard, [frame](ShardProcess& side) { side.router().on_push(frame); });
    }
}

void NodeProcess::head_moved(GroupId gid, Epoch epoch, Seq head,
                             std::span<const cache::ShardIndex> shards) {
    for (const cache::ShardIndex shard : shards) {
        to_shard(shard, [=](ShardProcess& side) { side.router().on_head(gid, epoch, head); });
    }
}

void NodeProcess::online(GroupId gid, std::uint64_t count,
                         std::span<const cache::ShardIndex> shards) {
    for (const cache::ShardIndex shard : shards) {
        to_shard(shard, [=](ShardProcess& side) { side.router().on_online(gid, count); });
    }
}

void NodeProcess::ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload,
                         std::span<const cache::ShardIndex> shards) {
    for (const cache::ShardIndex shard : shards) {
        to_shard(shard, [=](ShardProcess& side) { side.on_ousted(gid, uid, version, payload); });
    }
}

void NodeProcess::recheck(GroupId gid, std::span<const cache::ShardIndex> shards) {
    for (const cache::ShardIndex shard : shards) {
        to_shard(shard, [=](ShardProcess& side) { side.recheck(gid); });
    }
}

void NodeProcess::badges(const ConnectionToken& connection, const pb::Pulse& pulse) {
    to_shard(connection.shard, [=](ShardProcess& side) {
        side.with_session(
            connection, [&](session::Session& session, auto& fx) { session.on_badges(pulse, fx); });
    });
}

void NodeProcess::expel(const ConnectionToken& connection, const Error& error) {
    to_shard(connection.shard, [=](ShardProcess& side) {
        side.with_session(connection, [&](session::Session& session, auto& fx) {
            session.on_expelled(error, fx);
        });
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
