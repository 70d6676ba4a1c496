#pragma once
// The role that owns groups: what comes up the bus goes to the worker of its partition, questions
// that change nothing go to the loaders.
//
// Thread: any. An embedded store has one owner, which holds all partitions from its start; several
// of one store are each told which to hold, and each tenure has a term of its own.

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "bus/bus.h"
#include "bus/route/routes.h"
#include "group/settings.h"
#include "owner/accounts.h"
#include "owner/audit_log.h"
#include "owner/batcher.h"
#include "owner/committer.h"
#include "owner/desk.h"
#include "owner/door.h"
#include "owner/heads.h"
#include "owner/loaders.h"
#include "owner/question_deadline.h"
#include "owner/questions.h"
#include "owner/sweeper.h"
#include "owner/worker.h"
#include "store/store.h"

namespace stentor::owner {

struct OwnerOptions {
    std::size_t workers{1};
    // One sync for all is what an embedded store wants; several, where its calls wait on their own.
    std::size_t committers{1};
    std::size_t commits_waiting_max{limits::kCommitterMail};  // Of one committer: workers' turns.
    std::size_t mails_max{limits::kWorkerMail};               // Of one worker: commands.
    std::size_t loaders{2};
    std::size_t questions_max{limits::kQuestionsWaiting};
    Millis sync_delay{};                 // See Committer, and the next.
    std::function<bool()> await_copied;  // None: what the store wrote is told at once.
    group::Settings groups;
    Millis token_lives{account::kTokenLives};                 // See account::Gate.
    std::uint64_t who_read_members{limits::kWhoReadMembers};  // See Questions.
    bool holds_all{true};                                     // From its start; else what it gains.
    const LeaseCheck* lease{};  // None: what it holds is its own for good. Outlives the owner.
    PostFilter* judge{};        // Needed where groups.rules.filter is set; outlives the owner.
    search::Search* words{};    // None: nobody can search.
};

class Owner final : public bus::OwnerInbox {
public:
    // Where it holds all it takes a new term from the store: whoever owned it before is fenced.
    // Throws std::runtime_error when the store cannot give one.
    Owner(store::Store& store, bus::Bus& bus, route::Routes& routes, const OwnerOptions& options);
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() override;

    Result<void> on_command(PartitionId partition, bus::Command command) override;
    void on_ask(PartitionId partition, bus::Question question, Time due,
                bus::ReplyHandler reply) override;

    // ---- Which partitions it holds; several owners of one store share them out. Blocks on the
    // store.
    Result<void> gain(PartitionId partition);
    // As Desk::close; `closed` is called on a worker's thread.
    void close(PartitionId partition, Desk::Closed closed);

    // From the next command on. Thread: any.
    void use_keywords(const std::shared_ptr<const rules::Keywords>& keywords);
    void set_storm(const rules::StormRule& storm);

    // ---- Counted
    [[nodiscard]] const CommitterCounters& counters() const { return counters_; }
    [[nodiscard]] std::uint64_t audit_dropped() const { return audit_.dropped(); }
    [[nodiscard]] const AnswerCounts& answers() const { return answers_; }
    [[nodiscard]] std::size_t mails_waiting() const;
    [[nodiscard]] std::size_t questions_waiting() const {
        return loaders_.waiting() + hellos_.waiting() + look_ups_.waiting();
    }
    // Not answered, because whoever asked awaited it no more.
    [[nodiscard]] std::uint64_t questions_dropped() const { return patience_.dropped(); }
    [[nodiscard]] std::size_t groups_in_memory() const;
    // From a command's arrival to its outcome, the longest since this was asked last: a turn of a
    // worker and a wait for a committer. Asked by one alone.
    [[nodiscard]] Millis take_longest_commit();

private:
    [[nodiscard]] Worker& worker(PartitionId partition) {
        return *workers_[partition.value % workers_.size()];
    }

    struct HelloMail {
        bus::AskHello question;
        bus::ReplyHandler reply;
        Time due;
    };

    // ---- owner_accounts.cc
    // Blocks on the store. Answered once nothing of that user is under way that an account or token
    // which the change closed has asked for.
    void change_user(const bus::AskChangeUser& change, bus::ReplyHandler reply);
    void tell_person(const bus::Account& account);
    void settle(UserId uid, Result<bus::Reply> answer, bus::ReplyHandler reply);
    // Answers what may make an account once the outside filter has seen the name.
    void judge_name(bus::Question question, Time due, bus::ReplyHandler reply);
    void answer_named(const bus::Question& question, bus::ReplyHandler reply);
    void name_judged(bus::Question question, Result<group::Verdict> verdict, Time due,
                     bus::ReplyHandler reply);

    void on_hello(const bus::AskHello& question, Time due, bus::ReplyHandler reply);
    // On a loader, in the asker's turn; refused at once where too many wait.
    void put(UserId asker, std::move_only_function<void(bus::ReplyHandler)> job, Time due,
             bus::ReplyHandler reply);
    void answer(std::vector<HelloMail> hellos);
    // Once a second, by the sweeper: whether the store goes on in another.
    void look_at_epoch(store::History& store);
    static void look_up(store::Store& store, std::vector<LookUp> look_ups);

    // What is called when this may have ended.
    struct Living {
        std::mutex mutex;
        Owner* owner{};
    };

    const std::shared_ptr<Living> living_{std::make_shared<Living>()};
    AuditLog audit_;
    bus::Bus& bus_;
    route::Routes& routes_;
    Accounts accounts_;
    AnswerCounts answers_;
    QuestionDeadline patience_;
    Heads heads_{limits::kHeadsKept};
    Questions questions_;
    store::Store& store_;
    std::size_t questions_max_;
    const EndlessLease endless_;
    Door door_;
    PostFilter* judge_;  // Null: no filter is set.
    Batcher<HelloMail> hellos_;
    Batcher<LookUp> look_ups_;
    CommitterCounters counters_{};
    std::vector<std::unique_ptr<Committer>> committers_;
    Loaders loaders_;
    std::vector<std::unique_ptr<Worker>> workers_;
    Epoch epoch_;                     // Told to the workers; the sweeper's.
    std::optional<Sweeper> sweeper_;  // Ends first: it wakes workers.
    std::jthread learner_;            // Of the names there are, at the start.
};

}  // namespace stentor::owner
