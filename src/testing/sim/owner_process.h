#pragma once
// A process that owns all partitions under one term: the shipped group::Partition, with the turns,
// batches and order of owner::Worker and owner::Committer, on virtual time. Its end is a crash: all
// memory is lost, and so is what it had not handed to the store or the bus.

#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "auth/account/shared_gate.h"
#include "bus/bus.h"
#include "bus/route/routes.h"
#include "group/intake.h"
#include "group/item_stream.h"
#include "group/partition.h"
#include "owner/barriers.h"
#include "owner/published.h"
#include "testing/sim/accounts.h"
#include "testing/sim/faulty_store.h"
#include "testing/sim/life.h"
#include "testing/sim/world.h"

namespace stentor::sim {

class OwnerProcess final : public bus::OwnerInbox, private group::GroupPort {
public:
    struct Deps {
        World& world;
        FaultyStore& store;
        bus::Bus& bus;
        route::Routes& routes;
    };
    OwnerProcess(const Deps& deps, const group::Lease& lease, const group::Settings& settings);

    void pause() { life_.pause(); }
    void resume() { life_.resume(); }
    [[nodiscard]] bool paused() const { return life_.paused(); }
    // Another one has taken over; this one may not know.
    void supersede() { superseded_ = true; }
    void set_storm(const rules::StormRule& storm);

    Result<void> on_command(PartitionId partition, bus::Command command) override;
    void on_ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) override;

private:
    struct OpenMail {
        PartitionId partition;
        bus::AskOpen question;
        bus::ReplyHandler reply;
    };
    struct CommandMail {
        PartitionId partition;
        bus::Command command;
    };
    using Outcomes = std::vector<std::pair<GroupId, store::Outcome>>;
    struct SettleMail {
        UserId uid;
        owner::Barriers::Done done;
    };
    using Mail =
        std::variant<CommandMail, OpenMail, group::Loaded, Outcomes, rules::StormRule, SettleMail>;
    struct Owned {
        group::Partition partition;
        group::ItemStream stream;
    };

    void put(Mail mail);
    void plan_turn();
    void turn();
    void tick();
    void on_mail(Mail& mail);
    void flush();
    void submit(std::vector<store::Commit> commits);
    void write_positions(const std::vector<store::Members::ReadPosition>& positions);
    Owned& owned(PartitionId partition);
    [[nodiscard]] Millis store_delay();
    // As owner::Owner does; see owner_accounts.cc there.
    [[nodiscard]] bool catch_up();
    [[nodiscard]] Result<bus::Reply> answer_to(const bus::Question& question);
    void change_user(const bus::AskChangeUser& change, bus::ReplyHandler reply);
    void expect_answer(const bus::Command& command);
    void check_answer(const bus::ReplyTo& to, const pb::ServerFrame& frame);

    // group::GroupPort
    void load(group::Load load) override;
    void commit(store::Commit commit) override {
        barriers_.commit_began(commit.gid);
        published_.commit_began(commit.gid, commit.head.seq - commit.entries.size());
        commits_.push_back(std::move(commit));
    }
    void advance_read(store::Members::ReadPosition position) override {
        positions_.push_back(position);
    }
    void answer(const bus::ReplyTo& to, pb::ServerFrame frame) override;
    void answer_open(std::uint64_t ask, Result<bus::OpenAnswer> answer) override;
    void publish(bus::Item item) override;
    void nudge(bus::Nudge nudge) override;

    Deps deps_;
    World& world_;
    group::Lease lease_;
    group::Settings settings_;
    account::SharedGate gate_{account::kTokenLives};
    std::uint64_t accounts_after_{};
    owner::Barriers barriers_;
    owner::Published published_;
    std::vector<GroupId> ended_;  // Commits whose items go out with this turn.
    bool superseded_{};
    bool turn_planned_{};
    std::vector<Mail> mails_;
    group::Intake intake_;
    std::map<PartitionId, Owned> partitions_;
    std::unordered_map<std::uint64_t, bus::ReplyHandler> opening_;
    std::uint64_t last_ask_{};

    // Commands that came, less their answers: the bus may bring one twice, and then it is answered
    // twice.
    struct Unanswered {
        int left{};
        Token token;
        Time came;
    };
    std::map<std::tuple<NodeId, ConnectionToken, std::uint32_t>, Unanswered> unanswered_;

    std::vector<store::Commit> commits_;
    std::vector<store::Members::ReadPosition> positions_;
    std::map<NodeId, std::vector<bus::Answer>> answers_;
    std::map<NodeId, std::vector<bus::Nudge>> nudges_;
    std::vector<NodeId> nodes_;
    Line committer_;
    Life life_;
};

}  // namespace stentor::sim
