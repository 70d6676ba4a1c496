#include "testing/sim/owner_process.h"

#include <memory>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "owner/account.h"
#include "owner/attempt.h"
#include "owner/load.h"
#include "owner/questions.h"
#include "testing/sim/checks.h"

namespace stentor::sim {
namespace {

constexpr std::size_t kTurnCommands = 3;  // So few that urgent ones do overtake others.

group::Settings with_gate(group::Settings settings, const account::SharedGate& gate) {
    settings.gate = &gate;
    return settings;
}

}  // namespace

OwnerProcess::OwnerProcess(const Deps& deps, const group::Settings& settings)
    : deps_{deps},
      world_{deps.world},
      lease_{deps.world.clock, deps.world.random.between(980, 1'020)},
      door_{lease_},
      desk_{{.port = *this,
             .bus = deps.bus,
             .routes = deps.routes,
             .door = door_,
             .patience = patience_,
             .turn_commands = kTurnCommands},
            with_gate(settings, gate_)},
      life_{deps.world.clock} {
    // One that cannot read its accounts does not start, and is started again.
    while (!catch_up()) {
    }
    gate_.become_known();
    life_.after(kTickEvery, [this] { tick(); });
    life_.after(kRenewEvery, [this] { renew_lease(); });
}

// ---- Lease and tenures

void OwnerProcess::renew_lease() {
    life_.after(kRenewEvery, [this] { renew_lease(); });
    // One after the other: an answer to an earlier question must not make good again what was over
    // since, and was given up.
    if (std::exchange(renewing_, true)) return;
    const Millis asked = lease_.now();
    life_.after(store_delay(), [this, asked, gave_up = !lease_.good()] {
        const auto renewal = deps_.tenancies.renew(deps_.slot, gave_up);
        life_.after(store_delay(), [this, asked, renewal] {
            renewing_ = false;
            if (renewal) on_renewal(asked, *renewal);
        });
    });
}

void OwnerProcess::on_renewal(Millis asked, const Renewal& renewal) {
    // What was over meanwhile does not come back: asked for anew.
    if (renewal.kept) return lease_.good() ? lease_.renewed(asked) : void();
    put(LostMail{renewal.newest});
    // Accounts may have been closed without this process; it is asked again, until it knows.
    if (!catch_up()) return;
    lease_.renewed(asked);
    // An answer that took longer than the lease lasts is as good as none.
    if (lease_.good()) deps_.tenancies.on_renewed(deps_.slot);
}

void OwnerProcess::gain(PartitionId partition, const group::Lease& lease) {
    life_.guarded(
        [this, partition, lease] { put(GainMail{.partition = partition, .lease = lease}); })();
}

void OwnerProcess::close(PartitionId partition, owner::Desk::Closed done) {
    auto told = [this, partition, done = std::move(done)](owner::Handover handover) mutable {
        closed(partition, handover);
        done(std::move(handover));
    };
    life_.guarded([this, partition, told = std::move(told)]() mutable {
        put(CloseMail{.partition = partition, .closed = std::move(told)});
    })();
}

// Nobody is forgotten: whoever is not answered goes on to the next owner.
void OwnerProcess::closed(PartitionId partition, const owner::Handover& handover) {
    for (const bus::Command& command : handover.commands) {
        const bus::ReplyTo& to = command.reply_to;
        const auto found = unanswered_.find({to.node, to.connection, to.request_id});
        if (found != unanswered_.end()) --found->second.left;
    }
    if (auto questions = handed_over_.extract(partition)) *questions.mapped() = true;
    for (const auto& [key, unanswered] : unanswered_) {
        if (unanswered.partition != partition || unanswered.left <= 0) continue;
        world_.checks->violation("a hand-over lost request " + std::to_string(std::get<2>(key)) +
                                 " of user " + std::to_string(unanswered.token.uid.value));
    }
}

Term OwnerProcess::term_of(PartitionId partition) const {
    const auto found = terms_.find(partition);
    return found != terms_.end() ? found->second : Term{};
}

// Nobody but its holder answers for a partition from memory. Who took a question over by a
// hand-over checks it themselves.
bus::ReplyHandler OwnerProcess::checked(GroupId gid, bus::ReplyHandler reply) {
    const PartitionId partition = partition_of(gid);
    std::shared_ptr<bool>& handed_over = handed_over_[partition];
    if (handed_over == nullptr) handed_over = std::make_shared<bool>(false);
    return [&world = world_, &tenancies = deps_.tenancies, slot = deps_.slot, partition, gid,
            handed_over, known = known_,
            reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        if (*handed_over) return reply(std::move(answer));
        if (answer && !tenancies.is_holder(partition, slot)) {
            world.checks->violation(
                "owner " + std::to_string(slot) + " answers from memory for partition " +
                std::to_string(partition.value) + ", which it does not hold any more");
        }
        const auto* opened = answer ? std::get_if<bus::OpenAnswer>(&*answer) : nullptr;
        const auto [term, version] = (*known)[gid];
        if (opened != nullptr && opened->term == term && opened->versions.to < version) {
            world.checks->violation("owner " + std::to_string(slot) + " answers as of version " +
                                    std::to_string(opened->versions.to) + " of group " +
                                    std::to_string(gid.value) + ", and has been told that " +
                                    std::to_string(version) + " is stored");
        }
        reply(std::move(answer));
    };
}

// ---- What comes in

Result<void> OwnerProcess::on_command(PartitionId /*partition*/, bus::Command command) {
    life_.guarded([this, command = std::move(command)]() mutable { put(std::move(command)); })();
    return {};
}

void OwnerProcess::on_ask(PartitionId partition, bus::Question question, Time due,
                          bus::ReplyHandler reply) {
    if (const auto* open = std::get_if<bus::AskOpen>(&question)) {
        reply = checked(open->gid, std::move(reply));
        life_.guarded([this, question = *open, due, reply = std::move(reply)]() mutable {
            put(OpenMail{.question = question, .reply = std::move(reply), .due = due});
        })();
        return;
    }
    if (!door_.is_open(partition)) return reply(std::unexpected(group::kOwnerMoved));
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
    return owner::Questions{deps_.store}.answer(question);
}

// A store that several may write into fences the commits of a former owner, not its accounts.
void OwnerProcess::change_user(const bus::AskChangeUser& change, bus::ReplyHandler reply) {
    if (!lease_.good()) return;
    auto answer = owner::Questions{deps_.store}.answer(change);
    if (!answer || !owner::changes_state(change)) return reply(std::move(answer));
    if (!catch_up()) return reply(std::unexpected(Error{.code = Code::store_unavailable}));
    std::vector<NodeId> nodes;
    deps_.routes.nodes(nodes);
    for (const NodeId node : nodes) {
        deps_.bus.nudge(node, {bus::AccountMoved{accounts_after_}});
    }
    struct Waiting {
        std::size_t left;
        Result<bus::Reply> answer;
        bus::ReplyHandler reply;
    };
    const std::vector<OwnerProcess*> others = deps_.tenancies.others(this);
    auto waiting =
        std::make_shared<Waiting>(1 + others.size(), std::move(answer), std::move(reply));
    const auto settled = [this, uid = change.uid, at = world_.now(), waiting] {
        if (--waiting->left > 0 || !lease_.good()) return;
        world_.accounts->on_answered(uid, at);
        waiting->reply(std::move(waiting->answer));
    };
    put(SettleMail{.uid = change.uid, .done = settled});
    for (OwnerProcess* other : others) {
        other->settle_for_other(change.uid, life_.guarded(settled));
    }
}

void OwnerProcess::settle_for_other(UserId uid, Task done) {
    life_.after(store_delay(), [this, uid, done = std::move(done)]() mutable {
        // Whoever asked asks again.
        if (catch_up()) put(SettleMail{.uid = uid, .done = std::move(done)});
    });
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
    desk_.turn(world_.now());
    // Only now: what was asked before them may be answered without them.
    for (const group::Committed& committed : std::exchange(done_, {})) {
        auto& known = (*known_)[committed.gid];
        known = std::max(known, std::pair{committed.term, committed.version});
    }
    const Millis rest = desk_.rest();
    if (rest == Millis{0}) return plan_turn();
    if (rest >= kTickEvery || std::exchange(reads_planned_, true)) return;
    life_.after(rest, [this] {
        reads_planned_ = false;
        plan_turn();
    });
}

void OwnerProcess::tick() {
    desk_.tick(world_.now());
    plan_turn();
    life_.after(kTickEvery, [this] { tick(); });
}

void OwnerProcess::on_mail(Mail& mail) {
    const Time now = world_.now();
    if (auto* command = std::get_if<bus::Command>(&mail)) {
        expect_answer(*command);
        desk_.on_command(std::move(*command));
    } else if (auto* open = std::get_if<OpenMail>(&mail)) {
        desk_.on_open(open->question, std::move(open->reply), open->due, now);
    } else if (const auto* loaded = std::get_if<group::Loaded>(&mail)) {
        desk_.on_loaded(*loaded, now);
    } else if (const auto* storm = std::get_if<rules::StormRule>(&mail)) {
        desk_.set_storm(*storm);
    } else if (auto* settle = std::get_if<SettleMail>(&mail)) {
        desk_.settle(settle->uid, std::move(settle->done));
    } else if (std::holds_alternative<PositionsMail>(mail)) {
        desk_.on_positions_written();
    } else if (const auto* gained = std::get_if<GainMail>(&mail)) {
        terms_[gained->partition] = gained->lease.term;
        desk_.gain(gained->partition, gained->lease);
    } else if (auto* closing = std::get_if<CloseMail>(&mail)) {
        desk_.close(closing->partition, std::move(closing->closed));
    } else if (const auto* lost = std::get_if<LostMail>(&mail)) {
        for (const auto& [partition, term] : terms_) {
            if (term <= lost->newest) desk_.lose(partition);
        }
    } else {
        for (const group::Committed& committed : std::get<Outcomes>(mail)) {
            desk_.on_committed(committed);
            if (committed.outcome == store::Outcome::done) done_.push_back(committed);
        }
    }
}

// ---- What the desk asks for

void OwnerProcess::hand_on() {
    if (!commits_.empty()) submit(std::exchange(commits_, {}), world_.now());
}

void OwnerProcess::submit(std::vector<store::Commit> commits, Time first_tried) {
    const Time when = committer_.arrival(world_.now(), store_delay());
    life_.at(when, [this, commits = std::move(commits), first_tried]() mutable {
        const auto outcomes = deps_.store.commit(commits, {});
        Outcomes told;
        std::vector<store::Commit> again;
        Millis delay = store_delay();
        for (std::size_t i = 0; i < commits.size(); ++i) {
            const auto outcome = owner::outcome_to_tell(outcomes[i], world_.now() - first_tried);
            if (!outcome) {
                again.push_back(std::move(commits[i]));
                continue;
            }
            told.push_back(group::committed(commits[i], *outcome));
            if (world_.random.chance(world_.faults.tenure_retaken)) {
                deps_.tenancies.retake(partition_of(commits[i].gid), deps_.slot);
                delay += world_.random.between(Millis{0}, Millis{1'000});
            }
        }
        if (!again.empty()) submit(std::move(again), first_tried);
        if (told.empty()) return;
        // The next write need not wait until this outcome is read.
        life_.at(outcomes_.arrival(world_.now(), delay),
                 [this, told = std::move(told)]() mutable { put(std::move(told)); });
    });
}

bool OwnerProcess::advance_read(Positions& positions) {
    const Time when = committer_.arrival(world_.now(), store_delay());
    life_.at(when, [this, taken = std::exchange(positions, {})] {
        Millis delay{};
        if (!taken.empty() && world_.random.chance(world_.faults.tenure_retaken)) {
            deps_.tenancies.retake(partition_of(taken.front().gid), deps_.slot);
            delay = world_.random.between(Millis{0}, Millis{2'000});
        }
        life_.after(delay, [this, taken] {
            write_positions(taken);
            put(PositionsMail{});
        });
    });
    return true;
}

// Those of a former owner too: the store passes them over.
void OwnerProcess::write_positions(const Positions& positions) {
    const bool written = deps_.store.advance_read(positions).has_value();
    world_.tell([&] {
        std::string words = "owner " + std::to_string(deps_.slot) +
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

void OwnerProcess::load(group::Load load) {
    life_.after(store_delay(), [this, load] {
        group::Loaded loaded = owner::carry_out(load, load.term, world_.now(), deps_.store);
        if (const auto* found =
                loaded.found ? std::get_if<group::LoadedGroup>(&*loaded.found) : nullptr) {
            world_.tell([&] {
                return "term " + std::to_string(load.term.value) + " loads group " +
                       std::to_string(load.gid.value) + " at " +
                       std::to_string(found->head.seq.value) + ", version " +
                       std::to_string(found->head.version);
            });
        }
        Millis delay = store_delay();
        if (std::holds_alternative<group::LoadGroup>(load.what) &&
            world_.random.chance(world_.faults.tenure_retaken)) {
            deps_.tenancies.retake(partition_of(load.gid), deps_.slot);
            delay += world_.random.between(Millis{0}, Millis{2'000});
        }
        life_.after(delay,
                    [this, loaded = std::move(loaded)]() mutable { put(std::move(loaded)); });
    });
}

void OwnerProcess::expect_answer(const bus::Command& command) {
    const bus::ReplyTo& to = command.reply_to;
    if (to.request_id == 0) return;
    Unanswered& unanswered = unanswered_[{to.node, to.connection, to.request_id}];
    ++unanswered.left;
    unanswered.partition = partition_of(command.gid);
    unanswered.token = {.uid = command.uid, .minted = command.token_minted};
    unanswered.came = world_.now();
}

// A command that is refused and kept all the same would be answered twice.
void OwnerProcess::check_answer(const bus::ReplyTo& to, const pb::ServerFrame& frame) {
    if (to.request_id == 0) return;
    Unanswered& unanswered = unanswered_[{to.node, to.connection, to.request_id}];
    if (frame.has_refused() && frame.refused().code() == pb::CODE_OWNER_MOVED) {
        world_.count(Seen::owner_moved_told);
    }
    // An owner that has been replaced is told nothing any more, and can keep nothing: what it
    // answers is the number of what was kept before.
    const PartitionId partition = unanswered.partition;
    const bool current = deps_.tenancies.is_current(partition, term_of(partition));
    if (current && !frame.has_refused() &&
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

}  // namespace stentor::sim
