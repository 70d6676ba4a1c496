#pragma once
// A thread that runs some of the partitions: it feeds them commands, openings, loads and outcomes,
// and carries out what they ask for.
//
// Thread: its own; what it is told from outside goes into its mailbox. A turn takes all mail at
// once, feeds its groups some of the commands that wait, by lane, then hands commits, answers and
// items on in batches.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/mailbox.h"
#include "base/max_latency.h"
#include "bus/bus.h"
#include "bus/route/routes.h"
#include "group/intake.h"
#include "group/item_stream.h"
#include "group/partition.h"
#include "owner/answers.h"
#include "owner/audit_log.h"
#include "owner/barriers.h"
#include "owner/batcher.h"
#include "owner/committer.h"
#include "owner/loaders.h"
#include "owner/moderation_watch.h"
#include "owner/post_filter.h"
#include "owner/published.h"
#include "owner/question_deadline.h"
#include "store/store.h"

namespace stentor::owner {

// Rows of single members, which many workers want at once when many come back: where a loader's
// answers go, and what it is to look for.
struct LookUp {
    using Done = std::function<void(std::vector<group::Loaded>)>;

    std::shared_ptr<const Done> done;
    group::Load load;
};

struct Engines {
    store::Store& store;
    bus::Bus& bus;
    route::Routes& routes;
    std::span<const std::unique_ptr<Committer>> committers;  // By partition.
    Published& published;
    Loaders& loaders;
    Batcher<LookUp>& look_ups;
    PostFilter* judge;
    AnswerCounts& answers;
    QuestionDeadline& patience;
    AuditLog& audit;
    std::size_t mails_max;
};

class Worker final : private group::GroupPort {
public:
    Worker(const Engines& engines, const group::Lease& lease, const group::Settings& settings);
    ~Worker() override;

    // overloaded: its queue is full, nothing was taken.
    Result<void> submit(bus::Command command);
    // A group's retention has something to drop.
    void wake(GroupId gid);
    void open(const bus::AskOpen& question, bus::ReplyHandler reply);
    void use_keywords(std::shared_ptr<const rules::Keywords> keywords);
    void set_storm(const rules::StormRule& storm);
    // `done` is called on the worker's thread once nothing of this user is under way any more. The
    // gate must have closed before.
    void settle(UserId uid, Barriers::Done done);

    // Thread: any.
    [[nodiscard]] std::size_t waiting() const { return mailbox_->size() + taken_in_; }
    [[nodiscard]] std::size_t groups_in_memory() const { return groups_in_memory_; }
    // How long a command waited at most since this was asked last, its turn included, sums aside;
    // or the longest turn.
    [[nodiscard]] Millis take_longest_turn() { return turns_.take(); }

private:
    struct OpenMail {
        bus::AskOpen question;
        bus::ReplyHandler reply;
        Time arrived;
    };
    struct WakeMail {
        GroupId gid;
    };
    struct SettleMail {
        UserId uid;
        Barriers::Done done;
    };
    using Outcomes = std::vector<std::pair<GroupId, store::Outcome>>;
    using Mail = std::variant<bus::Command, OpenMail, group::Loaded, std::vector<group::Loaded>,
                              Outcomes, WakeMail, SettleMail,
                              std::shared_ptr<const rules::Keywords>, rules::StormRule>;

    struct Owned {
        group::Partition partition;
        group::ItemStream stream;
    };

    void run();
    void on_mail(Mail& mail, Time now);
    void on_commands(Time now);
    void flush();
    void submit_positions();
    [[nodiscard]] bool held_up() const;  // By a committer that took no more.
    void judge(const group::Load& load, const group::VerdictOn& command);
    Owned& owner_of(GroupId gid);

    // group::GroupPort
    void load(group::Load load) override;
    void commit(store::Commit commit) override;
    void advance_read(store::Members::ReadPosition position) override;
    void answer(const bus::ReplyTo& to, pb::ServerFrame frame) override;
    void answer_open(std::uint64_t ask, Result<bus::OpenAnswer> answer) override;
    void publish(bus::Item item) override;
    void nudge(bus::Nudge nudge) override;

    Engines engines_;
    group::Lease lease_;
    group::Settings settings_;
    std::map<PartitionId, Owned> partitions_;
    std::unordered_map<std::uint64_t, bus::ReplyHandler> opening_;
    std::uint64_t last_ask_{};
    std::atomic<std::size_t> groups_in_memory_{};
    Barriers barriers_;
    std::vector<GroupId> ended_;  // Commits whose items go out with this turn.
    MaxLatency turns_;
    ModerationWatch moderation_;
    group::Intake intake_;
    std::atomic<std::size_t> taken_in_{};  // Its size.

    // Gathered during a turn.
    std::vector<LookUp> look_ups_;
    std::vector<std::vector<store::Commit>> commits_;      // For each committer.
    std::vector<store::Members::ReadPosition> positions_;  // Over several turns, since then.
    Time positions_since_{};
    std::map<NodeId, std::vector<bus::Answer>> answers_;
    std::map<NodeId, std::vector<bus::Nudge>> nudges_;
    std::vector<NodeId> nodes_;

    std::shared_ptr<const Committer::Done> committed_;
    std::shared_ptr<const LookUp::Done> looked_up_;
    std::shared_ptr<Mailbox<Mail>> mailbox_;
    std::jthread thread_;
};

}  // namespace stentor::owner
