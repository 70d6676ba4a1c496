#include "testing/sim/owner_process.h"

#include <utility>

#include "base/limits.h"
#include "owner/account.h"
#include "owner/load.h"
#include "owner/nudges.h"
#include "owner/questions.h"
#include "testing/sim/checks.h"

namespace stentor::sim {
namespace {

constexpr int kTurnCommands = 3;  // So few that urgent ones do overtake others.

}  // namespace

OwnerProcess::OwnerProcess(const Deps& deps, const group::Lease& lease,
                           const group::Settings& settings)
    : deps_{deps}, world_{deps.world}, lease_{lease}, settings_{settings}, life_{deps.world.clock} {
    // One that cannot read its accounts does not start, and is started again.
    while (!catch_up()) {
    }
    gate_.become_known();
    settings_.gate = &gate_;
    life_.after(kTickEvery, [this] { tick(); });
}

// ---- What comes in

Result<void> OwnerProcess::on_command(PartitionId partition, bus::Command command) {
    life_.guarded([this, partition, command = std::move(command)]() mutable {
        put(CommandMail{.partition = partition, .command = std::move(command)});
    })();
    return {};
}

void OwnerProcess::on_ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) {
    if (const auto* open = std::get_if<bus::AskOpen>(&question)) {
        life_.guarded([this, partition, question = *open, reply = std::move(reply)]() mutable {
            put(OpenMail{.partition = partition, .question = question, .reply = std::move(reply)});
        })();
        return;
    }
    // A loader's: read now, told later, so that the answer carries an old head.
    life_.after(store_delay(),
                [this, question = std::move(question), reply = std::move(reply)]() mutable {
                    if (const auto* change = std::get_if<bus::AskChangeUser>(&question)) {
                        return change_user(*change, std::move(reply));
                    }
                    auto answer = answer_to(question);
                    life_.after(store_delay(),
                                [reply = std::move(reply), answer = std::move(answer)]() mutable {
                                    reply(std::move(answer));
                                });
                });
}

// ---- Accounts

bool OwnerProcess::catch_up() {
    const auto page = deps_.store.account_changes(accounts_after_, limits::kAccountChanges);
    if (!page) return false;
    std::vector<bus::AccountState> states;
    for (const auto& row : page->rows) states.push_back(owner::state_of(row.state));
    gate_.apply(states, world_.now());
    accounts_after_ = page->head;
    return true;
}

Result<bus::Reply> OwnerProcess::answer_to(const bus::Question& question) {
    if (const auto* hello = std::get_if<bus::AskHello>(&question)) {
        if (!gate_.passes(hello->uid, hello->token_minted)) {
            return std::unexpected(Error{.code = Code::token_invalid});
        }
    }
    if (std::holds_alternative<bus::AskAccountChanges>(question)) static_cast<void>(catch_up());
    return owner::Questions{deps_.store, nullptr, nullptr, limits::kWhoReadMembers, &published_}
        .answer(question);
}

// A store that several may write into fences the commits of a former owner, not its accounts.
void OwnerProcess::change_user(const bus::AskChangeUser& change, bus::ReplyHandler reply) {
    if (superseded_) return;
    auto answer = owner::Questions{deps_.store}.answer(change);
    if (!answer || !owner::changes_state(change)) return reply(std::move(answer));
    if (!catch_up()) return reply(std::unexpected(Error{.code = Code::store_unavailable}));
    std::vector<NodeId> nodes;
    deps_.routes.nodes(nodes);
    for (const NodeId node : nodes) {
        deps_.bus.nudge(node, {bus::AccountMoved{accounts_after_}});
    }
    put(SettleMail{.uid = change.uid,
                   .done = [this, uid = change.uid, at = world_.now(), reply = std::move(reply),
                            answer = std::move(answer)]() mutable {
                       if (superseded_) return;
                       world_.accounts->on_answered(uid, at);
                       reply(std::move(answer));
                   }});
}

void OwnerProcess::set_storm(const rules::StormRule& storm) {
    life_.guarded([this, storm] { put(storm); })();
}

void OwnerProcess::put(Mail mail) {
    mails_.push_back(std::move(mail));
    plan_turn();
}

void OwnerProcess::plan_turn() {
    if (std::exchange(turn_planned_, true)) return;
    life_.after(world_.random.between(Millis{0}, Millis{3}), [this] { turn(); });
}

void OwnerProcess::turn() {
    turn_planned_ = false;
    for (Mail& mail : std::exchange(mails_, {})) on_mail(mail);
    for (int i = 0; i < kTurnCommands; ++i) {
        auto command = intake_.take();
        if (!command) break;
        const PartitionId partition = partition_of(command->gid);
        owned(partition).partition.on_command(std::move(*command), world_.now());
    }
    if (!intake_.empty()) plan_turn();
    flush();
}

void OwnerProcess::tick() {
    for (auto& [id, owned] : partitions_) owned.partition.on_tick(world_.now());
    life_.after(kTickEvery, [this] { tick(); });
}

OwnerProcess::Owned& OwnerProcess::owned(PartitionId partition) {
    const auto found = partitions_.find(partition);
    if (found != partitions_.end()) return found->second;
    return partitions_
        .try_emplace(partition, group::Partition{lease_, settings_, *this},
                     group::ItemStream{partition, lease_.term})
        .first->second;
}

void OwnerProcess::on_mail(Mail& mail) {
    const Time now = world_.now();
    if (auto* command = std::get_if<CommandMail>(&mail)) {
        expect_answer(command->command);
        intake_.put(owned(command->partition).partition.lane_of(command->command),
                    std::move(command->command));
    } else if (auto* open = std::get_if<OpenMail>(&mail)) {
        const std::uint64_t ask = ++last_ask_;
        opening_.emplace(ask, std::move(open->reply));
        owned(open->partition).partition.on_open(ask, open->question, now);
    } else if (const auto* loaded = std::get_if<group::Loaded>(&mail)) {
        owned(partition_of(loaded->load.gid)).partition.on_loaded(*loaded, now);
    } else if (const auto* storm = std::get_if<rules::StormRule>(&mail)) {
        settings_.rules.storm = *storm;
        for (auto& [id, owned] : partitions_) owned.partition.set_storm(*storm);
    } else if (auto* settle = std::get_if<SettleMail>(&mail)) {
        barriers_.add(settle->uid, std::move(settle->done));
    } else {
        for (const auto& [gid, outcome] : std::get<Outcomes>(mail)) {
            barriers_.commit_ended(gid);
            ended_.push_back(gid);
            owned(partition_of(gid)).partition.on_committed(gid, outcome);
        }
    }
}

// ---- What goes out, at the end of a turn

void OwnerProcess::flush() {
    for (auto& [id, owned] : partitions_) {
        owned.partition.flush();
        owned.stream.flush([&](NodeId node, std::shared_ptr<const bus::Items> items) {
            deps_.bus.publish(node, std::move(items));
        });
    }
    for (const GroupId gid : ended_) published_.commit_told(gid);
    ended_.clear();
    if (!commits_.empty()) submit(std::exchange(commits_, {}));
    barriers_.look([this](GroupId gid, UserId uid) {
        return owned(partition_of(gid)).partition.holds(gid, uid);
    });
    if (!positions_.empty()) {
        const Time when = committer_.arrival(world_.now(), store_delay());
        life_.at(when,
                 [this, positions = std::exchange(positions_, {})] { write_positions(positions); });
    }
    for (auto& [node, answers] : answers_) {
        if (!answers.empty()) deps_.bus.answer(node, std::exchange(answers, {}));
    }
    for (auto& [node, nudges] : nudges_) {
        if (!nudges.empty()) deps_.bus.nudge(node, std::exchange(nudges, {}));
    }
}

void OwnerProcess::submit(std::vector<store::Commit> commits) {
    const Time when = committer_.arrival(world_.now(), store_delay());
    life_.at(when, [this, commits = std::move(commits)] {
        const std::vector<store::Outcome> outcomes = deps_.store.commit(commits);
        Outcomes told;
        for (std::size_t i = 0; i < commits.size(); ++i)
            told.emplace_back(commits[i].gid, outcomes[i]);
        life_.at(committer_.arrival(world_.now(), store_delay()),
                 [this, told = std::move(told)]() mutable { put(std::move(told)); });
    });
}

void OwnerProcess::write_positions(const std::vector<store::Members::ReadPosition>& positions) {
    // A stale owner's positions are true all the same, but the new one may have loaded before them.
    if (superseded_) {
        for (const auto& position : positions)
            world_.checks->on_stale_read(position.gid, position.uid);
    }
    const bool written = deps_.store.advance_read(positions).has_value();
    world_.tell([&] {
        std::string words = "term " + std::to_string(lease_.term.value) +
                            (written ? " writes" : " fails to write") + " read positions:";
        for (const auto& position : positions) {
            words += " user " + std::to_string(position.uid.value) + " at " +
                     std::to_string(position.read.value) + " in " +
                     std::to_string(position.gid.value);
        }
        return words;
    });
}

Millis OwnerProcess::store_delay() {
    if (world_.strikes(world_.faults.load_slow, Seen::load_slow)) {
        return world_.random.between(Millis{50}, Millis{2'500});
    }
    return world_.random.between(Millis{0}, Millis{10});
}

// ---- What a group asks for

void OwnerProcess::load(group::Load load) {
    life_.after(store_delay(), [this, load] {
        group::Loaded loaded = owner::carry_out(load, lease_.term, world_.now(), deps_.store);
        if (const auto* found =
                loaded.found ? std::get_if<group::LoadedGroup>(&*loaded.found) : nullptr) {
            world_.tell([&] {
                return "term " + std::to_string(lease_.term.value) + " loads group " +
                       std::to_string(load.gid.value) + " at " +
                       std::to_string(found->head.seq.value) + ", version " +
                       std::to_string(found->head.version);
            });
        }
        life_.after(store_delay(),
                    [this, loaded = std::move(loaded)]() mutable { put(std::move(loaded)); });
    });
}

void OwnerProcess::expect_answer(const bus::Command& command) {
    const bus::ReplyTo& to = command.reply_to;
    if (to.request_id == 0) return;
    Unanswered& unanswered = unanswered_[{to.node, to.connection, to.request_id}];
    ++unanswered.left;
    unanswered.token = {.uid = command.uid, .minted = command.token_minted};
    unanswered.came = world_.now();
}

// A command that is refused and kept all the same would be answered twice.
void OwnerProcess::check_answer(const bus::ReplyTo& to, const pb::ServerFrame& frame) {
    if (to.request_id == 0) return;
    Unanswered& unanswered = unanswered_[{to.node, to.connection, to.request_id}];
    // An owner that has been replaced is told nothing any more, and can keep nothing: what it
    // answers is the number of what was kept before.
    if (!superseded_ && !frame.has_refused() &&
        world_.accounts->was_void_for_owner(unanswered.token, unanswered.came)) {
        world_.checks->violation("user " + std::to_string(unanswered.token.uid.value) +
                                 " did something with a void token, answered event " +
                                 std::to_string(frame.event_case()));
    }
    if (--unanswered.left < 0) {
        world_.checks->violation("request " + std::to_string(to.request_id) +
                                 " has more answers than it was asked");
    }
}

void OwnerProcess::answer(const bus::ReplyTo& to, pb::ServerFrame frame) {
    check_answer(to, frame);
    answers_[to.node].push_back({.reply_to = to, .frame = std::move(frame)});
}

void OwnerProcess::answer_open(std::uint64_t ask, Result<bus::OpenAnswer> answer) {
    auto reply = opening_.extract(ask);
    if (reply.empty()) return;
    if (!answer) return reply.mapped()(std::unexpected(answer.error()));
    world_.tell([&] {
        return "term " + std::to_string(lease_.term.value) + " answers an open: read " +
               std::to_string(answer->member.read.value) + ", floor " +
               std::to_string(answer->member.floor.value) + ", row version " +
               std::to_string(answer->member.version);
    });
    reply.mapped()(bus::Reply{std::move(*answer)});
}

void OwnerProcess::publish(bus::Item item) {
    deps_.routes.nodes_of(item.gid, nodes_);
    if (!nodes_.empty()) owned(partition_of(item.gid)).stream.add(nodes_, item);
}

void OwnerProcess::nudge(bus::Nudge nudge) {
    owner::find_nodes(deps_.routes, nudge, nodes_);
    for (const NodeId node : nodes_) nudges_[node].push_back(nudge);
}

}  // namespace stentor::sim
