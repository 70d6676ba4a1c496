#include "owner/worker.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/room.h"
#include "owner/load.h"

namespace stentor::owner {
namespace {

// A committer that was full is asked again so soon.
constexpr Millis kHeldUp{10};
constexpr std::size_t kTurnCommands = 1'024;  // Some 5 ms of work.

}  // namespace

Worker::Worker(const Engines& engines, const group::Settings& settings,
               std::span<const PartitionId> held, const group::Lease& lease)
    : engines_{engines},
      desk_{{.port = *this,
             .bus = engines.bus,
             .routes = engines.routes,
             .door = engines.door,
             .patience = engines.patience,
             .turn_commands = kTurnCommands},
            settings},
      commits_{engines.committers.size()},
      mailbox_{std::make_shared<Mailbox<Mail>>(engines.mails_max)} {
    committed_ = std::make_shared<const Committer::Done>(
        [mailbox = mailbox_](Outcomes outcomes) { mailbox->put(std::move(outcomes)); });
    written_ = std::make_shared<const Committer::Written>(
        [mailbox = mailbox_] { mailbox->put(PositionsMail{}); });
    looked_up_ = std::make_shared<const LookUp::Done>(
        [mailbox = mailbox_](std::vector<group::Loaded> loaded) {
            mailbox->put(std::move(loaded));
        });
    for (const PartitionId partition : held) desk_.gain(partition, lease);
    thread_ = std::jthread{[this] { run(); }};
}

Worker::~Worker() {
    mailbox_->close();
    if (thread_.joinable()) thread_.join();
}

void Worker::gain(PartitionId partition, const group::Lease& lease) {
    mailbox_->put(GainMail{.partition = partition, .lease = lease});
}

void Worker::close(PartitionId partition, Desk::Closed closed) {
    mailbox_->put(CloseMail{.partition = partition, .closed = std::move(closed)});
}

Result<void> Worker::submit(bus::Command command) {
    if (!has_room()) return std::unexpected(kNoRoom);
    command.arrived = stentor::now();
    if (taken_in_ < engines_.mails_max && mailbox_->try_put(std::move(command))) return {};
    return std::unexpected(
        Error{.code = Code::overloaded, .where = "partition", .retry_after_ms = 1'000});
}

void Worker::open(const bus::AskOpen& question, Time due, bus::ReplyHandler reply) {
    mailbox_->put(OpenMail{.question = question, .reply = std::move(reply), .due = due});
}

void Worker::use_keywords(std::shared_ptr<const rules::Keywords> keywords) {
    mailbox_->put(std::move(keywords));
}

void Worker::set_storm(const rules::StormRule& storm) { mailbox_->put(storm); }

void Worker::settle(UserId uid, Barriers::Done done) {
    mailbox_->put(SettleMail{.uid = uid, .done = std::move(done)});
}

void Worker::set_epoch(Epoch epoch) { mailbox_->put(EpochMail{epoch}); }

void Worker::wake(GroupId gid) { mailbox_->put(WakeMail{gid}); }

void Worker::run() {
    pthread_setname_np(pthread_self(), "worker");
    std::vector<Mail> mails;
    Time next_tick = stentor::now() + Desk::kTickEvery;
    for (;;) {
        const Millis rest = desk_.rest();
        mailbox_->take(mails, held_up() ? std::min(rest, kHeldUp) : rest);
        const Time now = stentor::now();
        // Nothing more comes that it could wait for.
        if (mails.empty() && desk_.commands_waiting() == 0 && mailbox_->closed()) {
            if (!held_up() && desk_.flush_positions()) return;
            std::this_thread::sleep_for(kHeldUp);
        }
        if (now >= next_tick) {
            next_tick = now + Desk::kTickEvery;
            desk_.tick(now);
            groups_in_memory_ = desk_.groups_in_memory();
        }
        {
            // One that hangs is seen while it hangs.
            const MaxLatency::Span span{turns_, MaxLatency::Clock::now()};
            for (Mail& mail : mails) on_mail(mail, now);
            desk_.turn(now);
        }
        taken_in_ = desk_.commands_waiting();
        // Not since when there was always something: behind a short queue that is never empty
        // nobody waits long.
        if (const auto arrived = desk_.take_earliest()) turns_.add(stentor::now() - *arrived);
    }
}

void Worker::on_mail(Mail& mail, Time now) {
    if (auto* command = std::get_if<bus::Command>(&mail)) {
        desk_.on_command(std::move(*command));
    } else if (auto* open = std::get_if<OpenMail>(&mail)) {
        desk_.on_open(open->question, std::move(open->reply), open->due, now);
    } else if (const auto* loaded = std::get_if<group::Loaded>(&mail)) {
        desk_.on_loaded(*loaded, now);
    } else if (const auto* all = std::get_if<std::vector<group::Loaded>>(&mail)) {
        for (const group::Loaded& one : *all) desk_.on_loaded(one, now);
    } else if (const auto* outcomes = std::get_if<Outcomes>(&mail)) {
        for (const group::Committed& committed : *outcomes) desk_.on_committed(committed);
    } else if (std::holds_alternative<PositionsMail>(mail)) {
        desk_.on_positions_written();
    } else if (auto* settle = std::get_if<SettleMail>(&mail)) {
        desk_.settle(settle->uid, std::move(settle->done));
    } else if (const auto* wake = std::get_if<WakeMail>(&mail)) {
        desk_.on_wake(wake->gid, now);
    } else if (const auto* epoch = std::get_if<EpochMail>(&mail)) {
        desk_.set_epoch(epoch->epoch);
    } else if (const auto* gain = std::get_if<GainMail>(&mail)) {
        desk_.gain(gain->partition, gain->lease);
    } else if (auto* close = std::get_if<CloseMail>(&mail)) {
        desk_.close(close->partition, std::move(close->closed));
    } else if (const auto* keywords = std::get_if<std::shared_ptr<const rules::Keywords>>(&mail)) {
        desk_.use_keywords(*keywords);
    } else {
        desk_.set_storm(std::get<rules::StormRule>(mail));
    }
}

// ---- What a desk asks for

void Worker::hand_on() {
    if (!look_ups_.empty()) engines_.look_ups.put(std::exchange(look_ups_, {}));
    for (std::size_t i = 0; i < commits_.size(); ++i) {
        // Kept where it is full: a group makes no other commit before it is told of this one, so no
        // more wait here than there are groups, and what comes for them is staged or refused.
        if (!commits_[i].empty())
            static_cast<void>(engines_.committers[i]->submit(commits_[i], committed_));
    }
}

bool Worker::held_up() const {
    return std::ranges::any_of(commits_, [](const auto& commits) { return !commits.empty(); });
}

bool Worker::advance_read(Positions& positions) {
    return engines_.committers[0]->advance(positions, written_);
}

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
    engines_.loaders.put([load, mailbox = mailbox_, &store = engines_.store] {
        mailbox->put(carry_out(load, load.term, stentor::now(), store));
    });
}

void Worker::commit(store::Commit commit) {
    if (!moderation_.empty()) moderation_.on_commit(commit, engines_.store);
    commits_[partition_of(commit.gid).value % commits_.size()].push_back(std::move(commit));
}

void Worker::on_taken(const bus::Command& command) {
    if (!moderation_.on_command(command)) engines_.audit.count_dropped();
}

void Worker::on_answer(const bus::ReplyTo& to, const pb::ServerFrame& frame) {
    engines_.answers.add(frame);
    if (moderation_.empty()) return;
    if (auto row = moderation_.on_answer(to, frame, stentor::now())) {
        engines_.audit.add(std::move(*row));
    }
}

}  // namespace stentor::owner
