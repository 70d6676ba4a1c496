#include "owner/desk.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "owner/nudges.h"

namespace stentor::owner {
namespace {

// Read positions wait so long for others: written one by one they took the committer three times as
// long.
constexpr Millis kReadsGather{50};

}  // namespace

Desk::Desk(const Deps& deps, const group::Settings& settings) : deps_{deps}, settings_{settings} {}

// ---- Which partitions it holds

void Desk::gain(PartitionId partition, const group::Lease& lease) {
    lose(partition);  // Of a tenure before, of which it was not told that it is over.
    partitions_.try_emplace(partition, group::Partition{lease, settings_, *this},
                            group::ItemStream{lease.term});
    deps_.door.open(partition);
}

void Desk::lose(PartitionId partition) {
    auto lost = partitions_.extract(partition);
    if (lost.empty()) return;
    deps_.door.shut(partition);
    Owned& owned = lost.mapped();
    // Their outcomes come after the end of the tenure, and are not waited for.
    barriers_.end_commits(partition);
    owned.partition.lose();
    for (const bus::Command& command : intake_.take_all(partition)) {
        refuse(command.reply_to, group::kOwnerMoved);
    }
    if (owned.closing) {
        --closings_;
        for (const bus::Command& command : owned.closing->rest) {
            refuse(command.reply_to, group::kOwnerMoved);
        }
    }
    for (Handover::Question& asked : take_questions(partition)) {
        asked.reply(std::unexpected(group::kOwnerMoved));
    }
    std::erase_if(positions_,
                  [&](const auto& position) { return partition_of(position.gid) == partition; });
}

void Desk::close(PartitionId partition, Closed closed) {
    Owned* owned = held(partition);
    if (owned == nullptr || owned->closing) return;
    owned->partition.close();
    owned->closing = Closing{.closed = std::move(closed), .rest = intake_.take_all(partition)};
    ++closings_;
}

std::vector<Handover::Question> Desk::take_questions(PartitionId partition) {
    std::vector<Handover::Question> questions;
    for (auto place = opening_.begin(); place != opening_.end();) {
        if (partition_of(place->second.question.gid) != partition) {
            ++place;
            continue;
        }
        questions.push_back(std::move(place->second));
        place = opening_.erase(place);
    }
    return questions;
}

// Whoever was closed is handed over at the end of a turn, when all that it asked for is done.
void Desk::end_closings() {
    if (closings_ == 0) return;
    std::vector<std::pair<Closed, Handover>> ended;
    for (auto place = partitions_.begin(); place != partitions_.end();) {
        Owned& owned = place->second;
        auto& closing = owned.closing;
        if (!closing || !owned.partition.is_settled()) {
            ++place;
            continue;
        }
        // The next owner reads them from the store.
        if (!closing->flushed && flush_positions()) closing->flushed = positions_handed_;
        if (!closing->flushed || positions_written_ < *closing->flushed) {
            ++place;
            continue;
        }
        Handover handover{.commands = owned.partition.take_commands(),
                          .questions = take_questions(place->first)};
        std::ranges::move(closing->rest, std::back_inserter(handover.commands));
        ended.emplace_back(std::move(closing->closed), std::move(handover));
        deps_.door.shut(place->first);
        place = partitions_.erase(place);
        --closings_;
    }
    for (auto& [closed, handover] : ended) closed(std::move(handover));
}

Desk::Owned* Desk::held(PartitionId partition) {
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return nullptr;
    if (!deps_.door.has_lease(partition)) {
        lose(partition);
        return nullptr;
    }
    touch(partition, found->second);
    return &found->second;
}

void Desk::touch(PartitionId partition, Owned& owned) {
    if (!std::exchange(owned.touched, true)) touched_.push_back(partition);
}

// ---- What comes

void Desk::on_command(bus::Command command) {
    Owned* owned = held(partition_of(command.gid));
    if (owned == nullptr) return refuse(command.reply_to, group::kOwnerMoved);
    if (owned->closing) return owned->closing->rest.push_back(std::move(command));
    const group::Lane lane = owned->partition.lane_of(command);
    intake_.put(lane, std::move(command));
}

void Desk::on_open(const bus::AskOpen& question, bus::ReplyHandler reply, Time due, Time now) {
    if (deps_.patience.is_over(due, now)) return reply(std::unexpected(kTooManyQuestions));
    Owned* owned = held(partition_of(question.gid));
    if (owned == nullptr) return reply(std::unexpected(group::kOwnerMoved));
    const std::uint64_t ask = ++last_ask_;
    opening_.emplace(ask, Handover::Question{.question = question, .reply = std::move(reply)});
    if (!owned->closing) owned->partition.on_open(ask, question, now);
}

void Desk::on_loaded(const group::Loaded& loaded, Time now) {
    if (Owned* owned = held(partition_of(loaded.load.gid))) owned->partition.on_loaded(loaded, now);
}

void Desk::on_committed(const group::Committed& committed) {
    Owned* owned = held(partition_of(committed.gid));
    if (owned == nullptr || !owned->partition.awaits(committed)) return;
    barriers_.commit_ended(committed.gid);
    owned->partition.on_committed(committed.gid, committed.outcome);
}

void Desk::on_wake(GroupId gid, Time now) {
    if (Owned* owned = held(partition_of(gid))) owned->partition.on_wake(gid, now);
}

void Desk::use_keywords(const std::shared_ptr<const rules::Keywords>& keywords) {
    settings_.rules.keywords = keywords;
    for (auto& [id, owned] : partitions_) owned.partition.use_keywords(keywords);
}

void Desk::set_storm(const rules::StormRule& storm) {
    settings_.rules.storm = storm;
    for (auto& [id, owned] : partitions_) owned.partition.set_storm(storm);
}

// ---- Turns

void Desk::turn(Time now) {
    take_commands(now);
    for (const PartitionId partition : touched_) {
        const auto found = partitions_.find(partition);
        if (found != partitions_.end()) found->second.partition.flush();
    }
    publish_items();
    // Behind the items that they are made of: whoever is let in need not ask what was missed.
    for (auto& [reply, answer] : std::exchange(opened_, {})) reply(std::move(answer));
    deps_.port.hand_on();
    barriers_.look([this](GroupId gid, UserId uid) {
        const auto found = partitions_.find(partition_of(gid));
        return found != partitions_.end() && found->second.partition.holds(gid, uid);
    });
    gather_positions(now);
    end_closings();
    answer_all();
}

void Desk::take_commands(Time now) {
    for (std::size_t i = 0; i < deps_.turn_commands; ++i) {
        auto command = intake_.take();
        if (!command) return;
        Owned* owned = held(partition_of(command->gid));
        if (owned == nullptr) {
            refuse(command->reply_to, group::kOwnerMoved);
            continue;
        }
        deps_.port.on_taken(*command);
        owned->partition.on_command(std::move(*command), now);
    }
}

void Desk::publish_items() {
    for (const PartitionId partition : std::exchange(touched_, {})) {
        const auto found = partitions_.find(partition);
        if (found == partitions_.end()) continue;
        found->second.touched = false;
        found->second.stream.flush([&](NodeId node, std::shared_ptr<const bus::Items> items) {
            deps_.bus.publish(node, std::move(items));
        });
    }
}

void Desk::answer_all() {
    for (auto& [node, answers] : answers_) {
        if (!answers.empty()) deps_.bus.answer(node, std::exchange(answers, {}));
    }
    for (auto& [node, nudges] : nudges_) {
        if (!nudges.empty()) deps_.bus.nudge(node, std::exchange(nudges, {}));
    }
}

void Desk::gather_positions(Time now) {
    if (positions_.empty()) return;
    if (!positions_since_) positions_since_ = now;
    const bool waited = now >= *positions_since_ + kReadsGather;
    if (!waited && positions_.size() < limits::kCommitEntries) return;
    if (!flush_positions()) positions_since_ = now;
}

bool Desk::flush_positions() {
    if (positions_.empty()) return true;
    if (deps_.port.advance_read(positions_)) {
        positions_.clear();
        positions_since_.reset();
        ++positions_handed_;
        return true;
    }
    // The furthest of each member is enough, so no more wait here than there are members.
    const auto key = [](const store::Members::ReadPosition& position) {
        return std::tuple{position.gid, position.uid,
                          std::numeric_limits<std::uint64_t>::max() - position.read.value};
    };
    std::ranges::sort(positions_, {}, key);
    const auto rest = std::ranges::unique(
        positions_, [](const auto& a, const auto& b) { return a.gid == b.gid && a.uid == b.uid; });
    positions_.erase(rest.begin(), rest.end());
    return false;
}

void Desk::tick(Time now) {
    // Others may own these by now, and nothing may come that would show it.
    std::vector<PartitionId> held_ones;
    for (const auto& [id, owned] : partitions_) held_ones.push_back(id);
    for (const PartitionId partition : held_ones) {
        Owned* owned = held(partition);
        if (owned != nullptr && !owned->closing) owned->partition.on_tick(now);
    }
}

Millis Desk::rest() const {
    if (!intake_.empty()) return Millis{0};
    return positions_.empty() ? kTickEvery : kReadsGather;
}

std::size_t Desk::groups_in_memory() const {
    std::size_t groups = 0;
    for (const auto& [id, owned] : partitions_) groups += owned.partition.groups_in_memory();
    return groups;
}

// ---- What a group asks for

void Desk::refuse(const bus::ReplyTo& to, const Error& error) {
    if (to.request_id != 0) answer(to, group::refused_answer(error));
}

void Desk::commit(store::Commit commit) {
    barriers_.commit_began(commit.gid);
    deps_.port.commit(std::move(commit));
}

void Desk::answer(const bus::ReplyTo& to, pb::ServerFrame frame) {
    deps_.port.on_answer(to, frame);
    answers_[to.node].push_back({.reply_to = to, .frame = std::move(frame)});
}

void Desk::answer_open(std::uint64_t ask, Result<bus::OpenAnswer> answer) {
    auto asked = opening_.extract(ask);
    if (asked.empty()) return;
    opened_.emplace_back(std::move(asked.mapped().reply), std::move(answer));
}

void Desk::publish(bus::GroupItem item) {
    deps_.routes.nodes_of(item.gid, nodes_);
    const auto found = partitions_.find(partition_of(item.gid));
    if (found != partitions_.end()) found->second.stream.add(nodes_, std::move(item));
}

void Desk::nudge(bus::Nudge nudge) {
    find_nodes(deps_.routes, nudge, nodes_);
    for (const NodeId node : nodes_) nudges_[node].push_back(nudge);
}

}  // namespace stentor::owner
