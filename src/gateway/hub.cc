#include "gateway/hub.h"

#include <pthread.h>

#include <limits>
#include <map>
#include <utility>

#include "gateway/conversation.h"

namespace stentor::gateway {
namespace {

constexpr Millis kTickEvery{1'000};
// What comes in is bounded where it is made: commands in flight per connection, staged entries per
// group.
constexpr std::size_t kMailMax = std::numeric_limits<std::size_t>::max();

session::Opening opening_of(const cache::Seating& seating) {
    return {.gid = seating.gid,
            .epoch = seating.epoch,
            .floor = seating.floor,
            .reached = seating.reached,
            .version = seating.version,
            .overlay = seating.overlay};
}

}  // namespace

Hub::Hub(const NodeIdentity& identity, bus::Bus& bus, route::Routes& routes,
         net::ShardGroup& shards)
    : identity_{identity},
      bus_{bus},
      routes_{routes},
      shards_{shards},
      outbox_(shards.size()),
      cache_{*this},
      mailbox_{std::make_shared<Mailbox<Task>>(kMailMax)},
      thread_{[this] { run(); }} {
    routes_.report_node(identity_.node, identity_.instance);
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
        mailbox_->take(tasks, kTickEvery);
        const Time time = now();
        if (tasks.empty() && mailbox_->closed()) return;
        for (Task& task : tasks) task(cache_, time);
        if (time >= next_tick) {
            next_tick = time + kTickEvery;
            cache_.on_tick(time);
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

void Hub::post(cache::ShardIndex shard, ShardTask task) {
    if (shard < outbox_.size()) outbox_[shard].push_back(std::move(task));
}

void Hub::flush() {
    for (std::size_t shard = 0; shard < outbox_.size(); ++shard) {
        if (outbox_[shard].empty()) continue;
        shards_.shard(static_cast<std::uint32_t>(shard))
            .post([side = sides_[shard], tasks = std::exchange(outbox_[shard], {})]() mutable {
                for (ShardTask& task : tasks) task(*side);
            });
    }
}

// ---- From owners

void Hub::on_items(std::shared_ptr<const bus::Items> items) {
    put([items = std::move(items)](cache::Cache& cache, Time now) { cache.on_items(*items, now); });
}

void Hub::on_nudges(std::vector<bus::Nudge> nudges) {
    put([nudges = std::move(nudges)](cache::Cache& cache, Time now) {
        for (const bus::Nudge& nudge : nudges) cache.on_nudge(nudge, now);
    });
}

void Hub::on_answers(std::vector<bus::Answer> answers) {
    std::map<std::uint32_t, std::vector<bus::Answer>> by_shard;
    for (bus::Answer& answer : answers) {
        const std::uint32_t shard = answer.reply_to.connection.shard;
        if (shard < shards_.size()) by_shard[shard].push_back(std::move(answer));
    }
    for (auto& [shard, batch] : by_shard) {
        shards_.shard(shard).post([side = sides_[shard], mine = std::move(batch)]() mutable {
            for (bus::Answer& answer : mine) side->on_answer(answer);
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

void Hub::opened(const cache::Waiter& waiter, std::string payload, const cache::Seating& seating) {
    post(waiter.connection.shard,
         [waiter, seating, payload = std::move(payload)](ShardSide& side) mutable {
             side.on_opened(waiter.connection, waiter.request_id, opening_of(seating),
                            seating.ticket, std::move(payload));
         });
}

void Hub::ranged(const cache::Waiter& waiter, std::string payload, GroupId gid, Epoch epoch,
                 Seq last, Seq head) {
    post(waiter.connection.shard, [waiter, gid, epoch, last, head,
                                   payload = std::move(payload)](ShardSide& side) mutable {
        side.with_session(waiter.connection, [&](session::Session& session, auto& fx) {
            session.on_ranged(waiter.request_id, gid, epoch, last, head, std::move(payload), fx);
        });
    });
}

void Hub::answered(const cache::Waiter& waiter, std::string payload) {
    post(waiter.connection.shard, [waiter, payload = std::move(payload)](ShardSide& side) mutable {
        side.with_session(waiter.connection, [&](session::Session& session, auto& fx) {
            session.on_answer(waiter.request_id, std::move(payload), fx);
        });
    });
}

void Hub::told(const cache::Waiter& waiter, std::string payload) {
    post(waiter.connection.shard, [waiter, payload = std::move(payload)](ShardSide& side) mutable {
        side.with_session(waiter.connection, [&](session::Session& /*session*/, auto& fx) {
            fx.reply(std::move(payload));
        });
    });
}

void Hub::refused(const cache::Waiter& waiter, GroupId gid, const Error& error) {
    post(waiter.connection.shard, [waiter, gid, error](ShardSide& side) {
        side.with_session(waiter.connection, [&](session::Session& session, auto& fx) {
            session.on_refused(waiter.request_id, gid, error, fx);
        });
    });
}

void Hub::push(const cache::Push& push, std::span<const cache::ShardIndex> shards) {
    const fanout::Push frame{.gid = push.gid,
                             .epoch = push.epoch,
                             .lane = static_cast<fanout::Lane>(push.lane),
                             .first = push.first,
                             .last = push.last,
                             .frame = push.frame};
    for (const cache::ShardIndex shard : shards) {
        post(shard, [frame](ShardSide& side) { side.router().on_push(frame); });
    }
}

void Hub::head_moved(GroupId gid, Epoch epoch, Seq head,
                     std::span<const cache::ShardIndex> shards) {
    for (const cache::ShardIndex shard : shards) {
        post(shard, [=](ShardSide& side) { side.router().on_head(gid, epoch, head); });
    }
}

void Hub::online(GroupId gid, std::uint64_t count, std::span<const cache::ShardIndex> shards) {
    for (const cache::ShardIndex shard : shards) {
        post(shard, [=](ShardSide& side) { side.router().on_online(gid, count); });
    }
}

void Hub::ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload,
                 std::span<const cache::ShardIndex> shards) {
    for (const cache::ShardIndex shard : shards) {
        post(shard, [=](ShardSide& side) { side.on_ousted(gid, uid, version, payload); });
    }
}

void Hub::recheck(GroupId gid, std::span<const cache::ShardIndex> shards) {
    for (const cache::ShardIndex shard : shards) {
        post(shard, [gid](ShardSide& side) { side.recheck(gid); });
    }
}

void Hub::badges(const ConnectionToken& connection, const pb::Pulse& pulse) {
    post(connection.shard, [=](ShardSide& side) {
        side.with_session(
            connection, [&](session::Session& session, auto& fx) { session.on_badges(pulse, fx); });
    });
}

void Hub::expel(const ConnectionToken& connection, const Error& error) {
    post(connection.shard, [=](ShardSide& side) {
        side.with_session(connection, [&](session::Session& session, auto& fx) {
            session.on_expelled(error, fx);
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

}  // namespace stentor::gateway
