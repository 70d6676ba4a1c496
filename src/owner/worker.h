#pragma once
// The thread of a desk, with the engines that it needs: what comes from outside goes into its
// mailbox, and what its groups ask for to loaders, committers and the filter.
//
// Thread: its own; what it is told from outside goes into its mailbox. A turn takes all mail at
// once, then lets the desk have its turn.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <variant>
#include <vector>

#include "base/mailbox.h"
#include "base/max_latency.h"
#include "bus/bus.h"
#include "bus/route/routes.h"
#include "owner/answers.h"
#include "owner/audit_log.h"
#include "owner/batcher.h"
#include "owner/committer.h"
#include "owner/desk.h"
#include "owner/loaders.h"
#include "owner/moderation_watch.h"
#include "owner/post_filter.h"
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
    Loaders& loaders;
    Batcher<LookUp>& look_ups;
    PostFilter* judge;
    AnswerCounts& answers;
    QuestionDeadline& patience;
    Door& door;
    AuditLog& audit;
    std::size_t mails_max;
};

class Worker final : private DeskPort {
public:
    // Holds these from the beginning, all under one term.
    Worker(const Engines& engines, const group::Settings& settings,
           std::span<const PartitionId> held, const group::Lease& lease);
    ~Worker() override;

    // ---- Which partitions it holds; see Desk.
    void gain(PartitionId partition, const group::Lease& lease);
    // `closed` is called on the worker's thread.
    void close(PartitionId partition, Desk::Closed closed);

    // overloaded: its queue is full, nothing was taken.
    Result<void> submit(bus::Command command);
    // A group's retention has something to drop.
    void wake(GroupId gid);
    void set_epoch(Epoch epoch);  // The store goes on in this one.
    void open(const bus::AskOpen& question, Time due, bus::ReplyHandler reply);
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
        Time due;
    };
    struct GainMail {
        PartitionId partition;
        group::Lease lease;
    };
    struct CloseMail {
        PartitionId partition;
        Desk::Closed closed;
    };
    struct WakeMail {
        GroupId gid;
    };
    struct EpochMail {
        Epoch epoch;
    };
    struct SettleMail {
        UserId uid;
        Barriers::Done done;
    };
    struct PositionsMail {};  // Written, or lost.
    using Outcomes = std::vector<group::Committed>;
    using Mail = std::variant<bus::Command, OpenMail, group::Loaded, std::vector<group::Loaded>,
                              Outcomes, PositionsMail, WakeMail, EpochMail, SettleMail, GainMail,
                              CloseMail, std::shared_ptr<const rules::Keywords>, rules::StormRule>;

    void run();
    void on_mail(Mail& mail, Time now);
    [[nodiscard]] bool held_up() const;  // By a committer that took no more.
    void judge(const group::Load& load, const group::VerdictOn& command);

    // DeskPort
    void load(group::Load load) override;
    void commit(store::Commit commit) override;
    void hand_on() override;
    [[nodiscard]] bool advance_read(Positions& positions) override;
    void on_taken(const bus::Command& command) override;
    void on_answer(const bus::ReplyTo& to, const pb::ServerFrame& frame) override;

    Engines engines_;
    Desk desk_;
    MaxLatency turns_;
    ModerationWatch moderation_;
    std::atomic<std::size_t> groups_in_memory_{};
    std::atomic<std::size_t> taken_in_{};  // Commands that wait at the desk.

    // Gathered during a turn.
    std::vector<LookUp> look_ups_;
    std::vector<std::vector<store::Commit>> commits_;  // For each committer.

    std::shared_ptr<const Committer::Done> committed_;
    std::shared_ptr<const Committer::Written> written_;
    std::shared_ptr<const LookUp::Done> looked_up_;
    std::shared_ptr<Mailbox<Mail>> mailbox_;
    std::jthread thread_;
};

}  // namespace stentor::owner
