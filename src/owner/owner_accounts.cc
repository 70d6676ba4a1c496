// Changes of accounts: written, taken into the owner's gate, told to nodes, and answered once what
// was under way is settled.

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "group/words.h"
#include "owner/account.h"
#include "owner/owner.h"

namespace stentor::owner {

void Owner::change_user(const bus::AskChangeUser& change, bus::ReplyHandler reply) {
    std::unique_lock<std::mutex> counted;
    if (change.rate && *change.rate) {
        // Until it is in the gate, which counts them.
        counted = std::unique_lock{accounts_.rates_turn()};
        if (!accounts_.has_room_for_rate(change.uid)) {
            return reply(std::unexpected(
                Error{.code = Code::not_permitted, .where = "rates", .limit = limits::kUserRates}));
        }
    }
    auto answer = questions_.answer(change);
    if (answer && (change.name || change.picture || change.erase)) {
        tell_person(std::get<bus::Account>(*answer));
    }
    if (!answer || !changes_state(change)) return reply(std::move(answer));
    const auto head = accounts_.catch_up();
    if (counted) counted.unlock();
    // It is written, but not in force: whoever asked may ask again, and nodes will.
    if (!head) return reply(std::unexpected(head.error()));
    std::vector<NodeId> nodes;
    routes_.nodes(nodes);
    for (const NodeId node : nodes) bus_.nudge(node, {bus::AccountMoved{*head}});
    settle(change.uid, std::move(answer), std::move(reply));
}

void Owner::tell_person(const bus::Account& account) {
    bus::PersonMoved moved;
    moved.user.set_uid(account.uid.value);
    moved.user.set_name(account.name);
    moved.user.set_picture(account.picture);
    std::vector<NodeId> nodes;
    routes_.nodes(nodes);
    for (const NodeId node : nodes) bus_.nudge(node, {moved});
}

void Owner::settle(UserId uid, Result<bus::Reply> answer, bus::ReplyHandler reply) {
    struct Waiting {
        std::atomic<std::size_t> workers;
        Result<bus::Reply> answer;
        bus::ReplyHandler reply;
    };
    auto waiting = std::make_shared<Waiting>(workers_.size(), std::move(answer), std::move(reply));
    for (const auto& worker : workers_) {
        worker->settle(uid, [waiting] {
            if (--waiting->workers == 0) waiting->reply(std::move(waiting->answer));
        });
    }
}

// The verdict is awaited by nobody: it comes to a loader as a question of its own.
void Owner::judge_name(bus::Question question, Time due, bus::ReplyHandler reply) {
    auto ask = [this, question = std::move(question), due](bus::ReplyHandler to) mutable {
        auto name = questions_.name_to_judge(question);
        if (!name) return to(std::unexpected(name.error()));
        if (name->empty()) return answer_named(question, std::move(to));
        group::VerdictOn what{.kind = group::kAccountKind, .field = "name"};
        what.texts.push_back({.field = "name", .text = *std::move(name)});
        auto said = [living = living_, question = std::move(question), due,
                     to = std::move(to)](Result<group::Verdict> verdict) mutable {
            const std::lock_guard lock{living->mutex};
            if (living->owner == nullptr) {
                return to(std::unexpected(Error{.code = Code::overloaded}));
            }
            living->owner->name_judged(std::move(question), std::move(verdict), due, std::move(to));
        };
        judge_->judge({.gid = {}, .uid = {}, .what = std::move(what)}, std::move(said));
    };
    put({}, std::move(ask), due, std::move(reply));
}

void Owner::name_judged(bus::Question question, Result<group::Verdict> verdict, Time due,
                        bus::ReplyHandler reply) {
    if (!verdict) return reply(std::unexpected(verdict.error()));
    if (!verdict->allow) {
        auto* outside = std::get_if<bus::AskOutsideUser>(&question);
        if (outside == nullptr) {
            return reply(
                std::unexpected(Error{.code = Code::filtered, .where = "name", .rule = "filter"}));
        }
        // As with a listed word: its bearer cannot change it.
        outside->name = outside->name_key = kNamelessUser;
    }
    put(
        {},
        [this, question = std::move(question)](auto to) { answer_named(question, std::move(to)); },
        due, std::move(reply));
}

void Owner::answer_named(const bus::Question& question, bus::ReplyHandler reply) {
    if (const auto* change = std::get_if<bus::AskChangeUser>(&question)) {
        return change_user(*change, std::move(reply));
    }
    reply(questions_.answer(question));
}

}  // namespace stentor::owner
