#include "owner/worker.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "base/room.h"
#include "owner/load.h"
#include "owner/nudges.h"

namespace stentor::owner {
namespace {

constexpr Millis kTickEvery{1'000};
// Read positions wait so long for others: written one by one they took the committer three times as
// long.
constexpr Millis kReadsGather{50};
// A committer that was full is asked again so soon.
constexpr Millis kHeldUp{10};
constexpr std::size_t kTurnCommands = 1'024;  // Some 5 ms of work; then urgent ones are looked for.

}  // namespace

Worker::Worker(const Engines& engines, const group::Lease& lease, const group::Settings& settings)
    : engines_{engines},
      lease_{lease},
      settings_{settings},
      commits_{engines.committers.size()},
      mailbox_{std::make_shared<Mailbox<Mail>>(engines.mails_max)} {
    committed_ = std::make_shared<const Committer::Done>(
        [mailbox = mailbox_](Outcomes outcomes) { mailbox->put(std::move(outcomes)); });
    looked_up_ = std::make_shared<const LookUp::Done>(
        [mailbox = mailbox_](std::vector<group::Loaded> loaded) {
            mailbox->put(std::move(loaded));
        });
    thread_ = std::jthread{[this] { run(); }};
}

Worker::~Worker() {
    mailbox_->close();
    if (thread_.joinable()) thread_.join();
}

Result<void> Worker::submit(bus::Command command) {
    if (!has_room()) return std::unexpected(kNoRoom);
    command.arrived = stentor::now();
    if (taken_in_ < engines_.mails_max && mailbox_->try_put(std::move(command))) return {};
    return std::unexpected(
        Error{.code = Code::overloaded, .where = "partition", .retry_after_ms = 1'000});
}

void Worker::open(const bus::AskOpen& question, bus::ReplyHandler reply) {
    mailbox_->put(
        OpenMail{.question = question, .reply = std::move(reply), .arrived = stentor::now()});
}

void Worker::use_keywords(std::shared_ptr<const rules::Keywords> keywords) {
    mailbox_->put(std::move(keywords));
}

void Worker::set_storm(const rules::StormRule& storm) { mailbox_->put(storm); }

void Worker::settle(UserId uid, Barriers::Done done) {
    mailbox_->put(SettleMail{.uid = uid, .done = std::move(done)});
}

void Worker::wake(GroupId gid) { mailbox_->put(WakeMail{gid}); }

void Worker::run() {
    pthread_setname_np(pthread_self(), "worker");
    std::vector<Mail> mails;
    Time next_tick = stentor::now() + kTickEvery;
    for (;;) {
        const Millis rest = held_up() ? kHeldUp : positions_.empty() ? kTickEvery : kReadsGather;
        mailbox_->take(mails, intake_.empty() ? rest : Millis{0});
        const Time now = stentor::now();
        if (mails.empty() && intake_.empty() && mailbox_->closed() && !held_up()) {
            submit_positions();
            if (positions_.empty()) return;
        }
        // Nothing more comes that it could wait for.
        if (mails.empty() && intake_.empty() && mailbox_->closed())
            std::this_thread::sleep_for(kHeldUp);
        {
            // One that hangs is seen while it hangs.
            const MaxLatency::Span span{turns_, MaxLatency::Clock::now()};
            for (Mail& mail : mails) on_mail(mail, now);
            on_commands(now);
            flush();
        }
        // Not since when there was always something: behind a short queue that is never empty
        // nobody waits long.
        if (const auto arrived = intake_.take_earliest()) turns_.add(stentor::now() - *arrived);
        const bool waited = now >= positions_since_ + kReadsGather;
        if (waited || positions_.size() >= limits::kCommitEntries) submit_positions();
        if (now < next_tick) continue;
        next_tick = now + kTickEvery;
        std::size_t groups = 0;
        for (auto& [id, owned] : partitions_) {
            owned.partition.on_tick(now);
            groups += owned.partition.groups_in_memory();
        }
        groups_in_memory_ = groups;
    }
}

Worker::Owned& Worker::owner_of(GroupId gid) {
    const PartitionId partition = partition_of(gid);
    const auto found = partitions_.find(partition);
    if (found != partitions_.end()) return found->second;
    return partitions_
        .try_emplace(partition, group::Partition{lease_, settings_, *this},
                     group::ItemStream{partition, lease_.term})
        .first->second;
}

void Worker::on_mail(Mail& mail, Time now) {
    if (auto* command = std::get_if<bus::Command>(&mail)) {
        const group::Lane lane = owner_of(command->gid).partition.lane_of(*command);
        intake_.put(lane, std::move(*command));
    } else if (auto* open = std::get_if<OpenMail>(&mail)) {
        if (engines_.patience.is_over(open->arrived, now)) {
            return open->reply(std::unexpected(kTooManyQuestions));
        }
        const std::uint64_t ask = ++last_ask_;
        opening_.emplace(ask, std::move(open->reply));
        owner_of(open->question.gid).partition.on_open(ask, open->question, now);
    } else if (const auto* loaded = std::get_if<group::Loaded>(&mail)) {
        owner_of(loaded->load.gid).partition.on_loaded(*loaded, now);
    } else if (const auto* all = std::get_if<std::vector<group::Loaded>>(&mail)) {
        for (const group::Loaded& one : *all) {
            owner_of(one.load.gid).partition.on_loaded(one, now);
        }
    } else if (auto* keywords = std::get_if<std::shared_ptr<const rules::Keywords>>(&mail)) {
        settings_.rules.keywords = *keywords;
        for (auto& [id, owned] : partitions_) owned.partition.use_keywords(*keywords);
    } else if (const auto* storm = std::get_if<rules::StormRule>(&mail)) {
        settings_.rules.storm = *storm;
        for (auto& [id, owned] : partitions_) owned.partition.set_storm(*storm);
    } else if (auto* settle = std::get_if<SettleMail>(&mail)) {
        barriers_.add(settle->uid, std::move(settle->done));
    } else if (const auto* wake = std::get_if<WakeMail>(&mail)) {
        owner_of(wake->gid).partition.on_wake(wake->gid, now);
    } else {
        for (const auto& [gid, outcome] : std::get<Outcomes>(mail)) {
            barriers_.commit_ended(gid);
            ended_.push_back(gid);
            owner_of(gid).partition.on_committed(gid, outcome);
        }
    }
}

void Worker::on_commands(Time now) {
    for (std::size_t i = 0; i < kTurnCommands; ++i) {
        auto command = intake_.take();
        if (!command) break;
        const GroupId gid = command->gid;
        if (!moderation_.on_command(*command)) engines_.audit.count_dropped();
        owner_of(gid).partition.on_command(std::move(*command), now);
    }
    taken_in_ = intake_.size();
}

void Worker::flush() {
    for (auto& [id, owned] : partitions_) {
        owned.partition.flush();
        owned.stream.flush([&](NodeId node, std::shared_ptr<const bus::Items> items) {
            engines_.bus.publish(node, std::move(items));
        });
    }
    for (const GroupId gid : ended_) engines_.published.commit_told(gid);
    ended_.clear();
    if (!look_ups_.empty()) engines_.look_ups.put(std::exchange(look_ups_, {}));
    for (std::size_t i = 0; i < commits_.size(); ++i) {
        // Kept where it is full: a group makes no other commit before it is told of this one, so no
        // more wait here than there are groups, and what comes for them is staged or refused.
        if (!commits_[i].empty())
            static_cast<void>(engines_.committers[i]->submit(commits_[i], committed_));
    }
    barriers_.look(
        [this](GroupId gid, UserId uid) { return owner_of(gid).partition.holds(gid, uid); });
    for (auto& [node, answers] : answers_) {
        if (!answers.empty()) engines_.bus.answer(node, std::exchange(answers, {}));
    }
    for (auto& [node, nudges] : nudges_) {
        if (!nudges.empty()) engines_.bus.nudge(node, std::exchange(nudges, {}));
    }
}

bool Worker::held_up() const {
    return std::ranges::any_of(commits_, [](const auto& commits) { return !commits.empty(); });
}

void Worker::submit_positions() {
    if (positions_.empty() || engines_.committers[0]->advance(positions_)) return;
    // The furthest of each member is enough, so no more wait here than there are members.
    const auto key = [](const store::Members::ReadPosition& position) {
        return std::tuple{position.gid, position.uid,
                          std::numeric_limits<std::uint64_t>::max() - position.read.value};
    };
    std::ranges::sort(positions_, {}, key);
    const auto rest = std::ranges::unique(
        positions_, [](const auto& a, const auto& b) { return a.gid == b.gid && a.uid == b.uid; });
    positions_.erase(rest.begin(), rest.end());
    positions_since_ = stentor::now();
}

// ---- What a group asks for

void Worker::judge(const group::Load& load, const group::VerdictOn& command) {
    const UserId uid = std::get<group::LoadFor>(load.what).uid;
    engines_.judge->judge({.gid = load.gid, .uid = uid, .what = command},
                          [load, mailbox = mailbox_](Result<group::Verdict> verdict) {
                              auto found = verdict ? Result<group::Found>{std::move(*verdict)}
                                                   : std::unexpected(verdict.error());
                              mailbox->put(group::Loaded{.load = load, .found = std::move(found)});
                          });
}

void Worker::load(group::Load load) {
    if (const auto* asked = std::get_if<group::LoadFor>(&load.what)) {
        if (const auto* command = std::get_if<group::VerdictOn>(&asked->what))
            return judge(load, *command);
    }
    if (std::holds_alternative<group::LoadMember>(load.what)) {
        return look_ups_.push_back({.done = looked_up_, .load = std::move(load)});
    }
    engines_.loaders.put([load, term = lease_.term, mailbox = mailbox_, &store = engines_.store] {
        mailbox->put(carry_out(load, term, stentor::now(), store));
    });
}

void Worker::commit(store::Commit commit) {
    const PartitionId partition = partition_of(commit.gid);
    if (!moderation_.empty()) moderation_.on_commit(commit, engines_.store);
    barriers_.commit_began(commit.gid);
    engines_.published.commit_began(commit.gid, commit.head.seq - commit.entries.size());
    commits_[partition.value % commits_.size()].push_back(std::move(commit));
}

void Worker::advance_read(store::Members::ReadPosition position) {
    if (positions_.empty()) positions_since_ = stentor::now();
    positions_.push_back(position);
}

void Worker::answer(const bus::ReplyTo& to, pb::ServerFrame frame) {
    engines_.answers.add(frame);
    if (!moderation_.empty()) {
        if (auto row = moderation_.on_answer(to, frame, stentor::now())) {
            engines_.audit.add(std::move(*row));
        }
    }
    answers_[to.node].push_back({.reply_to = to, .frame = std::move(frame)});
}

void Worker::answer_open(std::uint64_t ask, Result<bus::OpenAnswer> answer) {
    auto reply = opening_.extract(ask);
    if (reply.empty()) return;
    if (!answer) return reply.mapped()(std::unexpected(answer.error()));
    reply.mapped()(bus::Reply{std::move(*answer)});
}

void Worker::publish(bus::Item item) {
    engines_.routes.nodes_of(item.gid, nodes_);
    if (!nodes_.empty()) owner_of(item.gid).stream.add(nodes_, item);
}

void Worker::nudge(bus::Nudge nudge) {
    find_nodes(engines_.routes, nudge, nodes_);
    for (const NodeId node : nodes_) nudges_[node].push_back(nudge);
}

}  // namespace stentor::owner
